"""A start takes time in proportion to the document, and a costly pattern is the client's refusal."""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.spec.regex_samples import matching

TEXT = {"type": "string"}


def answers(schema: Any) -> Any:
    return {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}


def resource(name: str, record: Any) -> dict[str, Any]:
    """A collection that can be listed and posted to, and its items."""
    id = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    taken = {"content": {"application/json": {"schema": record}}}
    return {
        f"/{name}": {
            "get": {"responses": answers({"type": "array", "items": record})},
            "post": {"requestBody": taken, "responses": answers(record)},
        },
        f"/{name}/{{id}}": {"parameters": [id], "get": {"responses": answers(record)}},
    }


@pytest.fixture
def served(tmp_path: Path) -> Callable[[dict[str, Any]], Any]:
    def serve(paths: dict[str, Any]) -> Any:
        file = tmp_path / "spec.json"
        file.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}))
        return create_app(Settings(spec=str(file), world="empty", rate_limit="off"))

    return serve


def steps(work: Callable[[], object], name: str = "") -> int:
    """How often a piece of work enters a Python function (of this name): its size, whatever else the machine does."""
    count = 0

    def count_calls(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call" and name in ("", frame.f_code.co_name)

    sys.setprofile(count_calls)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slow
def test_a_start_is_proportional_to_the_number_of_paths(served: Callable[[dict[str, Any]], Any]) -> None:
    record = {"type": "object", "properties": {"id": TEXT, "name": TEXT}}

    def many(count: int) -> dict[str, Any]:
        return {f"/r{number}": resource(f"r{number}", record)[f"/r{number}"] for number in range(count)}

    served(many(1))
    few, more = steps(lambda: served(many(40))), steps(lambda: served(many(160)))
    assert more < 4.4 * few


def test_a_large_class_is_read_once_for_a_long_text() -> None:
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 4_000)))
    read = steps(lambda: matching(f"^[{letters}]+$", random.Random(1), shortest=500), "_members")
    assert read == 1


@pytest.mark.parametrize("pattern", [r"^(a*)*\1b", r"^(\w+\s?)*\1$"])
def test_a_value_that_costs_a_pattern_too_much_is_refused(
    served: Callable[[dict[str, Any]], Any], pattern: str
) -> None:
    record = {"type": "object", "properties": {"x": {"type": "string", "pattern": pattern, "example": "b"}}}
    app = served(
        {
            "/r": {
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": record}}},
                    "responses": answers(TEXT),
                }
            }
        }
    )
    for value in ("a" * 3_000 + "c", "aaa bbb " * 50 + "!"):
        refused = ask(app, "POST", "/r", body=json.dumps({"x": value}).encode())
        assert refused.status == 400
        assert "/x" in refused.explain
