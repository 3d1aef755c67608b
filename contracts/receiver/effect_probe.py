"""A probe: how the user lets the check see what the receiver has done, where no call back shows it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.errors import CannotRun
from contracts.receiver.shell_command import output_of
from contracts.receiver.subjects import CheckedRecord
from contracts.transport.plain_request import fetch

_SECONDS = 10.0
_MAX_BYTES = 1024 * 1024
PLACEHOLDERS = ("{record}", "{lead}")
"""Stand in a command or a URL for the id of the record that a delivery was about, and of the lead of that record."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"-?[0-9]{1,15}")


@dataclass(frozen=True)
class EffectProbe:
    """Looks at the receiver. ``look`` returns a text, or a value of Python, for one record."""

    look: Callable[[CheckedRecord], Any]
    per_record: bool = False

    def count(self, record: CheckedRecord) -> int:
        """The number of effects: a number, the length of a list, or the only number in an answer. Raises CannotRun."""
        value = _parsed(self.look(record))
        if isinstance(value, bool) or value is None:
            return int(bool(value))
        if isinstance(value, int | float):
            return int(value)
        if isinstance(value, list):
            return len(value)
        numbers = [it for it in value.values() if isinstance(it, int)] if isinstance(value, dict) else []
        if isinstance(value, str):
            numbers = [int(it) for it in _NUMBER.findall(value)]
        if len(numbers) == 1:
            return numbers[0]
        if self.per_record:  # a description of one record: it is there, or not
            return int(bool(value))
        raise CannotRun("the probe gives no number", "let it print how many effects there were: a number, or a list")

    def text(self, record: CheckedRecord) -> str:
        """Everything that the probe shows, as text."""
        value = self.look(record)
        return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def parse_probe(given: str) -> EffectProbe:
    """Read ``--probe``: a URL that is fetched, or a command of the shell whose output is read."""
    per_record = any(placeholder in given for placeholder in PLACEHOLDERS)
    if re.match(r"https?://", given, re.IGNORECASE):
        return EffectProbe(lambda one: _fetched(_filled(given, one), per_record=per_record), per_record)
    return EffectProbe(lambda one: output_of(_filled(given, one), _SECONDS, _MAX_BYTES), per_record)


def _filled(text: str, record: CheckedRecord) -> str:
    """Put the ids of a record into a command or a URL. Raises CannotRun for an id that a shell could act on."""
    for placeholder, id in zip(PLACEHOLDERS, (record.id, record.lead or record.id), strict=True):
        if placeholder in text and not _ID.fullmatch(id):
            raise CannotRun(
                "the id of this record cannot be put into a command", f"leave {placeholder} out of the probe"
            )
        text = text.replace(placeholder, id)
    return text


def _fetched(url: str, *, per_record: bool) -> str:
    """The answer at a URL; empty for a record that the receiver does not know."""
    try:
        status, body = fetch(url, _SECONDS, _MAX_BYTES)
    except (OSError, ValueError) as fault:
        raise CannotRun(f"the probe {url}: {fault}", "give a URL that answers") from None
    if status == 404 and not per_record:
        raise CannotRun(f"the probe {url}: status 404", "give a URL that counts effects")
    return "" if status == 404 else body.decode("utf-8", "replace")


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value.strip()
