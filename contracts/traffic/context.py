"""The circumstances of a recorded request: when it was made, how long it took, which test made it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.spec.json_file import JsonNode


@dataclass(frozen=True)
class CallingTest:
    """The test of a pytest session that made a request, with the file and the line where the test begins."""

    id: str
    file: str = ""
    line: int = 1


@dataclass(frozen=True)
class EntryContext:
    """The circumstances of one entry. What a recording does not tell is empty.

    ``at`` is the time of the request: in a journal on the clock of its workspace. ``seconds`` is the time until the
    answer, ``events`` the types of the events that it caused.
    """

    id: str = ""
    at: datetime | None = None
    seconds: float = 0.0
    workspace: str = ""
    test: CallingTest | None = None
    fault: str = ""
    events: tuple[str, ...] = ()


NO_CONTEXT = EntryContext()


def entry_context(entry: JsonNode) -> EntryContext:
    """The circumstances of an entry of a HAR file or of a journal. What is odd counts as unknown."""
    facts: Mapping[str, Any] = entry.object()
    events, ms = facts.get("events"), facts.get("ms", facts.get("time"))
    timings = facts.get("timings")
    queued = timings.get("blocked") if isinstance(timings, Mapping) else 0  # a browser's own queue, which `time` counts
    if isinstance(ms, int | float) and isinstance(queued, int | float) and 0 < queued <= ms:
        ms -= queued
    return EntryContext(
        _text(facts.get("id")),
        moment(facts.get("startedDateTime", facts.get("at"))),
        ms / 1000 if isinstance(ms, int | float) and 0 < ms < 1e9 else 0.0,
        _text(facts.get("workspace")),
        _test(facts.get("test")),
        _text(facts.get("fault")) or _text(facts.get("mapping")),
        tuple(_text(one.get("type")) for one in events or () if isinstance(one, Mapping))
        if isinstance(events, list) else (),
    )  # fmt: skip


def moment(text: Any) -> datetime | None:
    """The time that a text tells, in UTC; None for any other value."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return found.astimezone(UTC) if found is not None else None
    except (ValueError, OverflowError):
        return None


def _test(facts: Any) -> CallingTest | None:
    if not isinstance(facts, Mapping) or not _text(facts.get("id")):
        return None
    line = facts.get("line")
    return CallingTest(facts["id"], _text(facts.get("file")), line if isinstance(line, int) and line > 0 else 1)


def _text(value: Any) -> str:
    return re.sub(r"[\x00-\x1f]", " ", value) if isinstance(value, str) else ""
