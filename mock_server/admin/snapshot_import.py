"""Take in a snapshot's file: all of it is looked at before anything is taken, in a thread, as there may be much."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from mock_server.admin.control import Body, Refusal, refuse_json
from mock_server.api.encoding import decoded
from mock_server.errors import ApiError
from mock_server.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, NotJson, read_json
from mock_server.garbage import what_stays
from mock_server.own_records import OwnRecords
from mock_server.seeding import valid
from mock_server.spec.contract import Contract
from mock_server.spec.resource import Family
from mock_server.store.snapshot import Snapshot
from mock_server.store.snapshot_file import FORMAT, VERSION, Checksum, cut, imported, place_in_order
from mock_server.world.clock import clock_time
from mock_server.world.ids import rng

LARGEST = 256 * 1024 * 1024
"""Bytes of a file."""
_SOON_READ = 16 * 1024 * 1024  # bytes that are read at once in some hundredths of a second
_DEPTH = MAX_JSON_DEPTH + ENVELOPE_DEPTH
NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**53}
_KIND = {"pattern": r"^\$?[A-Za-z0-9_{}./-]{1,200}$"}
_FILE = Body(
    ("format", "version", "name", "now", "frozen", "counters", "records"),
    format={"const": FORMAT},
    version={"const": VERSION},
    name=NAME,
    now=_STAMP,
    frozen={"type": "boolean"},
    counters={"type": "object", "additionalProperties": _COUNT},
    records={"type": "object", "propertyNames": _KIND, "additionalProperties": {"type": "array"}},
    sha256={"type": "string"},
)
_ITEM = Body(("id", "arrival", "record"), id={"type": ["string", "integer"]}, arrival=_COUNT, record={"type": "object"})


class Incoming:
    """Reads files for a server. Raises Refusal with a pointer to the first thing that is wrong."""

    def __init__(self, contract: Contract, own: OwnRecords) -> None:
        self._contract = contract
        self._own = own

    def read(self, packed: bytes, headers: list[tuple[bytes, bytes]], seed: int) -> Snapshot:
        """The snapshot that a body is, for a workspace of this seed."""
        with what_stays():
            try:
                raw = decoded(packed, headers, LARGEST)
            except ApiError as error:
                raise Refusal(error.status, str(error), headers=error.headers) from None
            file = _read(raw)
            whole = _is_whole(file)
            for kind, items in file["records"].items():
                self._check(kind, items, _place(kind), seed, whole=whole)
            return imported(file)

    def _check(self, kind: str, items: list[Any], place: str, seed: int, *, whole: bool) -> None:
        if kind.startswith("$") and not whole:
            raise Refusal(400, "records of the mock itself are taken as they were exported only", pointer=place)
        family, ids, places = self._contract.families.get(kind), set(), set()
        for index, item in enumerate(items):
            if item["id"] in ids:
                raise Refusal(400, "a second record of this id", pointer=f"{place}/{index}/id")
            if (key := place_in_order(item)) in places:
                what = "a second record of this createdAt and arrival; give it a higher arrival"
                raise Refusal(400, what, pointer=f"{place}/{index}/arrival")
            ids.add(item["id"])
            places.add(key)
            if mistake := self._own.mistake(kind, item["id"], item["record"]):
                raise Refusal(400, mistake.what, pointer=f"{place}/{index}/record{mistake.where}")
            if family is not None:
                _check_record(family, item, f"{place}/{index}/record", seed)


def _check_record(family: Family, item: Mapping[str, Any], place: str, seed: int) -> None:
    record = item["record"]
    if record.get(family.id, item["id"]) != item["id"]:
        raise Refusal(400, "the record has another id", pointer=f"{place}/{family.id}")
    if valid(family, record, lambda: rng(seed)) is not record:
        raise Refusal(400, f"the document admits no such record of {family.kind}", pointer=place)


def _read(raw: bytes) -> dict[str, Any]:
    """The file, its shape checked."""
    try:
        skeleton, places = cut(raw)
        file = read_json(skeleton, _DEPTH) if skeleton else {}
    except NotJson as fault:
        raise refuse_json(_exact(raw) or fault) from None
    items = [_item(raw, start, end) for start, end in places]
    _FILE.check(file)
    _check_numbers(file["records"], len(items))
    for kind, numbers in file["records"].items():
        file["records"][kind] = [items[number] for number in numbers]
        for index, item in enumerate(file["records"][kind]):
            _ITEM.check(item, f"{_place(kind)}/{index}")
    found: dict[str, Any] = file
    return found


def _exact(raw: bytes) -> NotJson | None:
    """What is wrong, with its place in the file itself; of a large one only that there is something."""
    try:
        if len(raw) < _SOON_READ:
            read_json(raw, _DEPTH)
    except NotJson as fault:
        return fault
    return None


def _item(raw: bytes, start: int, end: int) -> Any:
    try:
        return read_json(raw[start:end], _DEPTH)
    except NotJson as fault:
        before = raw[:start]
        column = fault.column + (start - before.rfind(b"\n") - 1 if fault.line == 1 else 0)
        raise refuse_json(NotJson(fault.what, fault.line and fault.line + before.count(b"\n"), column)) from None


def _check_numbers(records: Mapping[str, list[Any]], count: int) -> None:
    """In the place of each record is its number, or it is no object. Raises Refusal."""
    expected = itertools.count()
    for kind, numbers in records.items():
        for index, number in enumerate(numbers):
            if type(number) is not int or number != next(expected):
                raise Refusal(400, "is no object", pointer=f"{_place(kind)}/{index}")
    if next(expected) != count:
        raise Refusal(400, "a kind of records comes twice", pointer="/records")


def _is_whole(file: Mapping[str, Any]) -> bool:
    """Whether the file says what it must be, and is that."""
    try:
        clock_time(file["now"])
    except ValueError as fault:
        raise Refusal(400, str(fault), pointer="/now") from None
    if "sha256" not in file:
        return False
    sum = Checksum(file["now"], file["frozen"], file["counters"])
    for kind in sorted(file["records"]):
        sum.begin(kind)
        for item in file["records"][kind]:
            sum.add(item)
    if sum.hex() != file["sha256"]:
        what = "the content is not what was exported; leave sha256 out if you meant to"
        raise Refusal(400, what, pointer="/sha256")
    return True


def _place(kind: str) -> str:
    return "/records/" + re.sub("/", "~1", kind)
