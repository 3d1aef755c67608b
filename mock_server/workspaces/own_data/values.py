"""Convert values to the form that the document wants: spoken times, texts of a table, incomplete objects."""

import json
from collections.abc import Collection
from typing import Any

from mock_server.errors import SpecError
from mock_server.spec.families import TIMES
from mock_server.spec.json_types import type_of
from mock_server.spec.projection import filled
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.support.json_pointer import split
from mock_server.support.text import short_repr
from mock_server.workspaces.fitting import as_time
from mock_server.workspaces.own_data.faults import FaultyValue, Path
from mock_server.world.calendar import DAY
from mock_server.world.clock import from_epoch_ms, stamp
from mock_server.world.own_data.local_zone import LocalZone
from mock_server.world.own_data.spoken_times import EXAMPLES, moment

_NARROWING = {"format", "pattern", "enum", "const"}  # without one of them a schema asks for no time
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


class Values:
    """Converts values. ``texts``: they come from a table, where everything is a text."""

    def __init__(self, now: int, zone: LocalZone, *, texts: bool = False) -> None:
        self.now, self.zone, self._texts = now, zone, texts

    def moment(self, value: Any, path: Path) -> int:
        """Epoch milliseconds of a time. Raises FaultyValue."""
        if not isinstance(value, str):
            raise FaultyValue(path, f"is {short_repr(value, 40)} and no time", f"write it like {EXAMPLES}")
        try:
            return moment(value, self.now, self.zone)
        except ValueError as fault:
            raise FaultyValue(path, str(fault)) from None

    def readings(self, value: Any) -> list[Any]:
        """The value, and its other possible meanings if it comes from a table; the text itself comes last."""
        if not self._texts or not isinstance(value, str):
            return [value]
        return [*_readings(value, {"array"} if ";" in value else ()), value]

    def fitted(self, value: Any, schema: Schema, path: Path, chance: RandomSource) -> Any:
        """Convert the value so that ``schema`` admits it. Raises FaultyValue with the fault."""
        form = time_form(schema)
        if form is not None and isinstance(value, str) and not _is_stamp(value):
            ms = self.moment(value, path)
            local = from_epoch_ms(self.zone.to_local(ms) // DAY * DAY)
            value = as_time(stamp(local if form == 1 else from_epoch_ms(ms)), form)
        for candidate in [value, *(_readings(value, schema.types) if self._texts and isinstance(value, str) else ())]:
            if schema.accepts(candidate):
                return candidate
        if isinstance(value, dict | list) and (whole := _completed(value, schema, chance)) is not None:
            return whole
        raise _fault(value, schema, path)


def time_form(schema: Schema) -> int | None:
    """The index in ``TIMES`` of the form of time that a schema wants; None if it wants no time."""
    words = {word for part in schema.parts for word in part.node}
    if not words & _NARROWING or ("string" in schema.types and schema.accepts("yesterday")):
        return None
    admitted = [schema.accepts(form) for form in TIMES[:2]]
    return admitted.index(True) if any(admitted) else None


def _is_stamp(text: str) -> bool:
    """Tell whether a text is already a time in the API's form."""
    return len(text) == len(TIMES[0]) and text.endswith("Z") and "T" in text


def _readings(text: str, types: Collection[str]) -> list[Any]:
    """The values that a table's text may mean if the document does not want a text."""
    bare = text.strip()
    found: list[Any] = [_WORDS[bare.lower()]] if bare.lower() in _WORDS else []
    for read in (int, float):
        try:
            found.append(read(bare))
        except ValueError:
            continue
    found += [None] if bare.lower() in ("", "null", "none") else []
    if bare[:1] in ("{", "["):
        try:
            found.append(json.loads(bare))
        except (ValueError, RecursionError):
            return found
    if "array" in types:
        found.append([part.strip() for part in bare.split(";") if part.strip()])
    return found


def _completed(value: Any, schema: Schema, chance: RandomSource) -> Any:
    """Add what the document requires beside the value; None if a given part would be lost."""
    try:
        whole = filled(value, schema, chance)
    except SpecError:
        return None
    return whole if holds(value, whole) and schema.accepts(whole) else None


def holds(said: Any, whole: Any) -> bool:
    """Tell whether a larger value contains all that was given."""
    if isinstance(said, dict):
        return isinstance(whole, dict) and all(name in whole and holds(it, whole[name]) for name, it in said.items())
    if isinstance(said, list):
        same = isinstance(whole, list) and len(said) == len(whole)
        return same and all(holds(one, other) for one, other in zip(said, whole, strict=True))
    return bool(said == whole) and isinstance(said, bool) is isinstance(whole, bool)


def _fault(value: Any, schema: Schema, path: Path) -> FaultyValue:
    problems = schema.problems(value, 1)
    if not problems:
        return FaultyValue(path, "does not fit the document")
    found = problems[0]
    inner = [] if found.where in ("", "/") else split(found.where)
    shown = f"is {short_repr(value, 40)}: " if not inner and type_of(value) not in ("object", "array") else ""
    return FaultyValue((*path, *inner), f"{shown}{found.what}", found.remedy)
