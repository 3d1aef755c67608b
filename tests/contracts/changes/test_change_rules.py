"""Each rule of ``spec diff``, shown by two documents that differ in one thing."""

from typing import Any

from differing import OK, asked, content, document, operation, received, rules, sent

from contracts.changes.change_rules import CHANGE_RULES, LOWER, UPPER

ROOM = {"type": "object", "properties": {"name": {"type": "string"}}}
NAMED = {**ROOM, "required": ["name"]}
KEYED: dict[str, Any] = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}, "old": {
    "type": "apiKey", "in": "header", "name": "X-Key"}, "oauth": {"type": "oauth2"}}}  # fmt: skip


def field(**schema: Any) -> Any:
    return {"type": "object", "properties": {"name": schema}}


def secured(*needs: Any) -> Any:
    return document({"/rooms": {"get": {"responses": OK, "security": list(needs)}}}, components=KEYED)


def parameters(*listed: Any) -> Any:
    return operation(parameters=list(listed))


def limit(place: str = "query", **parts: Any) -> Any:
    return {"name": "limit", "in": place, "schema": {"type": "integer"}, **parts}


def answers(**by_status: Any) -> Any:
    return operation(
        responses={status[1:]: {"description": "An answer", **(it or {})} for status, it in by_status.items()}
    )


def headers(**parts: Any) -> Any:
    return answers(_200={"headers": {"X-Total": {"schema": {"type": "integer"}, **parts}}})


def hook(*names: str) -> Any:
    return document(webhooks={name: {"post": {"responses": OK}} for name in names})


def at(*paths: str, **parts: Any) -> Any:
    return document({path: {"get": {"responses": OK, **parts}} for path in paths})


ROWS: list[tuple[str, Any, Any]] = [
    ("operation-removed", at("/a", "/b"), at("/a")),
    ("operation-added", at("/a"), at("/a", "/b")),
    ("operation-deprecated", at("/a"), at("/a", deprecated=True)),
    ("operation-reinstated", at("/a", deprecated=True), at("/a")),
    ("operation-id-changed", at("/a", operationId="one"), at("/a", operationId="two")),
    ("base-path-changed", {**at("/a"), "servers": [{"url": "/v1"}]}, {**at("/a"), "servers": [{"url": "/v2"}]}),
    ("server-changed", {**at("/a"), "servers": [{"url": "https://a.example"}]},
     {**at("/a"), "servers": [{"url": "https://b.example"}]}),
    ("webhook-removed", hook("A", "B"), hook("A")),
    ("webhook-added", hook("A"), hook("A", "B")),
    ("security-added", secured(), secured({"key": []})),
    ("security-removed", secured({"key": []}), secured()),
    ("security-changed", secured({"old": []}), secured({"key": []})),
    ("security-option-added", secured({"old": []}), secured({"old": []}, {"key": []})),
    ("security-option-removed", secured({"old": []}, {"key": []}), secured({"key": []})),
    ("scope-added", secured({"oauth": ["a"]}), secured({"oauth": ["a", "b"]})),
    ("scope-removed", secured({"oauth": ["a", "b"]}), secured({"oauth": ["a"]})),
    ("required-parameter-added", parameters(), parameters(limit(required=True))),
    ("optional-parameter-added", parameters(), parameters(limit())),
    ("parameter-removed", parameters(limit()), parameters()),
    ("parameter-moved", parameters(limit()), parameters(limit("header"))),
    ("parameter-became-required", parameters(limit()), parameters(limit(required=True))),
    ("parameter-became-optional", parameters(limit(required=True)), parameters(limit())),
    ("parameter-style-changed", asked({"type": "array", "items": {}}),
     asked({"type": "array", "items": {}}, explode=False)),
    ("parameter-deprecated", parameters(limit()), parameters(limit(deprecated=True))),
    ("parameter-reinstated", parameters(limit(deprecated=True)), parameters(limit())),
    ("required-body-added", operation(), sent(ROOM)),
    ("optional-body-added", operation(), operation(requestBody=content(ROOM))),
    ("body-removed", sent(ROOM), operation()),
    ("body-became-required", operation(requestBody=content(ROOM)), sent(ROOM)),
    ("body-became-optional", sent(ROOM), operation(requestBody=content(ROOM))),
    ("media-type-added", received(ROOM),
     answers(_200={"content": {"application/json": {"schema": ROOM}, "text/csv": {}}})),
    ("media-type-removed", answers(_200={"content": {"application/json": {"schema": ROOM}, "text/csv": {}}}),
     received(ROOM)),
    ("schema-added", answers(_200={"content": {"application/json": {}}}), received(ROOM)),
    ("schema-removed", received(ROOM), answers(_200={"content": {"application/json": {}}})),
    ("success-status-added", answers(_200=None), answers(_200=None, _202=None)),
    ("success-status-removed", answers(_200=None, _202=None), answers(_200=None)),
    ("error-status-added", answers(_200=None), answers(_200=None, _404=None)),
    ("error-status-removed", answers(_200=None, _404=None), answers(_200=None)),
    ("header-added", answers(_200=None), headers()),
    ("required-header-removed", headers(required=True), answers(_200=None)),
    ("optional-header-removed", headers(), answers(_200=None)),
    ("header-became-optional", headers(required=True), headers()),
    ("header-became-required", headers(), headers(required=True)),
    ("required-property-added", sent({"type": "object"}), sent(NAMED)),
    ("optional-property-added", sent({"type": "object"}), sent(ROOM)),
    ("required-property-removed", received(NAMED), received({"type": "object"})),
    ("optional-property-removed", received(ROOM), received({"type": "object"})),
    ("property-forbidden", sent({**ROOM, "additionalProperties": False}),
     sent({"type": "object", "additionalProperties": False})),
    ("property-became-required", sent(ROOM), sent(NAMED)),
    ("property-became-optional", received(NAMED), received(ROOM)),
    ("property-became-read-only", sent(ROOM), sent(field(type="string", readOnly=True))),
    ("property-deprecated", sent(ROOM), sent(field(type="string", deprecated=True))),
    ("property-reinstated", sent(field(type="string", deprecated=True)), sent(ROOM)),
    ("object-closed", sent(ROOM), sent({**ROOM, "additionalProperties": False})),
    ("object-opened", sent({**ROOM, "additionalProperties": False}), sent(ROOM)),
    ("further-fields-narrowed", sent(ROOM), sent({**ROOM, "additionalProperties": {"type": "string"}})),
    ("further-fields-widened", sent({**ROOM, "additionalProperties": {"type": "string"}}), sent(ROOM)),
    ("type-changed", sent(field(type="string")), sent(field(type="boolean"))),
    ("type-widened", sent(field(type="integer")), sent(field(type="number"))),
    ("type-narrowed", sent(field(type=["string", "integer"])), sent(field(type="string"))),
    ("became-nullable", sent(field(type="string")), sent(field(type=["string", "null"]))),
    ("became-not-nullable", sent(field(type=["string", "null"])), sent(field(type="string"))),
    ("enum-value-added", sent(field(enum=["a"])), sent(field(enum=["a", "b"]))),
    ("enum-value-removed", sent(field(enum=["a", "b"])), sent(field(enum=["a"]))),
    ("enum-replaced", received(field(const="a")), received(field(const="b"))),
    ("enum-added", sent(field(type="string")), sent(field(type="string", enum=["a"]))),
    ("enum-removed", sent(field(type="string", enum=["a"])), sent(field(type="string"))),
    ("default-changed", asked({"type": "integer", "default": 1}), asked({"type": "integer", "default": 2})),
    ("format-changed", sent(field(type="string", format="email")), sent(field(type="string", format="uri"))),
    ("format-widened", sent(field(type="integer", format="int32")), sent(field(type="integer", format="int64"))),
    ("format-narrowed", sent(field(type="integer", format="int64")), sent(field(type="integer", format="int32"))),
    ("format-added", sent(field(type="string")), sent(field(type="string", format="uri"))),
    ("format-removed", sent(field(type="string", format="uri")), sent(field(type="string"))),
    ("pattern-added", sent(field(type="string")), sent(field(type="string", pattern="a"))),
    ("pattern-removed", sent(field(type="string", pattern="a")), sent(field(type="string"))),
    ("pattern-changed", sent(field(type="string", pattern="a")), sent(field(type="string", pattern="b"))),
    ("multiple-of-added", sent(field(type="integer")), sent(field(type="integer", multipleOf=2))),
    ("multiple-of-removed", sent(field(type="integer", multipleOf=2)), sent(field(type="integer"))),
    ("multiple-of-changed", sent(field(type="integer", multipleOf=2)), sent(field(type="integer", multipleOf=3))),
    ("unique-items-added", sent({"type": "array"}), sent({"type": "array", "uniqueItems": True})),
    ("unique-items-removed", sent({"type": "array", "uniqueItems": True}), sent({"type": "array"})),
    ("choice-added", sent({"type": "object"}), sent({"type": "object", "oneOf": [ROOM, field(type="integer")]})),
    ("choice-removed", sent({"type": "object", "oneOf": [ROOM, field(type="integer")]}), sent({"type": "object"})),
    ("alternative-added", sent({"oneOf": [ROOM, {"type": "string", "format": "uri"}]}), sent(
        {"oneOf": [ROOM, {"type": "string", "format": "uri"}, {"type": "array"}]})),
    ("alternative-removed", sent({"oneOf": [ROOM, {"type": "string", "format": "uri"}, {"type": "array"}]}), sent(
        {"oneOf": [ROOM, {"type": "string", "format": "uri"}]})),
    ("keyword-added", sent({"type": "object"}), sent({"type": "object", "propertyNames": {"pattern": "a"}})),
    ("keyword-removed", sent({"type": "object", "propertyNames": {"pattern": "a"}}), sent({"type": "object"})),
    ("keyword-changed", sent({"type": "array", "contains": {"type": "string"}}),
     sent({"type": "array", "contains": {"type": "integer"}})),
    *((f"{word}-{how}", asked({bound: before} if before else {}), asked({bound: after} if after else {}))
      for bound, (word, _) in (*UPPER.items(), *LOWER.items())
      for how, before, after in (("added", 0, 5), ("removed", 5, 0), ("raised", 5, 7), ("lowered", 7, 5))),
]  # fmt: skip


def test_a_difference_of_one_thing_is_one_change() -> None:
    found = {row[0]: rules(row[1], row[2]) for row in ROWS}

    assert {rule: some for rule, some in found.items() if some != [rule]} == {}


def test_every_rule_is_shown_by_a_row() -> None:
    assert {row[0] for row in ROWS} == set(CHANGE_RULES)
