"""A document of ours that was found sound is not looked at again; every other one is, at each start."""

import json
from pathlib import Path
from typing import Any

import pytest
from specimens import answering, document

from mock_server.config import paths as data
from mock_server.config.paths import OPENAPI
from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.document import load

TEXT = {"type": "string"}
ANOTHER = {"op": "replace", "path": "/info/title", "value": "Another"}


def write(path: Path, schema: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document({"/a": {"get": answering(schema)}})))
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/sophiie-mock"


@pytest.fixture
def ours(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document in the folder of those that came with the program."""
    monkeypatch.setattr(data, "OPENAPI", tmp_path / "openapi")
    return write(tmp_path / "openapi/ours.json", TEXT)


def test_a_document_of_ours_is_known_to_be_sound_once_it_was_found_so(ours: Path) -> None:
    assert not load(ours).known_sound
    Contract([load(ours)])
    assert load(ours).known_sound
    [operation] = Contract([load(ours)]).operations.values()
    assert operation.success.schema is not None
    assert operation.success.schema.accepts("text")
    assert not operation.success.schema.accepts(1)


def test_a_changed_one_is_looked_at_and_refused_with_its_place(ours: Path) -> None:
    Contract([load(ours)])
    for wrong, told in (({"type": "txt"}, "schema/type"), ({"$dynamicRef": "#nowhere"}, "schema")):
        write(ours, wrong)
        for _ in range(2):  # a refusal is not remembered as anything else
            assert not load(ours).known_sound
            with pytest.raises(SpecError) as caught:
                Contract([load(ours)])
            assert f"{ours}#/paths/~1a/get/responses/200/content/application~1json/{told}: " in str(caught.value)


def test_a_switched_one_is_another(ours: Path) -> None:
    Contract([load(ours)])
    assert not load(ours, [ANOTHER]).known_sound
    Contract([load(ours, [ANOTHER])])
    assert load(ours, [ANOTHER]).known_sound


def test_nothing_is_remembered_of_a_users_document(cache: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "user/mine.json", TEXT)
    Contract([load(path)])
    assert not load(path).known_sound
    assert not cache.exists()


def test_what_json_does_not_have_is_no_trouble(ours: Path) -> None:
    ours.write_text(ours.read_text().replace('{"type": "string"}', '{"example": 36893488147419103232}'))
    ours.rename(ours.with_suffix(".yaml"))
    for _ in range(2):
        assert len(Contract([load(ours.with_suffix(".yaml"))]).operations) == 1


@pytest.mark.parametrize("name", ["v1", "zapier"])
def test_what_is_known_to_be_sound_is_served_as_what_is_found_so(cache: Path, name: str) -> None:
    path = OPENAPI / f"{name}.yaml"
    before, after = Contract([load(path)]), Contract([load(path)])
    assert [document.known_sound for contract in (before, after) for document in contract.documents] == [False, True]
    assert str(after.operations) == str(before.operations)
    assert str(after.bindings) == str(before.bindings)
    for key, operation in before.operations.items():
        for status, response in operation.responses.items():
            assert after.operations[key].responses[status].examples == response.examples
