"""One part that is not as OpenAPI has it is left out, with its reason, and the rest of the document is checked."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contracts.cli import main
from contracts.errors import CannotRun
from contracts.options.options import Options
from contracts.run.run_plan import RunPlan
from contracts.spec.document import Contract, load
from contracts.spec.readable_parts import UNREAD, with_readable_parts
from contracts.transport.target import Target

_PET = {"$ref": "#/components/schemas/Pet"}
_ANSWERS = {"200": {"description": "", "content": {"application/json": {"schema": _PET}}}}
_BODY = {"content": {"application/json": {"schema": {"type": "object"}}}}
_ROOT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "paths": {
        "/pets": {"get": {"responses": _ANSWERS, "parameters": [{"name": "q", "in": "query", "schema": {}}]}},
        "/other": {"post": {"requestBody": _BODY, "responses": {"200": {"description": ""}}}},
    },
    "webhooks": {"born": {"post": {"requestBody": {"content": {"application/json": {"schema": _PET}}}}}},
    "components": {
        "schemas": {
            "Pet": {"type": "object",
                    "properties": {"name": {"type": "string"}, "tag": {"$ref": "#/components/schemas/Tag"}}},
            "Tag": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
        }
    },
}  # fmt: skip
_WRONG: list[tuple[str, Any]] = [
    ("paths//pets/get", None),
    ("paths//pets/get/responses", ["a"]),
    ("paths//pets/get/responses/200", ["a"]),
    ("paths//pets/get/responses/200/content", None),
    ("paths//pets/get/responses/200/content/application!json", 3),
    ("paths//pets/get/responses/200/content/application!json/schema", ["a"]),
    ("paths//pets/get/responses/200/headers", {"x-a": None}),
    ("paths//pets/get/parameters", {"a": 1}),
    ("paths//pets/get/parameters/0", ["a"]),
    ("paths//pets/get/parameters/0/name", ["a"]),
    ("paths//pets/get/requestBody", {"$ref": "#/components/requestBodies/None"}),
    ("paths//pets/parameters", [None]),
    ("components/schemas/Pet", 3),
    ("components/schemas/Tag", None),
    ("components/schemas/Tag/required", [{"a": None}]),
    ("components/schemas/Tag/type", "none such"),
    ("components/schemas/Tag/properties/a", {"$ref": 5}),
    ("components/schemas/Tag", {"$ref": "#/components/schemas/Tag"}),
    ("components/schemas", ["a"]),
    ("components", None),
]


def changed(place: str, value: Any) -> dict[str, Any]:
    """The document with another value at a place; in its names ``!`` stands for a slash, and ``//`` for a path."""
    root = copy.deepcopy(_ROOT)
    node: Any = root
    *way, last = [step.replace("\0", "/").replace("!", "/") for step in place.replace("//", "/\0").split("/")]
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[int(last) if isinstance(node, list) else last] = value
    return root


def loaded(folder: Path, root: dict[str, Any]) -> Contract:
    (folder / "pets.json").write_text(json.dumps(root))
    return load(str(folder / "pets.json"))


def planned(contract: Contract) -> RunPlan:
    return RunPlan.of(contract, Target("http://127.0.0.1:1", "sk_test_local", is_mock=True, local=True), Options())


@pytest.mark.parametrize(("place", "value"), _WRONG, ids=[f"{place} {value}"[:60] for place, value in _WRONG])
def test_one_odd_part_takes_no_other_operation_down(tmp_path: Path, place: str, value: Any) -> None:
    contract = loaded(tmp_path, changed(place, value))
    assert list(contract.operations) == ["POST /other"]
    assert list(contract.documents[0].unread) == ["GET /pets"]
    left_out = planned(contract).left_out
    assert {str(skipped) for key, skipped in left_out.items() if key == "GET /pets"}
    assert "Error" not in str(left_out["GET /pets"])


@pytest.mark.parametrize("value", [None, ["a"], {"born": None}, {"born": {"post": {"requestBody": True}}}])
def test_an_odd_webhook_takes_no_operation_down(tmp_path: Path, value: Any) -> None:
    contract = loaded(tmp_path, changed("webhooks", value))
    assert list(contract.operations) == ["GET /pets", "POST /other"]
    assert contract.webhooks == {}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("paths//pets/get/tags", 3),
        ("paths//pets/get/tags", [["a"]]),
        ("paths//pets/get/security", [True]),
        ("paths//pets/get/x-provenance", ["their own word"]),
        ("paths//pets/get/responses/200/content/application!json/examples", 3),
        ("security", "a"),
        ("servers", [{"url": "https://a.example", "variables": {"a": {"enum": 3}}}]),
        ("components/securitySchemes", {"a": None}),
        ("components/schemas/Unused", 3),
        ("components/schemas/Pet/properties/name/examples", 3),
        ("components/schemas/Pet/properties/name", True),
        ("components/schemas/Pet/properties/name/required", True),
        ("components/schemas/Pet/properties/name/type", "str"),
        ("components/schemas/Pet/properties/name/type", ["string", "string"]),
        ("components/schemas/Pet/properties/name/enum", []),
        ("components/schemas/Tag/properties", {}),
    ],
)
def test_what_has_one_meaning_is_read_as_meant(tmp_path: Path, place: str, value: Any) -> None:
    contract = loaded(tmp_path, changed(place, value))
    assert list(contract.operations) == ["GET /pets", "POST /other"]
    answer = contract.operations["GET /pets"].answers["200"]
    assert planned(contract).contract.documents[0].validator(answer.schema or {}).first_error({"name": "Rex"}) is None


def test_a_document_without_a_readable_operation_is_refused(tmp_path: Path) -> None:
    root = changed("paths//pets/get/responses", ["a"])
    del root["paths"]["/other"]
    with pytest.raises(CannotRun, match=r"GET /pets cannot be read: /paths/~1pets/get/responses: .* a list"):
        loaded(tmp_path, root)


def test_a_sound_document_is_not_copied() -> None:
    assert with_readable_parts(_ROOT) is _ROOT


@pytest.mark.slow
def test_the_check_of_an_odd_document_names_what_it_left_out(tmp_path: Path) -> None:
    root = changed("paths//pets/get/responses", ["a"])
    root["components"]["schemas"]["Pet"]["properties"]["name"]["required"] = True
    root["paths"]["/pets"]["post"] = {"responses": _ANSWERS}
    (tmp_path / "pets.json").write_text(json.dumps(root))
    result = CliRunner().invoke(
        main.command, ["--spec", str(tmp_path / "pets.json"), "--quick", "-v"], standalone_mode=False
    )
    assert (result.return_value, "✗" in result.output) == (0, False), result.output
    reason = "not run: 1 · /paths/~1pets/get/responses: `responses` has to be a mapping and not a list · GET /pets"
    assert reason in result.output


@pytest.mark.parametrize("reference", ["#", "#/paths", "#/components", "#/components/parameters", "#/info"])
def test_a_reference_to_a_whole_shelf_takes_its_operation_out_alone(reference: str) -> None:
    answer = {"200": {"description": ""}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/odd": {"get": {"parameters": [{"$ref": reference}], "responses": answer}},
                  "/good": {"get": {"responses": answer}}},
        "components": {"parameters": {"P": {"name": "p", "in": "query"}}},
        "info": {"title": "t"},
    }  # fmt: skip
    whole = with_readable_parts(document)
    assert list(whole[UNREAD]) == ["GET /odd"]
    assert (list(whole["paths"]["/odd"]), list(whole["paths"]["/good"])) == ([], ["get"])
    assert whole["components"] == document["components"]
