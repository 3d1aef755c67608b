"""A workspace's state at one moment: kept as a fork, compared with another, written to one file and read back."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mock_server.exact_json import write_json
from mock_server.store.base import ARRIVAL, Id, Layer, LayerId, Record, Row
from mock_server.store.image import Image

FORMAT, VERSION = "sophiie-mock/snapshot", 1
_UNCHANGED = 1_000  # records


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Records and counters, and the time that the clock showed. ``image`` is a fork: it is never written to."""

    name: str
    image: Image
    now: str
    frozen: bool
    layer: LayerId | None = None
    """What the log keeps it as, where it does."""


def snapshot_of(name: str, facts: Mapping[str, Any], image: Image, layer: LayerId) -> Snapshot:
    """A snapshot that a log gave back. Raises ValueError for facts that nobody of us wrote."""
    now, frozen = facts.get("now"), facts.get("frozen")
    if not isinstance(now, str) or not isinstance(frozen, bool):
        raise ValueError(f"its snapshot {name!r:.80} has no time")
    return Snapshot(name, image, now, frozen, layer)


def exported(snapshot: Snapshot) -> Iterator[bytes]:
    """The whole of it as the parts of a JSON text, record by record; ``sha256`` is over its content, the name left out.

    The digest is over the content with all names in their order (``checksum``), the text has them as they are kept.
    """
    image = snapshot.image
    counters = dict(image.counters)
    head = {"format": FORMAT, "version": VERSION, "name": snapshot.name, "now": snapshot.now, "frozen": snapshot.frozen}
    yield write_json({**head, "counters": counters})[:-1] + b',"records":{'
    start = {"counters": counters, "frozen": snapshot.frozen, "now": snapshot.now}
    digest = hashlib.sha256(write_json(start, orjson.OPT_SORT_KEYS)[:-1] + b',"records":{')
    for number, kind in enumerate(kind for kind in image.kinds if image.rows(kind)):
        opening = (b"," if number else b"") + write_json(kind) + b":["
        digest.update(opening)
        yield opening
        for place, row in enumerate(image.rows(kind)):
            item = {"id": row.id, "arrival": row.key[1], "record": row.record}
            comma = b"," if place else b""
            digest.update(comma + write_json(item, orjson.OPT_SORT_KEYS))
            yield comma + write_json(item)
        digest.update(b"]")
        yield b"]"
    digest.update(b"}}")
    yield b'},"sha256":%s}' % write_json(digest.hexdigest())


def checksum(file: Mapping[str, Any]) -> str:
    content = {name: file[name] for name in ("now", "frozen", "counters", "records")}
    return hashlib.sha256(write_json(content, orjson.OPT_SORT_KEYS)).hexdigest()


def imported(file: Mapping[str, Any]) -> Snapshot:
    """The snapshot of a file whose shape was checked."""
    rows = {
        kind: [Row(it["id"], place_in_order(it), it["record"]) for it in items]
        for kind, items in file["records"].items()
    }
    # Whatever the file says: rows made later come after those of the file, in the order of arrival too.
    arrived = max((row.key[1] + 1 for some in rows.values() for row in some), default=0)
    counters = {**file["counters"], ARRIVAL: max(file["counters"].get(ARRIVAL, 0), arrived)}
    image = Image.restored(Layer(0, rows=rows, counters=counters))
    return Snapshot(file["name"], image, file["now"], file["frozen"])


def place_in_order(item: Mapping[str, Any]) -> tuple[str, int]:
    """Where a record of a file stands among those of its kind; no two may stand at one place."""
    created = item["record"].get("createdAt")
    return created if isinstance(created, str) else "", item["arrival"]


def changes(before: Image, after: Image) -> Iterator[dict[str, Any] | None]:
    """What became of each record: ``added``, ``removed``, or ``changed``, field by field, with before and after.

    None comes now and then, where nothing has changed for a while.
    """
    for kind in sorted({*before.kinds, *after.kinds}):
        old: dict[Id, Row] = {row.id: row for row in before.rows(kind)}
        for number, row in enumerate(after.rows(kind)):
            was = old.pop(row.id, None)
            if was is None:
                yield _change("added", kind, row.id, None, row.record)
            elif was is not row:  # a row is never changed in place
                for field, one, other in _fields(was.record, row.record):
                    yield {**_change("changed", kind, row.id, one, other), "field": field}
            elif number % _UNCHANGED == 0:
                yield None
        for row in old.values():
            yield _change("removed", kind, row.id, row.record, None)
        yield None


def _change(what: str, kind: str, id: Id, before: Any, after: Any) -> dict[str, Any]:
    return {"kind": kind, "id": id, "change": what, "field": None, "before": before, "after": after}


def _fields(before: Record, after: Record) -> Iterator[tuple[str, Any, Any]]:
    for field in {**before, **after}:
        one, other = before.get(field), after.get(field)
        if one != other or (field in before) is not (field in after):
            yield field, one, other


def patched(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change as an operation of JSON Patch (RFC 6902) on ``{kind: {id: record}}``."""
    tokens = [change["kind"], str(change["id"]), *([change["field"]] if change["field"] is not None else [])]
    path = "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)
    if change["change"] == "removed":
        return {"op": "remove", "path": path}
    return {"op": "add" if change["change"] == "added" else "replace", "path": path, "value": change["after"]}
