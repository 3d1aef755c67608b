"""JSON patches: every operation of RFC 6902, on a copy, strictly."""

import copy
from typing import Any

import pytest
from messages import assert_message

from mock_server.errors import SpecError
from mock_server.spec.json_patch import patched

ROOT: dict[str, Any] = {"a": {"b": 1, "c/d": 2, "e~f": 3}, "l": [1, 2, 3], "": 0}


@pytest.mark.parametrize(
    ("patch", "result"),
    [
        ({"op": "add", "path": "/a/x", "value": 5}, {**ROOT, "a": {**ROOT["a"], "x": 5}}),
        ({"op": "add", "path": "/a/b", "value": 5}, {**ROOT, "a": {**ROOT["a"], "b": 5}}),
        ({"op": "add", "path": "/l/1", "value": 5}, {**ROOT, "l": [1, 5, 2, 3]}),
        ({"op": "add", "path": "/l/3", "value": 5}, {**ROOT, "l": [1, 2, 3, 5]}),
        ({"op": "add", "path": "/l/-", "value": 5}, {**ROOT, "l": [1, 2, 3, 5]}),
        ({"op": "replace", "path": "/a/c~1d", "value": None}, {**ROOT, "a": {**ROOT["a"], "c/d": None}}),
        ({"op": "replace", "path": "/a/e~0f", "value": 5}, {**ROOT, "a": {**ROOT["a"], "e~f": 5}}),
        ({"op": "replace", "path": "/l/0", "value": 5}, {**ROOT, "l": [5, 2, 3]}),
        ({"op": "replace", "path": "/", "value": 5}, {**ROOT, "": 5}),
        ({"op": "remove", "path": "/a"}, {"l": [1, 2, 3], "": 0}),
        ({"op": "remove", "path": "/l/1"}, {**ROOT, "l": [1, 3]}),
        ({"op": "move", "from": "/a/b", "path": "/b"}, {**ROOT, "a": {"c/d": 2, "e~f": 3}, "b": 1}),
        ({"op": "move", "from": "/l/0", "path": "/l/-"}, {**ROOT, "l": [2, 3, 1]}),
        ({"op": "move", "from": "/l", "path": "/a/b"}, {"a": {**ROOT["a"], "b": [1, 2, 3]}, "": 0}),
    ],
    ids=str,
)
def test_an_operation_does_what_the_rfc_says_and_to_a_copy(patch: Any, result: Any) -> None:
    before = copy.deepcopy(ROOT)
    assert patched(ROOT, [patch]) == result
    assert before == ROOT


def test_operations_apply_in_their_order() -> None:
    patches: list[dict[str, Any]] = [
        {"op": "add", "path": "/x", "value": []},
        {"op": "add", "path": "/x/-", "value": 1},
    ]
    assert patched({}, patches) == {"x": [1]}


@pytest.mark.parametrize(
    "patch",
    [
        {"op": "replace", "path": "/x", "value": 1},
        {"op": "replace", "path": "/l/3", "value": 1},
        {"op": "remove", "path": "/x"},
        {"op": "remove", "path": "/a/x"},
        {"op": "remove", "path": "/l/3"},
        {"op": "remove", "path": "/l/-1"},
        {"op": "remove", "path": "/l/01"},
        {"op": "remove", "path": ""},
        {"op": "add", "path": "/l/4", "value": 1},
        {"op": "add", "path": "/l/-1", "value": 1},
        {"op": "add", "path": "/l/x", "value": 1},
        {"op": "add", "path": "/x/y", "value": 1},
        {"op": "add", "path": "/a/b/c", "value": 1},
        {"op": "add", "path": "/l/0/x", "value": 1},
        {"op": "add", "path": "/a/x"},
        {"op": "move", "from": "/x", "path": "/y"},
        {"op": "move", "path": "/y"},
        {"op": "copy", "from": "/absent", "path": "/y"},
        {"op": "test", "path": "/a", "value": "another"},
        {"op": "test", "path": "/a", "value": 1},
        {"path": "/a"},
        {},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_and_nothing_is_changed(patch: Any) -> None:
    before = copy.deepcopy(ROOT)
    with pytest.raises(SpecError) as caught:
        patched(ROOT, [patch])
    assert_message(caught.value, "assumption that does not fit", PATCH=f"{patch.get('op')} {patch.get('path')}")
    assert before == ROOT


@pytest.mark.parametrize("root", [None, [], "text", 5])
def test_a_root_that_is_no_mapping_is_refused(root: Any) -> None:
    with pytest.raises(SpecError, match="does not fit"):
        patched(root, [{"op": "add", "path": "/a/b", "value": 1}])
