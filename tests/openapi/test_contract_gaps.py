"""The ledger of decisions: complete, referenced both ways, and switchable where it says so."""

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
import yaml
from openapi_spec_validator.schemas import schema_v31

from mock_server.config.paths import OPENAPI

DOCUMENTS = {
    name: yaml.load((OPENAPI / f"{name}.yaml").read_text("utf-8"), yaml.CSafeLoader) for name in ("v1", "zapier")
}
GAPS: list[dict[str, Any]] = yaml.load((OPENAPI / "gaps.yaml").read_text("utf-8"), yaml.CSafeLoader)["gaps"]
FIELDS = ["id", "unknown", "choice", "evidence", "alternatives", "switchable", "where"]
# The shape of a document in a millisecond; the full validator takes a third of a second.
STRUCTURE = jsonschema_rs.Draft202012Validator(dict(schema_v31))
SWITCHES = [
    pytest.param(patches, id=f"{gap['id']}={value}") for gap in GAPS for value, patches in gap.get("switch", {}).items()
]


def referenced(node: Any) -> Iterator[str]:
    """Yield the ids that `x-gaps` names anywhere in a tree."""
    if isinstance(node, dict):
        yield from node.get("x-gaps", [])
        for child in node.values():
            yield from referenced(child)
    if isinstance(node, list):
        for child in node:
            yield from referenced(child)


def places() -> set[str]:
    keys = {
        f"{method.upper()} {path}"
        for document in DOCUMENTS.values()
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }
    return {"*", "webhooks"} | keys


def find(document: Any, pointer: str) -> tuple[Any, Any]:
    """Return the container that a JSON pointer leads into, and the key or index in it."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in way:
        document = document[int(part)] if isinstance(document, list) else document[part]
    if isinstance(document, list):
        return document, len(document) if last == "-" else int(last)
    return document, last


def apply(document: Any, patch: dict[str, Any]) -> None:
    """Apply one operation of RFC 6902, strictly: what is replaced, removed or moved must be there."""
    container, key = find(document, patch["path"])
    if patch["op"] == "remove":
        del container[key]
    elif patch["op"] == "replace":
        assert container[key] != patch["value"], "the patch changes nothing"
        container[key] = patch["value"]
    elif patch["op"] in ("add", "move"):
        source, name = find(document, patch["from"]) if patch["op"] == "move" else ({"": patch.get("value")}, "")
        assert isinstance(container, list) or key not in container, "the patch overwrites"
        value = source.pop(name)
        container.insert(key, value) if isinstance(container, list) else container.update({key: value})
    else:
        raise AssertionError(patch["op"])


def test_every_gap_has_every_field_and_an_id_of_its_own() -> None:
    for gap in GAPS:
        expected = [*FIELDS, "probe"] + ["switch"] * gap["switchable"]
        assert list(gap) == expected, gap["id"]
        texts = [gap[field] for field in ("id", "unknown", "choice", "evidence")]
        assert all(isinstance(text, str) and text for text in texts), gap["id"]
        assert all(isinstance(value, str) for value in gap["alternatives"]), gap["id"]
        assert gap["choice"] not in gap["alternatives"], gap["id"]
    ids = [gap["id"] for gap in GAPS]
    assert len(set(ids)) == len(ids)


def test_a_gap_says_what_answers_it_or_why_nothing_can() -> None:
    for gap in GAPS:
        asked = gap["probe"]
        assert ("none" in asked) != ("answers" in asked), gap["id"]
        assert set(asked.get("answers", {})) <= {gap["choice"], *gap["alternatives"]}, gap["id"]
    assert sum("answers" in gap["probe"] for gap in GAPS) >= 60


def test_every_switch_leads_to_one_of_the_alternatives() -> None:
    for gap in GAPS:
        assert set(gap.get("switch", {})) <= set(gap["alternatives"]), gap["id"]


def test_every_gap_stands_where_it_says_and_every_reference_has_a_gap() -> None:
    known = places()
    for gap in GAPS:
        assert gap["where"], gap["id"]
        assert set(gap["where"]) <= known, gap["id"]
    named = {gap for document in DOCUMENTS.values() for gap in referenced(document)}
    assert named <= {gap["id"] for gap in GAPS}


def test_a_gap_of_one_operation_is_named_in_a_document() -> None:
    named = {gap for document in DOCUMENTS.values() for gap in referenced(document)}
    assert [gap["id"] for gap in GAPS if gap["where"] != ["*"] and gap["id"] not in named] == []


def references(node: Any) -> Iterator[str]:
    """Yield the pointers that `$ref` names anywhere in a tree."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix("#")
        for child in node.values():
            yield from references(child)
    if isinstance(node, list):
        for child in node:
            yield from references(child)


@pytest.mark.parametrize("patches", SWITCHES)
def test_a_switch_applies_and_leaves_a_valid_document(patches: list[dict[str, Any]]) -> None:
    documents = copy.deepcopy(DOCUMENTS)
    for patch in patches:
        apply(documents[patch["document"]], patch)
    for name in {patch["document"] for patch in patches}:
        assert documents[name] != DOCUMENTS[name]
        assert [error.message for error in STRUCTURE.iter_errors(documents[name])] == []
        for reference in references(documents[name]):
            container, key = find(documents[name], reference)
            assert key in container, reference


@pytest.mark.parametrize("which", [0, -1])
def test_all_switches_together_leave_valid_documents(which: int) -> None:
    documents = copy.deepcopy(DOCUMENTS)
    for gap in GAPS:
        for patch in list(gap.get("switch", {"": []}).values())[which]:
            apply(documents[patch["document"]], patch)
    for document in documents.values():
        openapi_spec_validator.validate(document)
