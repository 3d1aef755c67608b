"""Changes of what a client sends to an operation: its parameters and its body."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from contracts.changes.change import Change, make
from contracts.changes.grades import Side
from contracts.changes.schema_parts import Schema, parts_of
from contracts.changes.schema_view import view_of
from contracts.changes.versions import Node, Version
from contracts.rules.location import Location

_NOT_PARAMETERS = ("accept", "content-type", "authorization")
"""Headers that OpenAPI describes elsewhere."""
BODY = Location(part="body")


class Sent(NamedTuple):
    """A parameter of an operation. ``name`` is that of the document; path parameters are known by their position."""

    place: str
    name: str
    node: Node


def parameters_of(version: Version, path: str, item: Node, operation: Node) -> dict[tuple[str, str], Sent]:
    """The parameters of an operation by place and name; those of the path item count unless they are given again."""
    positions = {name: f"#{number}" for number, name in enumerate(re.findall(r"\{([^}]*)\}", path))}
    found: dict[tuple[str, str], Sent] = {}
    for holder in (item, operation):
        listed = holder.get("parameters")
        for raw in listed if isinstance(listed, list) else ():
            node = version.mapping(raw)
            place, name = str(node.get("in", "")), str(node.get("name", ""))
            known = name.lower() if place == "header" else positions.get(name, name) if place == "path" else name
            if place and not (place == "header" and known in _NOT_PARAMETERS):
                found[place, known] = Sent(place, name, node)
    return found


def parameter_schema(version: Version, node: Node) -> Schema:
    """The schema of a parameter, also of one that is written in a media type."""
    content = version.mapping(node, "content")
    first = next(iter(content.values()), None)
    schema = version.mapping(first).get("schema") if first is not None else node.get("schema")
    return (schema if isinstance(schema, Mapping | bool) else {},)


def parameter_changes(key: str, old: dict[tuple[str, str], Sent], new: dict[tuple[str, str], Sent],
                      versions: tuple[Version, Version]) -> Iterator[Change]:  # fmt: skip
    """The changes of the parameters themselves, without those of their schemas."""
    gone = {known: sent for known, sent in old.items() if known not in new}
    come = {known: sent for known, sent in new.items() if known not in old}
    for known, sent in gone.items():
        there = next((it for it in come.values() if it.name == sent.name and it.place != sent.place), None)
        where = location_of(sent)
        if there is not None:
            yield _change("parameter-moved", key, where, sent.place, there.place)
            come = {name: it for name, it in come.items() if it is not there}
        elif known[0] != "path":  # a path with fewer parameters is another path
            yield _change("parameter-removed", key, where)
    for sent in come.values():
        required = sent.node.get("required") is True and sent.place != "path"
        yield _change("required-parameter-added" if required else "optional-parameter-added", key, location_of(sent))
    for known in old.keys() & new.keys():
        yield from _kept(key, old[known], new[known], versions)


def _kept(key: str, old: Sent, new: Sent, versions: tuple[Version, Version]) -> Iterator[Change]:
    where = location_of(old)
    was, is_ = old.node.get("required") is True, new.node.get("required") is True
    if was != is_ and old.place != "path":
        yield _change("parameter-became-required" if is_ else "parameter-became-optional", key, where)
    was, is_ = old.node.get("deprecated") is True, new.node.get("deprecated") is True
    if was != is_:
        yield _change("parameter-deprecated" if is_ else "parameter-reinstated", key, where)
    before, after = _style(old), _style(new)
    if before != after and _is_many(old, versions[0]) and _is_many(new, versions[1]):
        yield _change("parameter-style-changed", key, where, before, after)


def _style(sent: Sent) -> str:
    """How lists and objects are written: the style, with ``exploded``."""
    if isinstance(sent.node.get("content"), Mapping):
        return "in a media type"
    style = str(sent.node.get("style", "form" if sent.place in ("query", "cookie") else "simple"))
    explode = sent.node.get("explode", style == "form")
    return f"{style}, exploded" if explode else style


def _is_many(sent: Sent, version: Version) -> bool:
    types = view_of(parts_of(parameter_schema(version, sent.node), version)).types
    return types is not None and bool(types & {"array", "object"})


def body_changes(key: str, old: Node, new: Node, was: bool, is_: bool) -> Iterator[Change]:
    """The changes of the body as a whole; ``was`` and ``is_`` say whether there is one."""
    before, after = old.get("required") is True, new.get("required") is True
    if was and not is_:
        yield _change("body-removed", key, BODY)
    elif is_ and not was:
        yield _change("required-body-added" if after else "optional-body-added", key, BODY)
    elif before != after:
        yield _change("body-became-required" if after else "body-became-optional", key, BODY)


def location_of(sent: Sent) -> Location:
    """The place of a parameter in a request."""
    return Location(part=sent.place, name=sent.name)


def _change(rule: str, key: str, where: Location, before: Any = None, after: Any = None) -> Change:
    return make(
        rule, key, side=Side.PARAMETER if where.name else Side.REQUEST, location=where, before=before, after=after
    )
