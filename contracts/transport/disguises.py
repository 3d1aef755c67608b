"""Disguises of a secret: ways to write it, letter by letter or backwards, that a search for one fixed text would miss.

A target that echoes a key may escape it in many ways. ``Disguises`` lists those that are found. A key that is
encrypted, compressed or cut into pieces is not found.
"""

import base64
import re
from collections.abc import Iterator
from functools import cached_property

from mock_server.support.redaction import MASK

_SHORTEST = 8
_ESCAPES = "%\\&"
_MARKS = re.compile(r"[\s.,_|:;-]+")
_GAP = r"[\s.,_|:;-]{0,2}"
"""Between two letters of a text that is spaced out: ``s k _ l i v e``, ``s-k-_-l``."""


class Disguises:
    """The forms of one secret. One that is too short to be told from other texts has none.

    They are its letters, each as itself in either case or as an escape of URLs, JSON, programs or HTML (``%xx``,
    ``&#n;`` …), with up to two blanks or marks between them; all of that backwards; base32; base64 of it backwards,
    and backwards itself; hex with blanks or marks between.
    """

    def __init__(self, secret: str) -> None:
        raw = secret.encode("utf-8", "surrogatepass")
        self._secret, self._octets = secret, [f"{byte:02x}" for byte in raw]
        self._fixed = [form for form in (*_base32(raw), *_reversed_base64(raw)) if len(form) >= _SHORTEST]
        plain = [secret, secret[::-1], *self._fixed, "".join(self._octets), "0x" + "0x".join(self._octets)]
        self.signs = [compact(form) for form in plain] if len(secret) >= _SHORTEST else []
        """Every form without blanks, marks and escapes, as ``compact`` leaves it."""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The expression for all forms. It takes hundredths of a second to compile."""
        letters = [_GAP.join(map(_letter, self._secret)), _GAP.join(map(_letter, reversed(self._secret)))]
        octets = _GAP.join(f"(?:0x)?{octet}" for octet in self._octets)
        return re.compile("|".join([*letters, octets, *map(re.escape, self._fixed)]), re.IGNORECASE)

    def mask(self, text: str) -> str:
        """A text with each form of the secret masked."""
        if not self.signs:
            return text
        if not any(mark in text for mark in _ESCAPES):  # then to look for it is much quicker than the expression
            plain = compact(text)
            if not any(sign in plain for sign in self.signs):
                return text
        return self._pattern.sub(MASK, text)


def compact(text: str) -> str:
    """A text in one case, without blanks and the marks that may stand between two letters of a secret."""
    return _MARKS.sub("", text).casefold()


def _letter(char: str) -> str:
    """A letter in every way to write it as an escape, of which several may stand in one text."""
    code = ord(char)
    octets = char.encode("utf-8", "surrogatepass")
    percent = "".join(f"%(?:25)?{octet:02x}" for octet in octets)
    by_byte = "".join(rf"\\{{1,2}}x{octet:02x}" for octet in octets)
    units = char.encode("utf-16-be", "surrogatepass")
    by_unit = "".join(rf"\\{{1,2}}u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
    html = rf"&(?:amp;)?\#(?:0*{code}|x0*{code:x});"
    return rf"(?:\\?{re.escape(char)}|{percent}|{by_byte}|{by_unit}|\\{{1,2}}u\{{0*{code:x}\}}|{html})"


def _base32(raw: bytes) -> Iterator[str]:
    """Base32 at each of five offsets in a longer text, without the letters that its neighbours decide."""
    for before in range(5):
        first = -(-before * 8 // 5)
        whole = (before + len(raw)) * 8 // 5
        yield base64.b32encode(b"\0" * before + raw).decode()[first:whole]


def _reversed_base64(raw: bytes) -> Iterator[str]:
    """Base64 of the secret turned round, and turned round itself."""
    yield base64.b64encode(raw[::-1]).decode().rstrip("=")[:-1]
    yield base64.b64encode(raw).decode().rstrip("=")[-2::-1]
