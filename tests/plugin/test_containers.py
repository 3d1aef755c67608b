"""The container class of Testcontainers: what it asks of an image, shown with a process in the place of a container."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest

from mock_server.config.given_secrets import TOKEN_FILE
from mock_server.testing import workspace


class ProcessContainer:
    """As much of DockerContainer as is used, with the command of our Dockerfile run beside the test."""

    folder: Path

    def __init__(self, image: str) -> None:
        self.image, self.environment = image, {"SOPHIIE_MOCK_HOST": "0.0.0.0"}

    def with_exposed_ports(self, *ports: int) -> Self:
        self.environment["SOPHIIE_MOCK_PORT"] = "0"
        return self

    def with_env(self, name: str, value: str) -> Self:
        self.environment[name] = value
        return self

    def start(self) -> Self:
        command = [sys.executable, "-m", "mock_server", "serve", "--quiet", "--port-file", str(self.folder / "port")]
        self.process = subprocess.Popen(command, cwd=self.folder, env={**os.environ, **self.environment})
        while not (self.folder / "port").exists():
            assert self.process.poll() is None
        return self

    def get_container_host_ip(self) -> str:
        return "127.0.0.1"

    def get_exposed_port(self, port: int) -> int:
        assert port == 4747
        return int((self.folder / "port").read_text())

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def containers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    fake = ModuleType("testcontainers.core.container")
    ProcessContainer.folder = tmp_path
    fake.DockerContainer = ProcessContainer  # type: ignore[attr-defined]  # as the library has it
    for name in ("testcontainers", "testcontainers.core"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "testcontainers.core.container", fake)
    monkeypatch.delitem(sys.modules, "mock_server.testing.containers", raising=False)
    yield import_module("mock_server.testing.containers")
    sys.modules.pop("mock_server.testing.containers", None)


def test_a_container_is_ready_when_it_has_started_and_opens_by_its_own_secrets(containers: Any, tmp_path: Path) -> None:
    with containers.SophiieContainer(world="small", rate_limit=60) as server:
        with workspace(server.url, server.admin_token) as sophiie:
            assert sophiie.world.count("leads") == 12
        assert server.environment["SOPHIIE_MOCK_RATE_LIMIT"] == "60"
        assert not (tmp_path / TOKEN_FILE).exists()
