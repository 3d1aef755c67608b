"""A JSON Schema of recipes for editors: numbers, and the records of the document that is served."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mock_server.spec.contract import Contract
from mock_server.spec.schema import Schema
from mock_server.store.state import Transaction
from mock_server.workspaces.own_data.kinds import Kind, Kinds
from mock_server.workspaces.own_data.values import time_form
from mock_server.workspaces.own_data.vocabulary import STATUSES
from mock_server.workspaces.seeding_empty import one_of_each
from mock_server.world.own_data.spoken_times import EXAMPLES
from mock_server.world.recipe import LIMITS, Recipe, businesses

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TIME = {"type": ["string", "null"], "description": f"A time: {EXAMPLES}."}
_START = datetime(2026, 1, 1, tzinfo=UTC)
_DEPTH = 2  # levels of objects that are described: some schemas contain themselves
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "about": {"type": "string", "description": "What it is about, in a few words."},
    "minutes": {"type": "integer", "minimum": 1, "maximum": 1_440, "description": "How long the visit takes."},
    "name": {"type": "string", "description": "First and last name."},
    "service": {"type": "string", "description": "The service that it is about."},
    "source": {"enum": ["CALL", "SMS", "EMAIL", "WEBFORM", "CHATBOT"], "description": "How the booking came in."},
    "transcript": {
        "description": 'What was said: lines like "customer: Hello", or {user: Hello}.',
        "type": ["array", "string"],
        "items": {"type": ["string", "object"]},
    },
}


def recipe_schema(contract: Contract) -> dict[str, Any]:
    """Make the schema of a recipe. It cannot express what depends on other records, such as known names."""
    state = one_of_each(contract, _START)
    kinds = Kinds(contract, Transaction(state), state.kinds)
    known = {name: kind for name in kinds.names if (kind := kinds.get(name))}
    several = {name: _several(kind) for name, kind in known.items()}
    numbers: dict[str, Any] = dict(_numbers())
    both = {name: {"anyOf": [numbers[name], several[name]]} for name in ("leads", "inquiries") if name in several}
    return {
        "$schema": _DIALECT,
        "title": "A recipe of sophiie-mock",
        "type": "object",
        "properties": {
            **{name: it for name, it in several.items() if name not in numbers},
            **numbers,
            **both,
            "records": {"type": "object", "properties": several, "additionalProperties": False},
        },
        "additionalProperties": False,
        "$defs": {_safe(name): _record(kind, contract) for name, kind in known.items()},
    }


def _numbers() -> Mapping[str, Any]:
    """The keys of a recipe that are not records, with their defaults."""
    usual = Recipe().to_dict()
    found: dict[str, Any] = {}
    for name, default in usual.items():
        if isinstance(default, bool):
            found[name] = {"type": "boolean", "default": default}
        elif isinstance(default, int):
            low, high = LIMITS[name]
            found[name] = {"type": "integer", "minimum": low, "maximum": high, "default": default}
        else:
            found[name] = {"type": "string", "maxLength": 200}
    return found | {"business": {"enum": businesses(), "default": usual["business"]}}


def _several(kind: Kind) -> dict[str, Any]:
    one = {"$ref": f"#/$defs/{_safe(kind.name)}"}
    return {"anyOf": [one, {"type": "array", "items": one}]} if kind.single else {"type": "array", "items": one}


def _record(kind: Kind, contract: Contract) -> dict[str, Any]:
    """The schema of one record: its fields, the shorter words for them, and the records in it."""
    fields = {name: _field(name, part) for name, part in kind.fields.items()}
    aliases = {word: fields.get(name, {}) for word, name in kind.aliases.items()}
    refers = {word: _reference(target) for word, (_, target) in kind.refers.items()}
    words = {word: dict(_WORDS.get(word, {})) for word in kind.words}
    below = {word: _items(name) for word, (name, _) in kind.below.items()}
    if kind.name == "appointments" and not contract.foreign:
        fields["status"] = {"enum": list(STATUSES)}
        aliases["service"] = refers.get("tradeService", {})
    shape = {
        "type": "object",
        "properties": dict(sorted({**fields, **refers, **aliases, **words, **below}.items())),
        "additionalProperties": bool(kind.family and kind.family.free),
    }
    return {"anyOf": [{"type": "string"}, shape]} if kind.short else shape


def _items(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{_safe(name)}"}}


def _reference(target: str) -> dict[str, Any]:
    """The value of a field that names another record."""
    types = ["string", "integer", "object", "array", "null"]
    return {"type": types, "description": f"One of the {target}: its name, mail or id."}


def _field(name: str, part: Schema | None, depth: int = _DEPTH) -> dict[str, Any]:
    if name in ("createdAt", "updatedAt") or (part is not None and time_form(part) is not None):
        return dict(_TIME)
    if part is None:
        return {}
    found: dict[str, Any] = {} if part.declared_types is None else {"type": sorted(part.types)}
    values = [value for it in part.certain for value in it.node.get("enum", ())]
    if values:
        found = {"enum": values}
    elif "object" in part.types and part.sure and depth:
        found["properties"] = {inner: _field(inner, it, depth - 1) for inner, it in part.sure.items()}
    about = str(part.node.get("description", "")).strip().partition("\n")[0]
    return {**found, "description": about} if about else found


def _safe(name: str) -> str:
    return name.replace("/", ".").replace("~", ".").replace("{", "").replace("}", "")
