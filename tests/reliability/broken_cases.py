"""Files that are wrong, and starts that cannot be made, each as one command line in a folder of its own."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frame import HERE
from wrong_values import LEFT_OUT, changed

TINY = str(HERE.parent / "tiny.json")
"""A document that is read at once."""
DEEP = 200_000
Prepare = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """``files`` are written first, ``prepare`` does what cannot be written.

    ``where`` is what must be named, if anything; ``whole``: the fault has no one line or pointer.
    """

    kind: str
    name: str
    arguments: Sequence[str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    where: str = ""
    whole: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Prepare | None = None


# --- contracts ---------------------------------------------------------------------------------------------------


def _document() -> dict[str, Any]:
    pot = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}, "required": ["id"]}
    answer = {
        "200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pot"}}}}
    }
    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    sent = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pot"}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pots", "version": "1"},
        "paths": {
            "/v1/pots": {"post": {"requestBody": sent, "responses": answer}},
            "/v1/pots/{id}": {"get": {"parameters": [one], "responses": answer}},
        },
        "components": {"schemas": {"Pot": pot}},
    }


GET = ("paths", "/v1/pots/{id}", "get")
POT = ("components", "schemas", "Pot")
NAME = (*POT, "properties", "name")
ANSWER = (*GET, "responses", "200")
PARAMETER = (*GET, "parameters", 0)

# What is put where in a document that is right otherwise.
CHANGED: Sequence[tuple[tuple[Any, ...], Any]] = [
    (("openapi",), LEFT_OUT),
    (("openapi",), "4.0.0"),
    (("openapi",), "2.0"),
    (("openapi",), None),
    (("paths",), LEFT_OUT),
    (("paths",), {}),
    (("paths",), []),
    (("paths",), None),
    (("paths",), "all"),
    (("paths", "/v1/pots"), []),
    (("paths", "/v1/pots"), {"$ref": "other.yaml#/paths/x"}),
    (GET, None),
    (GET, []),
    (GET, "pots"),
    ((*GET, "responses"), []),
    (ANSWER, "fine"),
    (ANSWER, {"$ref": "#/components/responses/None"}),
    (ANSWER, {"$ref": "file:///etc/passwd"}),
    (ANSWER, {"$ref": "http://127.0.0.1:9/answer.json"}),
    ((*ANSWER, "content"), []),
    ((*ANSWER, "content", "application/json"), "text"),
    ((*ANSWER, "content", "application/json", "schema"), "text"),
    ((*ANSWER, "content", "application/json", "schema"), []),
    ((*ANSWER, "content", "application/json", "schema"), {"$ref": "#/components/schemas/None"}),
    ((*ANSWER, "content", "application/json", "schema"), {"$ref": "#/components/schemas/Pot/properties/none"}),
    ((*ANSWER, "content", "application/json", "schema"), {"$ref": "../secret.yaml"}),
    ((*ANSWER, "content", "application/json", "schema"), {"$ref": "https://example.com/schema.json"}),
    ((*ANSWER, "content", "application/json", "schema"), {"$ref": 5}),
    ((*GET, "parameters"), {}),
    (PARAMETER, "id"),
    (PARAMETER, {"in": "path", "required": True, "schema": {"type": "string"}}),
    (PARAMETER, {"name": "id", "required": True, "schema": {"type": "string"}}),
    (PARAMETER, {"name": "id", "in": "the path", "required": True, "schema": {"type": "string"}}),
    (PARAMETER, {"$ref": "#/components/parameters/None"}),
    ((*PARAMETER, "schema"), {"type": "strin"}),
    ((*PARAMETER, "schema"), []),
    (("paths", "/v1/pots", "post", "requestBody"), []),
    (("paths", "/v1/pots", "post", "requestBody"), {"$ref": "#/nowhere"}),
    (("paths", "/v1/pots", "post", "requestBody", "content"), "json"),
    (POT, []),
    (POT, None),
    (POT, {"$ref": "#/components/schemas/Pot"}),
    (POT, {"allOf": [{"$ref": "#/components/schemas/Pot"}]}),
    ((*POT, "type"), "objekt"),
    ((*POT, "type"), 5),
    ((*POT, "type"), ["object", "nothing"]),
    ((*POT, "required"), True),
    ((*POT, "required"), "id"),
    ((*POT, "required"), [1]),
    ((*POT, "properties"), []),
    ((*POT, "properties"), {"name": "string"}),
    ((*POT, "additionalProperties"), "no"),
    ((*POT, "allOf"), []),
    ((*POT, "allOf"), {}),
    ((*POT, "oneOf"), ["text"]),
    (NAME, {"type": "string", "pattern": "["}),
    (NAME, {"type": "string", "pattern": "(?<name"}),
    (NAME, {"type": "string", "pattern": 5}),
    (NAME, {"type": "string", "minLength": -1}),
    (NAME, {"type": "string", "maxLength": "5"}),
    (NAME, {"type": "string", "enum": []}),
    (NAME, {"type": "string", "enum": "a"}),
    (NAME, {"type": "string", "format": 5}),
    (NAME, {"type": "number", "multipleOf": 0}),
    (NAME, {"type": "number", "minimum": "1"}),
    (NAME, {"type": "number", "exclusiveMinimum": True}),
    (NAME, {"type": "array", "items": 5}),
    (NAME, {"type": "array", "minItems": 1.5}),
    (NAME, {"type": "array", "uniqueItems": "yes"}),
    (NAME, {"patternProperties": {"(": {}}}),
    (NAME, {"dependentRequired": {"a": "b"}}),
    (NAME, {"prefixItems": []}),
    (NAME, {"not": "this"}),
]

# Texts that are no document.
TEXTS: Mapping[str, tuple[bytes, bool]] = {
    "empty": (b"", True),
    "spaces": (b"  \n \n", True),
    "a text": (b"hello", True),
    "a number": (b"5", True),
    "a list": (b"- openapi: 3.1.0\n", True),
    "bytes": (bytes(range(256)), False),
    "UTF-16": ('{"openapi": "3.1.0"}'.encode("utf-16"), False),
    "Latin-1": ("openapi: 3.1.0\ninfo: {title: Töpfe}".encode("latin-1"), False),
    "NUL": (b"openapi: 3.1.0\ninfo: \x00\n", True),
    "a bell": (b"openapi: \x07\n", True),
    "a tab": (b"openapi: 3.1.0\ninfo:\n\ttitle: x\n", False),
    "half a list": (b"openapi: 3.1.0\npaths: [a\n", False),
    "half a text": (b'openapi: "3.1.0\n', False),
    "a colon too many": (b"openapi: 3.1.0\ninfo: a: b\n", False),
    "a key twice": (b"openapi: 3.1.0\npaths: {}\npaths: {}\n", False),
    "a merge key": (b"openapi: 3.1.0\n<<: {a: b}\n", False),
    "a key that is a list": (b"? [a]\n: b\n", False),
    "two documents": (b"openapi: 3.1.0\n---\nopenapi: 3.1.0\n", False),
    "an alias of nothing": (b"openapi: *a\n", False),
    "an alias of itself": (b"openapi: &a [*a]\n", True),
    "a bomb of aliases": (
        b"a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 40)),
        True,
    ),
    "a tag of Python": (b"openapi: !!python/object/apply:os.system ['true']\n", False),
    "a tag of its own": (b"openapi: !secret x\n", False),
    "brackets": (b"[" * DEEP, True),
    "braces": (b"{" * DEEP, True),
    "objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, True),
    "dashes": (b"- " * DEEP + b"a", True),
    "questions": (b"? " * DEEP, True),
    "steps": (b"".join(b" " * n + b"a:\n" for n in range(1_500)), True),
    "a number of 5,000 digits": (b"openapi: " + b"9" * 5_000, True),
    "no number": (b"openapi: .nan", True),
    "1e999": (b"openapi: 1e999", True),
    "more than 10 MiB": (b"a: " + b"b" * (11 * 1024 * 1024), True),
    "many nodes": (b"a: [" + b"0," * 600_000 + b"0]", True),
}
JSON_TEXTS: Mapping[str, tuple[bytes, bool]] = {
    "half an object": (b'{\n"openapi": "3.1.0",\n', False),
    "a comma too many": (b'{\n"openapi": "3.1.0",\n}', False),
    "a comment": (b'{\n// a pot\n"openapi": "3.1.0"}', False),
    "single quotes": (b"{'openapi': '3.1.0'}", False),
    "NaN": (b'{"openapi": NaN}', False),
    "a surrogate": (b'{"openapi": "\\ud800"}', False),
    "two values": (b'{"openapi": "3.1.0"} {}', False),
}


def contracts() -> Iterator[Case]:
    def case(name: str, file: str, raw: bytes, *, whole: bool = False) -> Case:
        return Case("contract", name, ["serve", "--strict", "--spec", file], {file: raw}, file, whole)

    for way, value in CHANGED:
        name = f"{'/'.join(map(str, way))} = {'nothing' if value is LEFT_OUT else json.dumps(value)[:60]}"
        yield case(name, "own.json", json.dumps(changed(_document(), way, value)).encode())
    for name, (raw, whole) in TEXTS.items():
        yield case(name, "own.yaml", raw, whole=whole)
    for name, (raw, whole) in JSON_TEXTS.items():
        yield case(name, "own.json", raw, whole=whole)
    yield Case("contract", "no file", ["serve", "--spec", "none.yaml"], {}, "none.yaml", True)
    yield Case("contract", "a folder", ["serve", "--spec", "."], {}, ".", True)
    yield Case("contract", "a name too long", ["serve", "--spec", "x" * 500], {}, "xxx", True)
    wide: dict[str, Any] = {"S0": {"type": "string"}}
    wide |= {f"S{n}": {"allOf": [{"$ref": f"#/components/schemas/S{n - 1}"}] * 9} for n in range(1, 12)}
    doc = changed(_document(), ("components", "schemas"), {**wide, "Pot": {"$ref": "#/components/schemas/S11"}})
    yield case("schemas that multiply", "own.json", json.dumps(doc).encode())


# --- worlds ------------------------------------------------------------------------------------------------------

WORLDS: Mapping[str, tuple[bytes, bool]] = {
    "a list": (b"- leads\n", False),
    "a text": (b"leads\n", False),
    "an unknown key": (b"leads: 5\nwombats: 3\n", False),
    "a key mistyped": (b"laeds: 5\n", False),
    "a number below": (b"leads: -1\n", False),
    "a number above": (b"leads: 1000000000\n", False),
    "a number with a point": (b"leads: 1.5\n", False),
    "a number in words": (b"leads: many\n", False),
    "a number in hex": (b"leads: 0x10\n", False),
    "no value": (b"leads:\n", False),
    "days that are none": (b"days_back: 0\n", False),
    "more than all": (b"booking: 101\n", False),
    "a business that is not there": (b"business: bakery\n", False),
    "a flag in another word": (b"edge: perhaps\n", False),
    "a name of nothing": (b'name: ""\n', False),
    "a name of 300 letters": (b"name: " + b"n" * 300 + b"\n", False),
    "a key twice": (b"leads: 5\nleads: 6\n", False),
    "a list as a value": (b"leads: [5]\n", False),
    "a mapping as a value": (b"leads: {a: 5}\n", False),
    "a tab": (b"leads: 5\n\tdays_back: 3\n", False),
    "half a text": (b'name: "x\n', False),
    "two documents": (b"leads: 5\n---\nleads: 6\n", False),
    "an alias of nothing": (b"leads: *a\n", False),
    "bytes": (bytes(range(256)), True),
    "UTF-16": ("leads: 5".encode("utf-16"), True),
    "NUL": (b"name: \x00\n", True),
    "brackets": (b"[" * 16_000, True),
    "dashes": (b"- " * 8_000, True),
    "more than 16 KiB": (b"name: " + b"n" * 20_000, True),
    "more than 60 MB": (b"n" * 60_000_000, True),
}


def worlds() -> Iterator[Case]:
    for name, (raw, whole) in WORLDS.items():
        yield Case(
            "world", name, ["serve", "--spec", TINY, "--world", "./own.yaml"], {"own.yaml": raw}, "own.yaml", whole
        )
    for name, given in {"no file": "./none.yaml", "a folder": ".", "no world": "hugee", "nothing": " "}.items():
        yield Case("world", name, ["serve", "--spec", TINY, "--world", given], {}, given.strip("./ "), True)


# --- configurations ----------------------------------------------------------------------------------------------

SETTINGS: Mapping[str, tuple[bytes, bool]] = {
    "no TOML": (b"port 1\n", False),
    "half a line": (b"port = \n", False),
    "half a text": (b'world = "x\n', False),
    "a key twice": (b"port = 1\nport = 2\n", False),
    "an unknown setting": (b"seed = 1\nwombats = 3\n", False),
    "a setting mistyped": (b"prot = 1\n", False),
    "a section": (b"[server]\nport = 1\n", False),
    "a text for a number": (b'port = "x"\n', False),
    "a number above": (b"port = 70000\n", False),
    "a number below": (b"max-body = -1\n", False),
    "a number with a point": (b"seed = 1.5\n", False),
    "a list for a text": (b'host = ["a"]\n', False),
    "a mapping for a text": (b"host = {a = 1}\n", False),
    "a number for a list": (b"assume = 5\n", False),
    "a flag for a text": (b"host = true\n", False),
    "a number for a flag": (b"quiet = 3\n", False),
    "no choice": (b'log-format = "xml"\n', False),
    "no rate": (b'rate-limit = "fast"\n', False),
    "no traffic": (b'traffic = "often"\n', False),
    "several": (b"prot = 1\nquiet = 3\nport = -1\n", False),
    "a NUL": (b'host = "a\\u0000"\n', False),
    "bytes": (bytes(range(256)), True),
    "UTF-16": ("port = 1".encode("utf-16"), True),
    "Latin-1": ('world = "ä"'.encode("latin-1"), True),
    "brackets": (b"a = " + b"[" * DEEP, True),
    "braces": (b"a = " + b"{a=" * DEEP, True),
    "dots": (b".".join([b"a"] * DEEP) + b" = 1\n", True),
    "a number of 5,000 digits": (b"port = " + b"9" * 5_000, True),
    "60 MB": (b"# " + b"n" * 60_000_000, True),
}


def configurations() -> Iterator[Case]:
    own = "sophiie-mock.toml"
    for name, (raw, whole) in SETTINGS.items():
        yield Case("configuration", name, ["serve", "--spec", TINY], {own: raw}, own, whole)
    for name, raw in {
        "no table": b"[tool]\nsophiie-mock = 5\n",
        "an unknown setting": b"[tool.sophiie-mock]\nwombats = 3\n",
        "no TOML": b"[tool\n",
    }.items():
        file = "pyproject.toml"
        yield Case(
            "configuration", f"in pyproject, {name}", ["serve", "--spec", TINY], {file: raw}, file, name == "no table"
        )
