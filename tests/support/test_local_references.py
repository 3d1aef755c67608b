"""References to other names of a part and to files beside a document; nothing outside its folder is read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message

from mock_server.errors import SpecError
from mock_server.support import local_files
from mock_server.support.document_keywords import BROUGHT
from mock_server.support.local_references import bundled

TEXT = {"type": "string"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "api"
    folder.mkdir()
    return folder / "openapi.json"


def put(home: Path, **files: Any) -> None:
    """Files beside the document: ``a__b`` is ``a/b.json``."""
    for name, content in files.items():
        path = home.parent / f"{name.replace('__', '/')}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))


def at(root: Mapping[str, Any], reference: str) -> Any:
    node: Any = root
    for token in reference.split("/")[1:]:
        node = node[int(token)] if isinstance(node, list) else node[token]
    return node


def followed(home: Path, root: dict[str, Any]) -> Any:
    """The node that the reference at ``schema`` leads to, over all references of its own."""
    whole, *_ = bundled(root, home, SpecError)
    node = whole["schema"]
    while isinstance(node, dict) and "$ref" in node:
        node = at(whole, node["$ref"])
    return node


@pytest.mark.parametrize("reference", ["types.json#/Text", "./types.json#/Text", "sub/../types.json#/Text"])
def test_a_file_beside_the_document_is_brought_in(home: Path, reference: str) -> None:
    put(home, types={"Text": TEXT})
    assert followed(home, {"schema": {"$ref": reference}}) == TEXT


def test_files_lead_to_files_and_back_to_the_document(home: Path) -> None:
    put(home, paths__a={"$ref": "../types.json#/A"}, types={"A": {"$ref": "openapi.json#/here"}})
    assert followed(home, {"schema": {"$ref": "paths/a.json"}, "here": TEXT}) == TEXT


def test_a_file_that_names_itself_is_brought_in_once(home: Path) -> None:
    put(home, tree={"items": {"$ref": "#"}, "next": {"$ref": "tree.json"}})
    whole, *_ = bundled({"schema": {"$ref": "tree.json"}}, home, SpecError)
    assert len(whole["components"][BROUGHT]) == 1


def test_a_file_reaches_its_own_parts_by_its_name(home: Path) -> None:
    put(home, types={"A": {"$ref": "types.json#/B"}, "B": {"$ref": "./types.json#/C"}, "C": TEXT})
    assert followed(home, {"schema": {"$ref": "types.json#/A"}}) == TEXT
    assert followed(home, {"schema": {"$ref": "openapi.json#/part"}, "part": TEXT}) == TEXT


@pytest.mark.parametrize(
    "reference",
    ["openapi.json#/parts/A", "#a", "https://a.example/a", "https://a.example/b#in", "https://a.example/a#/deep"],
)
def test_other_names_of_a_part_are_followed(home: Path, reference: str) -> None:
    parts = {
        "A": {**TEXT, "$id": "https://a.example/a", "$anchor": "a", "deep": TEXT},
        "B": {"$id": "https://a.example/b", "inner": {**TEXT, "$anchor": "in"}},
        "C": {**TEXT, "$anchor": "a"},
    }
    assert followed(home, {"schema": {"$ref": reference}, "parts": parts})["type"] == "string"


def test_a_name_in_a_property_that_is_called_as_a_keyword_is_followed(home: Path) -> None:
    part = {"type": "object", "properties": {"default": {**TEXT, "$anchor": "a"}}}
    assert followed(home, {"schema": {"$ref": "#a"}, "parts": {"A": part}})["type"] == "string"


def test_a_dynamic_reference_to_one_part_is_a_plain_one(home: Path) -> None:
    assert (
        followed(home, {"schema": {"$dynamicRef": "#a"}, "part": {"$dynamicAnchor": "a", **TEXT}})["type"] == "string"
    )


def test_a_dynamic_reference_that_may_mean_several_parts_stays(home: Path) -> None:
    parts = [{"$id": name, "$dynamicAnchor": "a"} for name in ("one", "other")]
    whole, *_ = bundled({"schema": {"$dynamicRef": "#a"}, "parts": parts}, home, SpecError)
    assert whole["schema"] == {"$dynamicRef": "#a"}


def test_data_of_another_file_stands_where_it_is_used(home: Path) -> None:
    put(home, lead={"name": "Ana"})
    root = {"info": {"description": {"$ref": "words.json"}}, "example": {"$ref": "lead.json"}}
    put(home, words="Many words")
    whole, *_ = bundled(root, home, SpecError)
    assert whole == {"info": {"description": "Many words"}, "example": {"name": "Ana"}}


def test_data_that_looks_like_a_reference_stays_data(home: Path) -> None:
    root = {
        "schema": {"$ref": "#a"},
        "a": {"$anchor": "a"},
        "example": {"$ref": "#/nowhere"},
        "default": {"$ref": "#a"},
    }
    whole, *_ = bundled(root, home, SpecError)
    assert (whole["example"], whole["default"]) == ({"$ref": "#/nowhere"}, {"$ref": "#a"})


def test_all_names_of_a_mapping_may_stand_in_another_file(home: Path) -> None:
    put(home, attributes={"a": {"name": TEXT, "again": {"properties": {"$ref": "attributes.json#/a"}}}})
    whole, *_ = bundled({"properties": {"$ref": "attributes.json#/a"}}, home, SpecError)
    assert whole["properties"]["name"] == TEXT


def test_a_property_called_default_is_no_data(home: Path) -> None:
    put(home, types={"Text": TEXT})
    whole, *_ = bundled({"properties": {"default": {"$ref": "types.json#/Text"}}}, home, SpecError)
    assert whole["properties"]["default"]["$ref"] == f"#/components/{BROUGHT}/0"


@pytest.mark.parametrize("reference", ["../secret.json", "link.json", "folder/secret.json"])
def test_nothing_outside_the_folder_is_read(home: Path, reference: str) -> None:
    (home.parent.parent / "secret.json").write_text('{"a": 1}')
    (home.parent / "link.json").symlink_to(home.parent.parent / "secret.json")
    (home.parent / "folder").symlink_to(home.parent.parent)
    whole, unreached, _ = bundled({"schema": {"$ref": reference}}, home, SpecError)
    assert whole == {"schema": {"$ref": reference}}
    assert_message(unreached[reference], "reference out of the folder", REFERENCE=reference.rpartition("/")[2])


@pytest.mark.parametrize("reference", ["http://a.example/a.json", "file:///etc/passwd", "nobody.json", "http://["])
def test_what_cannot_be_read_stays_a_reference(home: Path, reference: str) -> None:
    whole, *_ = bundled({"schema": {"$ref": reference}}, home, SpecError)
    assert whole == {"schema": {"$ref": reference}}


def test_a_file_that_is_no_json_is_named_with_its_fault(home: Path) -> None:
    (home.parent / "odd.json").write_text("{")
    _, unreached, _ = bundled({"schema": {"$ref": "odd.json"}}, home, SpecError)
    assert_message(unreached["odd.json"], FILE=home.parent / "odd.json")


def test_files_are_bounded_in_size(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_files, "_MAX_ALL_BYTES", 1024 * 1024)
    put(home, large=["x" * 1024 * 1024])
    _, unreached, _ = bundled({"schema": {"$ref": "large.json"}}, home, SpecError)
    assert "1 MiB" in unreached["large.json"]


def test_a_document_without_such_references_is_returned_as_it_is(home: Path) -> None:
    root = {"schema": {"$ref": "#/a"}, "a": TEXT}
    assert bundled(root, home, SpecError)[0] is root
