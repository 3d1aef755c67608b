"""One operation that cannot be served answers 501 with the reason; all others are served."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import SpecError


def _answering(schema: Any, status: str = "200", **more: Any) -> dict[str, Any]:
    return {"responses": {status: {"description": "", "content": {"application/json": {"schema": schema}}}}, **more}


_BROKEN = {"$ref": "#/components/schemas/Broken"}
_HOPELESS = {"type": "object", "required": ["a"], "properties": {"a": False}}
_FINE = _answering({"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}})
_ODD: Mapping[str, Any] = {
    "/schema": {"get": _answering({"type": "colour"})},
    "/one": {"get": _answering(_BROKEN)},
    "/other": {"get": _answering({"type": "array", "items": _BROKEN})},
    "/parameter": {"get": {**_FINE, "parameters": [{"name": "a", "in": "somewhere"}]}},
    "/pattern": {"get": {**_FINE, "parameters": [{"name": "a", "in": "query", "schema": {"pattern": "("}}]}},
    "/reference": {"get": _answering({"$ref": "#/components/schemas/Nobody"})},
    "/operation": {"get": 7},
    "/things": {"get": _answering(_HOPELESS)},
}


def _document(**paths: Any) -> dict[str, Any]:
    schemas = {"Broken": {"properties": {"a": {"required": [1]}}}}
    every = {"/fine": {"get": _FINE}, **_ODD, **paths}
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": every,
        "components": {"schemas": schemas},
    }


def _serving(folder: Path, root: Mapping[str, Any], **settings: Any) -> Starlette:
    spec = folder / "openapi.json"
    spec.write_text(json.dumps(root))
    return create_app(Settings(spec=str(spec), world="empty", rate_limit="off", **settings))


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    return _serving(tmp_path_factory.mktemp("odd"), _document())


def test_one_odd_operation_takes_no_other_down(odd: Starlette) -> None:
    assert ask(odd, "GET", "/fine").json == {"a": 1}


@pytest.mark.parametrize("path", _ODD)
def test_what_cannot_be_served_answers_501_with_the_reason(odd: Starlette, path: str) -> None:
    answer = ask(odd, "GET", path)
    assert answer.status == 501
    assert "#/" in answer.explain  # where in the document
    shown = ask(odd, "GET", "/__admin/provenance").json["unserved"]
    assert shown[f"GET {path}"].split(" → ")[0] in answer.explain


def test_the_start_lists_each_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        _serving(tmp_path, _document())
    lines = [record.getMessage() for record in caplog.records if "answers 501" in record.getMessage()]
    assert [line.split(" answers")[0] for line in lines] == [f"GET {path}" for path in ["/things", *list(_ODD)[:-1]]]
    assert not any("\n" in line for line in lines)


def test_strict_refuses_a_document_with_any_fault(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="Broken/properties/a/required"):
        _serving(tmp_path, _document(), strict=True)


def test_a_document_without_any_operation_to_serve_is_refused(tmp_path: Path) -> None:
    root = _document()
    root["paths"] = {path: _ODD[path] for path in ("/one", "/parameter")}
    with pytest.raises(SpecError, match="somewhere"):
        _serving(tmp_path, root)


def test_an_errors_odd_schema_costs_only_the_schema(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fine = {"responses": {**_FINE["responses"], **_answering({"type": "colour"}, "404")["responses"]}}
    with caplog.at_level(logging.WARNING):
        app = _serving(tmp_path, _document(**{"/fine": {"get": fine}}))
    assert ask(app, "GET", "/fine").json == {"a": 1}
    assert any("left out" in line and "responses/404" in line for line in caplog.messages)
