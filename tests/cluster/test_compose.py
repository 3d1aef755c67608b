"""The file for a team starts replicas that can be replicas, and its image has what they need."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_server.cluster.peer import peer_of
from mock_server.config.settings import Settings, variable

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.team.yaml").read_text("utf-8"))
REPLICAS = {name: service for name, service in COMPOSE["services"].items() if name.startswith("replica")}


def test_each_replica_is_started_as_one_and_reached_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef")
    monkeypatch.setenv("SOPHIIE_MOCK_API_KEY", "sk_test_mock_0123456789abcdef")
    monkeypatch.setenv("SOPHIIE_MOCK_ADMIN_TOKEN", "0123456789abcdef")
    assert len(REPLICAS) == 3
    for name, service in REPLICAS.items():
        given: dict[str, Any] = service["environment"]
        told = {field: given.pop(variable(field)) for field in ("state", "peer_url", "peer_secret_file")}
        assert set(given) == {"SOPHIIE_MOCK_ADMIN_TOKEN", "SOPHIIE_MOCK_API_KEY", "PGPASSWORD"}
        assert told["peer_secret_file"] == "/run/secrets/peer-secret"
        settings = Settings(host="0.0.0.0", **(told | {"peer_secret_file": str(secret)}))
        peer = peer_of(settings, "http://0.0.0.0:4747")
        assert peer is not None
        assert peer.url == f"http://{name}:4747"
        assert f"{name}:4747" in COMPOSE["configs"]["caddyfile"]["content"]
        assert service["secrets"] == list(COMPOSE["secrets"])


def test_no_secret_is_written_into_the_file() -> None:
    text = str([service.get("environment") for service in COMPOSE["services"].values()])
    assert "${SOPHIIE_MOCK_ADMIN_TOKEN:?" in text
    assert "${SOPHIIE_MOCK_DB_PASSWORD:?" in text


def test_the_image_has_the_client_of_the_database_as_the_lock_has_it() -> None:
    extra = COMPOSE["x-replica"]["build"]["args"]["EXTRA_LOCK"]
    assert f"COPY requirements.lock {extra}" in (ROOT / "Dockerfile").read_text("utf-8")
    lines = (ROOT / "requirements-dev.lock").read_text("utf-8").splitlines(keepends=True)
    begin = next(number for number, line in enumerate(lines) if line.startswith("psycopg"))
    end = next(n for n, line in enumerate(lines) if n > begin and line[0].isalnum() and not line.startswith("psycopg"))
    assert (ROOT / extra).read_text("utf-8") == "".join(lines[begin:end])
