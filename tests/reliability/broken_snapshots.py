"""Snapshot files that are wrong: each is one that was exported, changed in one place, or no snapshot at all."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

RAW: Mapping[str, bytes] = {
    "nothing": b"",
    "spaces": b"  ",
    "half of it": b'{"format":',
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "bytes": bytes(range(256)),
    "UTF-16": '{"format": "x"}'.encode("utf-16"),
    "NaN": b'{"version": NaN}',
    "a surrogate": b'{"name": "\\ud800"}',
    "brackets": b"[" * 200_000,
    "objects": b'{"records":' * 100_000,
    "a number of 5,000 digits": b'{"version": ' + b"9" * 5_000 + b"}",
}
_LEAVE_OUT = object()
CHANGES: Mapping[tuple[str, ...], tuple[Any, ...]] = {
    ("format",): (_LEAVE_OUT, "something", 5),
    ("version",): (_LEAVE_OUT, 99, "1", -1),
    ("name",): (_LEAVE_OUT, "", "../../etc/passwd", "a/b", "n" * 65, 5, None),
    ("now",): (_LEAVE_OUT, "yesterday", "2026-13-01T00:00:00.000Z", "2026-02-30T00:00:00.000Z", 5),
    ("frozen",): (_LEAVE_OUT, "yes", 1),
    ("counters",): (_LEAVE_OUT, [], {"leads": -1}, {"leads": "1"}, {"leads": 2**60}),
    ("records",): (_LEAVE_OUT, [], {"leads": {}}, {"../x": []}, {"leads": [{}]}, {"leads": [5]}, {"$events": []}),
    ("sha256",): ("0" * 64, 5, ""),
    ("wombats",): (1,),
}
RECORD_CHANGES: Mapping[str, Any] = {
    "id": None,
    "arrival": -1,
    "record": [],
    "more": 1,
}


def snapshots(exported: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """By name. What is changed has no checksum any more, so that the change itself must be found."""
    yield from RAW.items()
    plain = {key: value for key, value in exported.items() if key != "sha256"}
    for way, values in CHANGES.items():
        for value in values:
            file = copy.deepcopy(plain)
            if value is _LEAVE_OUT:
                del file[way[0]]
            else:
                file[way[0]] = value
            told = "left out" if value is _LEAVE_OUT else json.dumps(value)[:40]
            yield f"{way[0]} {told}", json.dumps(file).encode()
    for key, value in RECORD_CHANGES.items():
        file = copy.deepcopy(plain)
        file["records"]["leads"][0][key] = value
        yield f"a record's {key} {value}", json.dumps(file).encode()
    for name, record in {"of another shape": {"firstName": 5}, "of another id": {"id": 10**9}}.items():
        file = copy.deepcopy(plain)
        file["records"]["leads"][0]["record"] |= record
        yield f"a record {name}", json.dumps(file).encode()
    file = copy.deepcopy(plain)
    file["records"]["leads"].append(file["records"]["leads"][0])
    yield "a record twice", json.dumps(file).encode()
