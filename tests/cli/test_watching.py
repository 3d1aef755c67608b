"""`serve --watch`: a changed document is served, one that is refused leaves the old one."""

import json
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_server.app import load_contract
from mock_server.cli import watching
from mock_server.cli.watching import Watcher
from mock_server.config.settings import Settings


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_PERIOD", 0.01)


def document(path: str = "/a", schema: Any = None) -> str:
    content = {"application/json": {"schema": schema or {"type": "object"}}}
    paths = {path: {"get": {"responses": {"200": {"description": "", "content": content}}}}}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths})


class Stopped(threading.Event):
    """What the watcher stops: a server, elsewhere."""

    def soon(self) -> bool:
        return self.wait(10)


def watching_of(spec: Path, **more: Any) -> tuple[Watcher, Stopped]:
    settings, stopped = Settings(spec=str(spec), **more), Stopped()
    return Watcher(settings, load_contract(settings), stopped.set), stopped


def test_a_changed_document_stops_the_server_to_be_made_again(tmp_path: Path) -> None:
    spec = tmp_path / "openapi.json"
    spec.write_text(document())
    watcher, stopped = watching_of(spec)
    with watcher:
        spec.write_text(document("/another"))
        assert stopped.soon()
    assert watcher.changed


def test_a_changed_file_of_the_document_counts_too(tmp_path: Path) -> None:
    spec, part = tmp_path / "openapi.json", tmp_path / "part.json"
    part.write_text('{"type": "object"}')
    spec.write_text(document(schema={"$ref": "part.json"}))
    watcher, stopped = watching_of(spec)
    with watcher:
        part.write_text('{"type": "string"}')
        assert stopped.soon()


def test_a_changed_recipe_counts_too(tmp_path: Path) -> None:
    spec, recipe = tmp_path / "openapi.json", tmp_path / "world.yaml"
    spec.write_text(document())
    recipe.write_text("leads: 1\n")
    watcher, stopped = watching_of(spec, world=str(recipe))
    with watcher:
        recipe.write_text("leads: 12\n")
        assert stopped.soon()


def test_what_is_refused_leaves_the_old_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spec = tmp_path / "openapi.json"
    spec.write_text(document())
    watcher, stopped = watching_of(spec)
    with caplog.at_level(logging.WARNING), watcher:
        spec.write_text("{")
        until(lambda: "the old one is still served" in caplog.text)
        assert not stopped.is_set()
        spec.write_text(document("/mended"))
        assert stopped.soon()


def test_a_file_that_is_written_anew_with_the_same_words_is_read_again(tmp_path: Path) -> None:
    spec = tmp_path / "openapi.json"
    spec.write_text(document())
    watcher, stopped = watching_of(spec)
    with watcher:
        (tmp_path / "new").write_text(document())
        os.replace(tmp_path / "new", spec)
        assert stopped.soon()


def until(true: Callable[[], bool]) -> None:
    """Wait for what a thread does."""
    waiting = threading.Event()
    for _ in range(1_000):
        if true():
            return
        waiting.wait(0.01)
    raise AssertionError("it has not happened in ten seconds")
