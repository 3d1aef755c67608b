"""Answers about all replicas: each tells of its own workspaces, and the answers are joined.

Lists are put together, numbers are added up. A replica that is asked by another one tells only of itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import orjson
from starlette.types import Scope

from mock_server.support.exact_json import write_json

Join = Callable[[Sequence[bytes]], bytes]
"""Makes one body of those of all replicas."""

_MAX_CALLS = 6_000
"""The calls that one replica tells of at most."""
_LARGEST = ("_max", "_info")
"""The ends of names of metrics that are not added up."""


def join_for(scope: Scope) -> Join | None:
    """The way to join the answers to a request; None if one replica can answer it alone."""
    if scope["method"] != "GET":
        return None
    if scope["path"] == "/__admin/coverage":
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("scope")
        return joined_coverage if asked == ["server"] else None
    if scope["path"] == "/__admin/audit":
        return partial(joined_audit, *_page(scope))
    return _JOINS.get(scope["path"])


def question_for_all(scope: Scope) -> Scope:
    """The request that each replica is asked: of a page, everything up to its end, as nobody knows who has it."""
    if scope["path"] != "/__admin/audit":
        return scope
    limit, offset = _page(scope)
    if limit > _MAX_CALLS:
        return scope  # it is refused as it stands
    asked = [(name, value) for name, value in _query(scope) if name not in ("limit", "offset")]
    query = urlencode([*asked, ("limit", min(limit + offset, _MAX_CALLS))])
    return {**scope, "query_string": query.encode("latin-1")}


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _page(scope: Scope) -> tuple[int, int]:
    """The limit and the offset of a list; whoever is asked refuses those that are no numbers."""
    given = dict(_query(scope))
    limit, offset = (given.get(name, usual) for name, usual in (("limit", "100"), ("offset", "0")))
    return (int(limit), int(offset)) if limit.isdecimal() and offset.isdecimal() else (_MAX_CALLS + 1, 0)


def joined_workspaces(bodies: Sequence[bytes]) -> bytes:
    """Put lists of workspaces together, in the order of their ids."""
    found = [each for body in bodies for each in orjson.loads(body)["workspaces"]]
    return write_json({"workspaces": sorted(found, key=lambda each: str(each["id"]))})


def joined_audit(limit: int, offset: int, bodies: Sequence[bytes]) -> bytes:
    """Put lists of calls together, newest first. Each call has the number that its own replica gave it."""
    parts = [orjson.loads(body) for body in bodies]
    calls = sorted((call for part in parts for call in part["calls"]), key=lambda call: str(call["at"]), reverse=True)
    counts = {name: sum(part[name] for part in parts) for name in ("total", "dropped")}
    return write_json({"calls": calls[offset : offset + limit], **counts})


def joined_coverage(bodies: Sequence[bytes]) -> bytes:
    """Add up counts, and count anew what was exercised at all."""
    total: dict[str, Any] = {}
    for body in bodies:
        total = _added(total, orjson.loads(body))
    operations = total["operations"].values()
    counts: Mapping[str, Iterator[int]] = {
        "operations": (one["requests"] for one in operations),
        "parameters": (count for one in operations for count in one["parameters"].values()),
        "statuses": (count for one in operations for count in one["statuses"].values()),
        "values": (count for one in operations for values in one["values"].values() for count in values.values()),
        "events": iter(total["events"].values()),
    }
    for name, some in counts.items():
        each = list(some)
        total["totals"][name] = {"exercised": sum(count > 0 for count in each), "all": len(each)}
    return write_json(total)


def _added(one: Any, other: Any) -> Any:
    if isinstance(other, dict):
        return {name: _added(one.get(name, _nothing(part)), part) for name, part in other.items()} | {
            name: part for name, part in one.items() if name not in other
        }
    return one + other


def _nothing(like: Any) -> Any:
    return {} if isinstance(like, dict) else 0


def joined_metrics(bodies: Sequence[bytes]) -> bytes:
    """Add up the numbers of metrics with the same name and labels; of some, take only the largest."""
    lines: dict[str, float | None] = {}
    for line in (line for body in bodies for line in body.decode().splitlines()):
        if line.startswith("#"):
            lines.setdefault(line)
            continue
        name, _, number = line.rpartition(" ")
        before = lines.get(name)
        is_largest = name.partition("{")[0].endswith(_LARGEST)
        value = float(number)
        lines[name] = value if before is None else max(before, value) if is_largest else before + value
    return "".join(
        f"{name}\n" if value is None else f"{name} {value:.15g}\n" for name, value in _grouped(lines)
    ).encode()


def _grouped(lines: Mapping[str, float | None]) -> Iterator[tuple[str, float | None]]:
    """Put the values of a metric together again where one replica has values that another one has not."""
    groups: dict[str, list[str]] = {}
    for line, value in lines.items():
        metric = line.split(" ")[2] if value is None else line.partition("{")[0]
        metric = next(
            (known for known in (metric.removesuffix("_sum"), metric.removesuffix("_count")) if known in groups), metric
        )
        groups.setdefault(metric, []).append(line)
    for group in groups.values():
        yield from ((line, lines[line]) for line in group)


_JOINS: Mapping[str, Join] = MappingProxyType(
    {
        "/__admin/workspaces": joined_workspaces,
        "/__admin/metrics": joined_metrics,
    }
)
