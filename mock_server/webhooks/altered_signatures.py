"""Signatures that a careless verifier takes for good: nearly right, too short, or not readable at all."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mock_server.stubbing import delivery_faults as faults

HEADER = "webhook-signature"
_SHOWN = 8  # letters of the good signature that a cut one keeps
_ALTERED = 9  # letters at the end that an altered one has otherwise: more than the padding


def altered(good: str) -> str:
    """The signature with other letters at its end; it is still base64 of 32 bytes."""
    kept, end = good[:-_ALTERED], good[-_ALTERED:]
    return kept + ("B" if end[0] == "A" else "A") * (_ALTERED - 2) + "A="


def cut(good: str) -> str:
    """The first letters of the signature."""
    return good[: len("v1,") + _SHOWN]


def unreadable(good: str) -> str:
    """Signatures that say nothing: one of an unknown version, and one that is no base64."""
    return f"v0,{good.partition(',')[2][::-1]} v1,%%%"


def empty(good: str) -> str:
    """No letters at all."""
    return good[:0]


_ALTERATIONS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        faults.ALTERED_SIGNATURE: altered,
        faults.CUT_SIGNATURE: cut,
        faults.UNREADABLE_SIGNATURE: unreadable,
        faults.EMPTY_SIGNATURE: empty,
    }
)


def alter(headers: Mapping[str, str], fault: str) -> dict[str, str]:
    """The headers of a signed delivery, with each of its signatures altered as a fault says."""
    change = _ALTERATIONS[fault]
    return {**headers, HEADER: " ".join(map(change, headers[HEADER].split()))}
