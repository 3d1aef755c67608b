import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from mock_server.app import create_app, load_contract
from mock_server.config.settings import Settings
from mock_server.spec.contract import Contract
from mock_server.spec.operation import Operation


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``operation``: one test for each operation of our documents; ``with_body``: those that take a body."""
    for name in ("operation", "with_body"):
        if name in metafunc.fixturenames:
            keys = [key for key, found in CONTRACT.operations.items() if name == "operation" or found.body]
            metafunc.parametrize(name, keys, indirect=True)


CONTRACT = load_contract(Settings())


@pytest.fixture
def contract(app: Starlette) -> Contract:
    found: Contract = app.state.workspaces.contract
    return found


@pytest.fixture
def operation(contract: Contract, request: pytest.FixtureRequest) -> Operation:
    return contract.operations[request.param]


@pytest.fixture
def with_body(contract: Contract, request: pytest.FixtureRequest) -> Operation:
    return contract.operations[request.param]


@pytest.fixture
def serve(tmp_path: Path) -> Any:
    """Start an app for these paths, and for what else of a document a test names."""

    def served(paths: Mapping[str, Any], **more: Any) -> Starlette:
        document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, **more}
        (tmp_path / "document.json").write_text(json.dumps(document))
        return create_app(Settings(spec=str(tmp_path / "document.json"), quiet=True))

    return served
