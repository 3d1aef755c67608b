"""Masks secrets, and the personal data of people, in everything that leaves the suite.

The redactor in ``mock_server.support`` knows secrets. The answers of a real host hold more that must not be repeated:
mail addresses and telephone numbers are masked as well, unless all data is known to be synthetic.
"""

import re
from collections.abc import Iterable

from contracts.transport.disguises import Disguises
from mock_server.support.redaction import MASK, Redactor

_MAIL = re.compile(r"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?<![\w.:-])(?:\+|%2B)[1-9][0-9]{7,14}(?![\w:-])")


class ReportRedactor:
    """Masks secrets; with ``people`` also mail addresses and telephone numbers."""

    def __init__(self, secrets: Iterable[str], *, people: bool) -> None:
        secrets = [secret for secret in secrets if secret]
        self._redactor = Redactor(*secrets)
        self._disguises = [Disguises(secret) for secret in secrets]
        self._people = people

    def redact(self, text: str) -> str:
        """Mask every secret in a text, and mail addresses and telephone numbers where people's data may be in it."""
        for disguise in self._disguises:  # first: what looks like a key to the redactor may be the half of one
            text = disguise.mask(text)
        text = self._redactor.redact(text)
        if self._people and ("@" in text or "%40" in text):  # to look first costs next to nothing
            text = _MAIL.sub(MASK, text)
        if self._people and ("+" in text or "%2B" in text):
            text = _PHONE.sub(MASK, text)
        return text
