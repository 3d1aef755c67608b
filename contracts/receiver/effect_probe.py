"""A probe: how the user lets the check see what the receiver has done, where no call back shows it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.errors import CannotRun
from contracts.receiver.shell_command import output_of
from contracts.transport.plain_request import fetch

_SECONDS = 10.0
_MAX_BYTES = 1024 * 1024
LEAD = "{lead}"
"""The placeholder in a command or a URL for the id of the lead that a delivery was about."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"-?[0-9]{1,15}")


@dataclass(frozen=True)
class EffectProbe:
    """Looks at the receiver. ``look`` returns a text, or a value of Python, for one lead."""

    look: Callable[[str], Any]
    per_lead: bool = False

    def count(self, lead: str) -> int:
        """The number of effects: a number, the length of a list, or the only number in an answer. Raises CannotRun."""
        value = _parsed(self.look(lead))
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
        if self.per_lead:  # a description of one lead: it is there, or not
            return int(bool(value))
        raise CannotRun("the probe gives no number", "let it print how many effects there were: a number, or a list")

    def text(self, lead: str) -> str:
        """Everything that the probe shows, as text."""
        value = self.look(lead)
        return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def parse_probe(given: str) -> EffectProbe:
    """Read ``--probe``: a URL that is fetched, or a command of the shell whose output is read."""
    if re.match(r"https?://", given, re.IGNORECASE):
        return EffectProbe(lambda lead: _fetched(_filled(given, lead), per_lead=LEAD in given), LEAD in given)
    return EffectProbe(lambda lead: output_of(_filled(given, lead), _SECONDS, _MAX_BYTES), LEAD in given)


def _filled(text: str, lead: str) -> str:
    """Put the id of a lead into a command or a URL. Raises CannotRun for an id that a shell could act on."""
    if LEAD in text and not _ID.fullmatch(lead):
        raise CannotRun("the id of this lead cannot be put into a command", "leave {lead} out of the probe")
    return text.replace(LEAD, lead)


def _fetched(url: str, *, per_lead: bool) -> str:
    """The answer at a URL; empty for a lead that the receiver does not know."""
    try:
        status, body = fetch(url, _SECONDS, _MAX_BYTES)
    except (OSError, ValueError) as fault:
        raise CannotRun(f"the probe {url}: {fault}", "give a URL that answers") from None
    if status == 404 and not per_lead:
        raise CannotRun(f"the probe {url}: status 404", "give a URL that counts effects")
    return "" if status == 404 else body.decode("utf-8", "replace")


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value.strip()
