"""Small documents that differ in one thing, and what the comparison says of them."""

from pathlib import Path
from typing import Any

from contracts.changes.comparison import Comparison, compare
from contracts.changes.versions import version_of

Json = dict[str, Any]
OK: Json = {"200": {"description": "Fine"}}


def document(paths: Json | None = None, version: str = "3.1.0", **more: Any) -> Json:
    """A document with these paths."""
    return {"openapi": version, "info": {"title": "Rooms", "version": "1"}, "paths": paths or {}, **more}


def operation(**parts: Any) -> Json:
    """A document with one operation, ``POST /rooms``."""
    return document({"/rooms": {"post": {"responses": OK, **parts}}})


def content(schema: Any, media: str = "application/json") -> Json:
    """The content of a body with this schema."""
    return {"content": {media: {"schema": schema}}}


def sent(schema: Any) -> Json:
    """A document whose operation takes a body."""
    return operation(requestBody={"required": True, **content(schema)})


def received(schema: Any) -> Json:
    """A document whose operation answers a body."""
    return operation(responses={"200": {"description": "Fine", **content(schema)}})


def asked(schema: Any, **parts: Any) -> Json:
    """A document whose operation has a query parameter."""
    return operation(parameters=[{"name": "limit", "in": "query", "schema": schema, **parts}])


def compared(old: Json, new: Json) -> Comparison:
    """The comparison of two documents."""
    return compare(version_of(old, Path("old.json")), version_of(new, Path("new.json")))


def rules(old: Json, new: Json) -> list[str]:
    """The ids of the rules that two documents differ by."""
    return sorted(change.rule.id for change in compared(old, new).changes)
