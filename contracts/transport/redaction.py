"""Masks secrets, and the personal data of people, in everything that leaves the suite.

The redactor in ``mock_server.support`` knows secrets. The answers of a real host hold more that must not be repeated:
mail addresses and telephone numbers are masked as well, unless all data is known to be synthetic.
"""

import re
from collections.abc import Iterable

from contracts.transport.secret_index import SecretIndex
from mock_server.support.redaction import MASK, Redactor

_FEW = 8  # secrets that are all looked for in every text; of more only those that may be there
_MAIL = re.compile(r"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?<![\w.:-])(?:\+|%2B)[1-9][0-9]{7,14}(?![\w:-])")


class ReportRedactor:
    """Masks secrets; with ``people`` also mail addresses and telephone numbers."""

    def __init__(self, secrets: Iterable[str], *, people: bool) -> None:
        self._index = SecretIndex(secret for secret in secrets if secret)
        known = list(self._index.disguises)
        self._few = known if len(known) <= _FEW else None
        self._redactor = Redactor(*self._few or ())
        self._people = people

    def redact(self, text: str) -> str:
        """Mask every secret in a text, and mail addresses and telephone numbers where people's data may be in it."""
        suspects = self._index.suspects(text) if self._few is None else self._few
        for secret in suspects:  # first: what looks like a key to the redactor may be the half of one
            text = self._index.disguises[secret].mask(text)
        text = (Redactor(*suspects) if self._few is None and suspects else self._redactor).redact(text)
        if self._people and ("@" in text or "%40" in text):  # to look first costs next to nothing
            text = _MAIL.sub(MASK, text)
        if self._people and ("+" in text or "%2B" in text):
            text = _PHONE.sub(MASK, text)
        return text
