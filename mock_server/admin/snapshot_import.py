"""Import a snapshot's file. All of it is checked before anything is stored, in a thread because it may be large."""

import itertools
from collections.abc import Mapping
from typing import Any

from mock_server.admin.context import ControlRefused, JsonBody, refuse_json
from mock_server.api.content_encoding import unpacking
from mock_server.errors import ApiError
from mock_server.simulation.own_record_schemas import OwnRecordSchemas
from mock_server.spec.contract import Contract
from mock_server.spec.families import Family
from mock_server.store.base import at_once
from mock_server.store.snapshot import Snapshot
from mock_server.store.snapshot_file import FORMAT, VERSION, Checksum, cut, imported, place_in_order
from mock_server.store.state import WorkspaceState
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, NotJson, read_json
from mock_server.support.garbage_collector import building_a_world
from mock_server.support.json_pointer import escape
from mock_server.workspaces.fitting import valid
from mock_server.world.clock import clock_time
from mock_server.world.ids import rng

MAX_FILE_BYTES = 256 * 1024 * 1024
"""Most bytes of a file."""
_SOON_READ = 16 * 1024 * 1024  # bytes that are read at once in some hundredths of a second
_DEPTH = MAX_JSON_DEPTH + ENVELOPE_DEPTH
_ITEM_DEPTH = _DEPTH - 3  # a record lies in the file, in `records` and in its kind
NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**53}
_WORD = r"\.*[^./\x00-\x1f\x7f][^/\x00-\x1f\x7f]*"  # of a path, whatever the document has there: not `..`
_KIND = {"pattern": rf"^\$?{_WORD}(/{_WORD})*$", "maxLength": 1_000}
_AS_IT_IS = "@now"
"""The name that earlier versions wrote into the export of a workspace as it is; it is imported as `now`."""
SNAPSHOT_FILE = JsonBody(
    ("format", "version", "name", "now", "frozen", "counters", "records"),
    format={"const": FORMAT},
    version={"const": VERSION},
    name={"anyOf": [NAME, {"const": _AS_IT_IS}]},
    now=_STAMP,
    frozen={"type": "boolean"},
    counters={"type": "object", "additionalProperties": _COUNT},
    records={"type": "object", "propertyNames": _KIND, "additionalProperties": {"type": "array"}},
    sha256={"type": "string"},
)
"""The body of ``/snapshots/import``: the head of the file. Its records are checked one by one."""
_ITEM = JsonBody(
    ("id", "arrival", "record"), id={"type": ["string", "integer"]}, arrival=_COUNT, record={"type": "object"}
)


class SnapshotImport:
    """Reads files for a server. Raises ControlRefused with a pointer to the first fault."""

    def __init__(self, contract: Contract, own: OwnRecordSchemas) -> None:
        self._contract = contract
        self._own = own

    def load(self, packed: bytes, headers: list[tuple[bytes, bytes]], seed: int, known: WorkspaceState) -> Snapshot:
        """Read the snapshot in a body for a workspace of this seed. Records that are equal in ``known`` are shared."""
        items: list[dict[str, Any]] = []
        try:
            with building_a_world():
                return imported(self._checked(packed, headers, seed, items), known)
        finally:
            for item in items:  # one by one: to let go of a large file at once takes the time of hundreds of requests
                item.clear()

    def _checked(
        self, packed: bytes, headers: list[tuple[bytes, bytes]], seed: int, items: list[dict[str, Any]]
    ) -> Mapping[str, Any]:
        try:
            raw = at_once(unpacking(packed, headers, MAX_FILE_BYTES))
        except ApiError as error:
            raise ControlRefused(error.status, str(error), headers=error.headers) from None
        file = _read(raw, items)
        whole = _is_whole(file)
        for kind, some in file["records"].items():
            self._check(kind, some, _place(kind), seed, whole=whole)
        return {**file, "name": file["name"].removeprefix("@")}

    def _check(self, kind: str, items: list[Any], place: str, seed: int, *, whole: bool) -> None:
        if kind.startswith("$") and not whole:
            raise ControlRefused(400, "records of the mock itself are taken as they were exported only", pointer=place)
        family, ids, places = self._contract.families.get(kind), set(), set()
        for index, item in enumerate(items):
            if item["id"] in ids:
                raise ControlRefused(400, "a second record of this id", pointer=f"{place}/{index}/id")
            if (key := place_in_order(item)) in places:
                what = "a second record of this createdAt and arrival; give it a higher arrival"
                raise ControlRefused(400, what, pointer=f"{place}/{index}/arrival")
            ids.add(item["id"])
            places.add(key)
            if mistake := self._own.mistake(kind, item["id"], item["record"]):
                raise ControlRefused(400, mistake.what, pointer=f"{place}/{index}/record{mistake.where}")
            if family is not None:
                _check_record(family, item, f"{place}/{index}/record", seed)


def _check_record(family: Family, item: Mapping[str, Any], place: str, seed: int) -> None:
    record = item["record"]
    if record.get(family.id, item["id"]) != item["id"]:
        raise ControlRefused(400, "the record has another id", pointer=f"{place}/{family.id}")
    if valid(family, record, lambda: rng(seed)) is not record:
        raise ControlRefused(400, f"the document admits no such record of {family.kind}", pointer=place)


def _read(raw: bytes, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Read the file and check its shape; ``items`` gets the records of all its kinds."""
    try:
        skeleton, places = cut(raw)
        file = read_json(skeleton, _DEPTH) if skeleton else {}
    except NotJson as fault:
        raise refuse_json(_exact(raw) or fault) from None
    for start, end in places:
        items.append(_item(raw, start, end))
    SNAPSHOT_FILE.check(file)
    for name, count in file["counters"].items():
        _check_whole(count, f"/counters/{escape(name)}")
    _check_numbers(file["records"], len(items))
    for kind, numbers in file["records"].items():
        file["records"][kind] = [items[number] for number in numbers]
        for index, item in enumerate(file["records"][kind]):
            _ITEM.check(item, f"{_place(kind)}/{index}")
            _check_whole(item["arrival"], f"{_place(kind)}/{index}/arrival")
            _check_whole(item["id"], f"{_place(kind)}/{index}/id")
    found: dict[str, Any] = file
    return found


def _exact(raw: bytes) -> NotJson | None:
    """The faults of a file with their places; for a large file only the fact that there are some."""
    try:
        if len(raw) < _SOON_READ:
            read_json(raw, _DEPTH)
    except NotJson as fault:
        return fault
    return None


def _item(raw: bytes, start: int, end: int) -> dict[str, Any]:
    try:
        item: dict[str, Any] = read_json(raw[start:end], _ITEM_DEPTH)
        return item
    except NotJson as fault:
        line, column = fault.line or 1, fault.column or 1  # what is wrong with it as a whole is shown where it begins
        before = raw[:start]
        column += start - before.rfind(b"\n") - 1 if line == 1 else 0
        raise refuse_json(NotJson(fault.what, line + before.count(b"\n"), column)) from None


def _check_whole(value: Any, place: str) -> None:
    """Refuse 1.0 where an integer is needed: a JSON Schema accepts it, a state file does not. Raises ControlRefused."""
    if isinstance(value, float):
        raise ControlRefused(400, f"{value!r} is to be written as an integer, without a point", pointer=place)


def _check_numbers(records: Mapping[str, list[Any]], count: int) -> None:
    """Check that each record was replaced by its number, so that it is an object. Raises ControlRefused."""
    expected = itertools.count()
    for kind, numbers in records.items():
        for index, number in enumerate(numbers):
            if type(number) is not int or number != next(expected):
                raise ControlRefused(400, "is no object", pointer=f"{_place(kind)}/{index}")
    if next(expected) != count:
        raise ControlRefused(400, "a kind of records comes twice", pointer="/records")


def _is_whole(file: Mapping[str, Any]) -> bool:
    """Tell whether the file has its checksum and matches it."""
    try:
        clock_time(file["now"])
    except ValueError as fault:
        raise ControlRefused(400, str(fault), pointer="/now") from None
    if "sha256" not in file:
        return False
    sum = Checksum(file["now"], file["frozen"], file["counters"])
    for kind in sorted(file["records"]):
        sum.begin(kind)
        for item in file["records"][kind]:
            sum.add(item)
    if sum.hex() != file["sha256"]:
        what = "the content is not what was exported; leave sha256 out if you meant to"
        raise ControlRefused(400, what, pointer="/sha256")
    return True


def _place(kind: str) -> str:
    return f"/records/{escape(kind)}"
