"""How a document is spelled does not count: two documents that mean the same have no change."""

from typing import Any

from differing import asked, content, document, operation, received, rules, sent

ROOM = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "floor": {"type": "integer"}},
    "required": ["name"],
}
TEXT = {"type": "string"}


def referring(schema: Any, **schemas: Any) -> Any:
    return {**received(schema), "components": {"schemas": schemas}}


def parameter(name: str, place: str) -> Any:
    return {"name": name, "in": place, "schema": TEXT}


def older(raw: Any) -> Any:
    return {**raw, "openapi": "3.0.3"}


ROWS: list[tuple[str, Any, Any]] = [
    ("a reference", received(ROOM), referring({"$ref": "#/components/schemas/Room"}, Room=ROOM)),
    ("a chain of references", received(ROOM), referring(
        {"$ref": "#/components/schemas/A"}, A={"$ref": "#/components/schemas/B"}, B=ROOM)),
    ("allOf", received(ROOM), received({"allOf": [
        {"type": "object", "properties": {"name": TEXT}, "required": ["name"]},
        {"type": "object", "properties": {"floor": {"type": "integer"}}}]})),
    ("allOf around a reference", received(ROOM), referring(
        {"allOf": [{"$ref": "#/components/schemas/Room"}], "description": "Such a room"}, Room=ROOM)),
    ("nullable of 3.0", older(received({**TEXT, "nullable": True})), received({"type": ["string", "null"]})),
    ("anyOf with null", received({"type": ["string", "null"]}), received({"anyOf": [TEXT, {"type": "null"}]})),
    ("nullable beside a reference",
     older(referring({"$ref": "#/components/schemas/Room", "nullable": True}, Room=ROOM)),
     referring({"oneOf": [{"$ref": "#/components/schemas/Room"}, {"type": "null"}]}, Room=ROOM)),
    ("exclusive bounds of 3.0", older(asked({"type": "integer", "minimum": 1, "exclusiveMinimum": True})),
     asked({"type": "integer", "exclusiveMinimum": 1})),
    ("a list of types", received({"type": ["string", "integer"]}), received({"anyOf": [TEXT, {"type": "integer"}]})),
    ("const", received({"enum": ["a"]}), received({"const": "a"})),
    ("the order of words", received({"enum": ["a", "b"]}), received({"enum": ["b", "a"]})),
    ("the type of an object", received({"properties": {"name": TEXT}}),
     received({"type": "object", "properties": {"name": TEXT}})),
    ("additionalProperties true", received(ROOM), received({**ROOM, "additionalProperties": True})),
    ("a bound of nothing", received({"type": "string"}), received({"type": "string", "minLength": 0})),
    ("titles and examples", received(ROOM),
     received({**ROOM, "title": "Room", "examples": [{}], "description": "A room"})),
    ("the name of a path parameter", document({"/a/{x}": {"get": {"parameters": [parameter("x", "path")]}}}),
     document({"/a/{y}": {"get": {"parameters": [parameter("y", "path")]}}})),
    ("parameters of the path", document({"/a": {"get": {"parameters": [parameter("q", "query")]}}}),
     document({"/a": {"parameters": [parameter("q", "query")], "get": {}}})),
    ("a base path in the paths", {**document({"/a": {"get": {}}}), "servers": [{"url": "https://x.example/v1"}]},
     {**document({"/a": {"get": {}}}), "servers": [{"url": "/v1/"}]}),
    ("the style that is the default", asked({"type": "array"}), asked({"type": "array"}, style="form", explode=True)),
    ("the case of a header", operation(parameters=[parameter("X-A", "header")]),
     operation(parameters=[parameter("x-a", "header")])),
    ("the charset of a media type", sent(ROOM), operation(
        requestBody={"required": True, **content(ROOM, "application/json; charset=utf-8")})),
    ("a word of an empty list", sent({"type": "object", "required": []}), sent({"type": "object"})),
]  # fmt: skip


def test_another_spelling_is_no_change() -> None:
    found = {name: (rules(old, new), rules(new, old)) for name, old, new in ROWS}

    assert {name: some for name, some in found.items() if some != ([], [])} == {}
