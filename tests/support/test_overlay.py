"""Overlays: which places an action changes, how it merges, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_server.errors import SpecError
from mock_server.support.overlay import NO_OVERLAY, load_overlay

ROOT = {"paths": {"/a": {"get": {"tags": ["x", "y", "x"], "n": 1}}, "/b'c": {"get": {"n": 2}}}}


def overlay(tmp_path: Path, *actions: Any, **more: Any) -> Any:
    file = tmp_path / "overlay.yaml"
    file.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": {}, "actions": list(actions), **more}))
    return load_overlay(str(file), SpecError)


def changed(tmp_path: Path, target: str, **action: Any) -> Any:
    return overlay(tmp_path, {"target": target, **action}).applied(ROOT)


@pytest.mark.parametrize(
    "target",
    ["$.paths['/a'].get", "$['paths']['/a']['get']", '$.paths["/a"].get', "$.paths['/a'].*", "$.paths['/a'][*]"],
)
def test_a_place_can_be_written_in_several_ways(tmp_path: Path, target: str) -> None:
    assert changed(tmp_path, target, update={"n": 7})["paths"]["/a"]["get"]["n"] == 7


def test_objects_merge_lists_grow_and_the_rest_is_replaced(tmp_path: Path) -> None:
    found = changed(tmp_path, "$", update={"paths": {"/a": {"get": {"tags": ["z"], "n": "1", "new": {"m": []}}}}})
    assert found["paths"]["/a"]["get"] == {"tags": ["x", "y", "x", "z"], "n": "1", "new": {"m": []}}
    assert found["paths"]["/b'c"] == ROOT["paths"]["/b'c"]


def test_an_item_is_removed_by_its_text_wherever_it_stands(tmp_path: Path) -> None:
    assert changed(tmp_path, "$.paths['/a'].get.tags[?@ == 'x']", remove=True)["paths"]["/a"]["get"]["tags"] == ["y"]
    assert changed(tmp_path, "$.paths['/a'].get.tags[1]", remove=True)["paths"]["/a"]["get"]["tags"] == ["x", "x"]


def test_a_name_with_an_apostrophe_is_found(tmp_path: Path) -> None:
    assert "/b'c" not in changed(tmp_path, r"$.paths['/b\'c']", remove=True)["paths"]


def test_the_document_itself_stays_as_it_was(tmp_path: Path) -> None:
    before = repr(ROOT)
    changed(tmp_path, "$.paths.*.get", update={"n": 7})
    assert repr(ROOT) == before


def test_a_place_that_is_not_there_changes_nothing_and_is_named(tmp_path: Path) -> None:
    found = overlay(tmp_path, {"target": "$.paths['/z']", "remove": True})
    assert found.applied(ROOT) == ROOT
    assert found.unmatched({"v1": ROOT}) == ["$.paths['/z']"]


def test_an_action_for_one_document_leaves_the_others(tmp_path: Path) -> None:
    found = overlay(tmp_path, {"target": "$", "update": {"a": 1}, "x-document": "v1"})
    assert [found.applied(ROOT, name).get("a") for name in ("v1", "zapier", "")] == [1, None, 1]


def test_an_assumption_that_is_given_wins(tmp_path: Path) -> None:
    found = overlay(tmp_path, **{"x-assumptions": ["a=1", "b=2"]})
    assert found.assumptions_beside(["a=3"]) == ["b=2"]
    assert NO_OVERLAY.applied(ROOT) is ROOT


@pytest.mark.parametrize(
    ("action", "place"),
    [
        ({"target": "paths", "remove": True}, "#/actions/0/target"),
        ({"target": "$..x", "remove": True}, "#/actions/0/target"),
        ({"target": "$", "remove": True}, "#/actions/0/target"),
        ({"target": "$.a"}, "#/actions/0"),
        ({"target": 7, "update": {}}, "#/actions/0"),
        ({"target": "$.a", "remove": "yes"}, "#/actions/0"),
        ("text", "#/actions/0"),
    ],
)
def test_an_action_that_cannot_be_followed_is_refused_with_its_place(tmp_path: Path, action: Any, place: str) -> None:
    with pytest.raises(SpecError, match=f"overlay.yaml{place}:"):
        overlay(tmp_path, action)


@pytest.mark.parametrize("text", ["", "[]", "overlay: 2.0.0", "overlay: 1.0.0\nactions: 7",
                                  "overlay: 1.0.0\nx-assumptions: [1]"])  # fmt: skip
def test_what_is_no_overlay_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(SpecError):
        load_overlay(str(tmp_path / "a.yaml"), SpecError)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(SpecError, match=r"nothing\.yaml"):
        load_overlay("nothing.yaml", SpecError)
