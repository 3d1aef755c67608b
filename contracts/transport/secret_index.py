"""Tell which of many secrets may stand in a text, without looking for each of them.

A recording of a browser may hold a thousand credentials: a cookie changes with every answer. To look for the disguises
of each in every text of a report takes minutes. Here the last letters of each form are looked up instead.
"""

import re
from collections.abc import Iterable, Iterator

from contracts.transport.disguises import Disguises, compact
from mock_server.support.redaction import forms_of

_END = 8  # letters of a form that are looked up; a form may be shorter
_LARGEST_CODE = 0x10FFFF
_ESCAPE = re.compile(
    r"%(?:25)?([0-9a-f]{2})|\\{1,2}x([0-9a-f]{2})|\\{1,2}u([0-9a-f]{4})|\\{1,2}u\{0*([0-9a-f]{1,6})\}"
    r"|&(?:amp;)?#(?:x0*([0-9a-f]{1,6})|0*([0-9]{1,7}));",
    re.IGNORECASE,
)


class SecretIndex:
    """Finds suspects: secrets of which a form may stand in a text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.disguises = {secret: Disguises(secret) for secret in secrets}
        """The disguises by secret, in the order of the secrets."""
        self._by_end: dict[str, set[str]] = {}
        self._always = {secret for secret in self.disguises if not secret.isascii()}
        for secret, disguises in self.disguises.items():
            for form in {*disguises.signs, *map(compact, forms_of(secret))}:
                if form:
                    self._by_end.setdefault(form[-_END:], set()).add(secret)
                else:
                    self._always.add(secret)
        self._lengths = {len(end) for end in self._by_end}

    def suspects(self, text: str) -> list[str]:
        """The secrets that may stand in a text, in whatever form."""
        found = set(self._always)
        for plain in {compact(reading) for reading in _readings(text)}:
            for length in self._lengths:
                ends = {plain[at : at + length] for at in range(len(plain) - length + 1)}
                for end in self._by_end.keys() & ends:
                    found |= self._by_end[end]
        return [secret for secret in self.disguises if secret in found] if found else []


def _readings(text: str) -> Iterator[str]:
    """The text, and what it means where its letters are written as escapes."""
    yield text
    if "%" in text or "&" in text or "\\" in text:
        yield text.replace("\\", "")
        yield _ESCAPE.sub(_unescaped, text).replace("\\", "")


def _unescaped(escape: re.Match[str]) -> str:
    *hexadecimal, decimal = escape.groups()
    code = int(decimal) if decimal else int(next(filter(None, hexadecimal)), 16)
    return chr(code) if code <= _LARGEST_CODE else ""
