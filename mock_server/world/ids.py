"""Identity and chance: ids by kind, derived random streams, and the one real secret.

An id depends on (seed, kind, index) only. The world uses indices below :data:`FIRST_FREE_INDEX`; the n-th record
the server itself creates of a kind (n from 0) takes ``FIRST_FREE_INDEX + n``. So a created id never meets a
world's, whatever the world's size, and integer ids made later read 1000001, 1000002 …

The generator is our own (a 64-bit linear congruential one with Knuth's constants), because the standard library
promises the same ``choice`` and ``sample`` for the same seed only within one Python version, and because it is cheap
enough to give each entity its own stream.
"""

import binascii
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T")

FIRST_FREE_INDEX = 1_000_000
"""No record of a world has an index this high; see the module's docstring."""

_MASK = (1 << 64) - 1
# Base64 folded into lower-case letters and digits: twelve of them still hold some 60 bits.
_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ+/", b"abcdefghijklmnopqrstuvwxyzxz")


class IdFormat(NamedTuple):
    """How the ids of one kind look: ``string`` with a prefix (``ld_``) or ``integer``."""

    kind: str
    type: Literal["string", "integer"]
    prefix: str = ""


_PREFIXES = {
    "organization": "org_",
    "members": "usr_",
    "companies": "cmp_",
    "leads": "ld_",
    "inquiries": "in_",
    "appointments": "apt_",
    "inquiries/call": "call_",
    "inquiries/email": "email_",
    "inquiries/chat": "chat_",
    "inquiries/sms": "sms_",
    "inquiries/form": "form_",
    "inquiries/external": "ext_",
    "departments": "dep_",
    "events": "evt_",
    "deliveries": "dlv_",
}

CANONICAL: Mapping[str, IdFormat] = MappingProxyType(
    {kind: IdFormat(kind, "string", prefix) for kind, prefix in _PREFIXES.items()}
)
"""Kinds with string ids. The prefixes are those of the vendor's examples (``call_`` too); every other kind counts."""


class Ids:
    """Ids of one workspace. ``formats`` overrides the canonical ones, as the served contract asks."""

    def __init__(self, seed: int, formats: Mapping[str, IdFormat] = MappingProxyType({})) -> None:
        self.seed = seed
        self._formats = {**CANONICAL, **formats}
        # One started hash for each kind: copying it is cheaper than hashing seed and kind for each id.
        self._started = {kind: _start(seed, kind) for kind in self._formats}

    def format(self, kind: str) -> IdFormat:
        """How ids of ``kind`` look; integers when nothing else is known."""
        return self._formats.get(kind) or IdFormat(kind, "integer")

    def make(self, kind: str, index: int) -> str | int:
        """The id of record number ``index`` (from 0) of ``kind``: always the same, never another's."""
        known = self._formats.get(kind)
        if known is None or known.type == "integer":
            return index + 1
        digest = self._started[kind].copy()
        digest.update(b"%d" % index)
        letters = binascii.b2a_base64(digest.digest(), newline=False).translate(_LETTERS)
        return known.prefix + letters.decode()


def _start(seed: int, kind: str) -> "hashlib.blake2b":
    return hashlib.blake2b(f"id\x1f{seed}\x1f{kind}\x1f".encode(), digest_size=9)


class Rng:
    """A small random stream with the methods of ``random.Random`` that we use, the same for ever."""

    __slots__ = ("_state",)

    def __init__(self, state: int) -> None:
        self._state = state & _MASK

    def bits(self) -> int:
        """The next 32 bits: the upper half of the state, the lower bits of such a generator are poor."""
        self._state = state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return state >> 32

    def below(self, bound: int) -> int:
        """An integer in ``[0, bound)``; ``bound`` ≥ 1. Above 2**32 not every value is reached, which is fine here."""
        # Written out and not by ``bits``: a world draws some 15,000 times.
        self._state = state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return ((state >> 32) * bound) >> 32

    def randint(self, low: int, high: int) -> int:
        """An integer in ``[low, high]``."""
        return low + self.below(high - low + 1)

    def random(self) -> float:
        """A float in ``[0, 1)``."""
        return self.bits() / (1 << 32)

    def chance(self, percent: int) -> bool:
        """True in ``percent`` of a hundred cases."""
        return self.below(100) < percent

    def choice(self, items: Sequence[T]) -> T:
        """One of ``items``; IndexError when there is none."""
        self._state = state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return items[((state >> 32) * len(items)) >> 32]

    def weighted(self, items: Sequence[T], weights: Sequence[int]) -> T:
        """One of ``items``, as often as its weight says; the weights' sum must be positive."""
        left = self.below(sum(weights))
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        raise ValueError("the weights are all zero")

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """``count`` different ones of ``items``, in random order; all of them when there are fewer."""
        pool = list(items)
        for position in range(min(count, len(pool))):
            other = position + self.below(len(pool) - position)
            pool[position], pool[other] = pool[other], pool[position]
        return pool[:count]


def rng(seed: int, *key: str | int) -> Rng:
    """The stream that belongs to one entity: from a stable hash of the parts, so no stream depends on another."""
    text = "\x1f".join(map(str, (seed, *key)))
    return Rng(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))


def secret(nbytes: int = 24) -> str:
    """Real randomness for keys that we mint: url-safe text from ``nbytes`` bytes."""
    return secrets.token_urlsafe(nbytes)
