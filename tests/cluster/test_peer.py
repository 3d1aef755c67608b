"""What one of several servers needs: a database, a secret, a URL, and one key and token for all."""

from pathlib import Path
from typing import Any

import pytest

from mock_server.cluster.peer import peer_of
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError

DATABASE = "postgresql://localhost/mock"
SECRET = "0123456789abcdef"


@pytest.fixture
def secret(tmp_path: Path) -> str:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    return str(tmp_path / "secret")


def peer(**settings: Any) -> Any:
    return peer_of(Settings(**settings), "http://127.0.0.1:4747")


def test_without_a_secret_a_server_is_the_only_one() -> None:
    assert peer(state=DATABASE) is None


def test_a_replica_is_reached_where_it_listens_or_where_it_is_told(secret: str) -> None:
    assert peer(state=DATABASE, peer_secret_file=secret).url == "http://127.0.0.1:4747"
    told = peer(state=DATABASE, peer_secret_file=secret, peer_url="http://10.0.0.2:80/")
    assert told.url == "http://10.0.0.2:80"
    assert SECRET not in repr(told)


def test_a_replica_knows_the_others_by_the_secret(secret: str) -> None:
    it = peer(state=DATABASE, peer_secret_file=secret)
    assert it.knows(SECRET.encode())
    assert not it.knows(b"")
    assert not it.knows(b"\xff")


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"peer_secret_file": ""}, "share a secret → give it with --peer-secret-file"),
        ({"state": ""}, "a database that they share → give it with --state postgresql"),
        ({"state": "dev.sqlite"}, "a database that they share → give it with --state postgresql"),
        ({"watch": True}, "one document → leave it out"),
        ({"host": "0.0.0.0"}, "one key and one token, whoever serves them → give both to each"),
        ({"peer_url": "10.0.0.2:4747"}, "not the URL of a server → write it as"),
        ({"peer_url": "http://a:b@10.0.0.2"}, "not the URL of a server → write it as"),
        ({"peer_url": "http://10.0.0.2/mock"}, "not the URL of a server → write it as"),
        ({"peer_secret_file": "/nowhere"}, "No such file.* → make it readable"),
        ({"peer_secret_file": "/dev/null"}, "no secret of 16 to 200 characters.* → write one with `openssl"),
    ],
)
def test_a_replica_that_cannot_be_one_is_refused(secret: str, changed: dict[str, Any], cause: str) -> None:
    whole = {"state": DATABASE, "peer_secret_file": secret, "peer_url": "http://10.0.0.2"}
    with pytest.raises(SettingsError, match=cause):
        peer(**(whole | changed))


def test_a_server_that_others_reach_has_a_given_key_and_token(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_API_KEY", "sk_test_mock_0123456789abcdef")
    monkeypatch.setenv("SOPHIIE_MOCK_ADMIN_TOKEN", "0123456789abcdef")
    assert peer(state=DATABASE, peer_secret_file=secret, host="0.0.0.0") is not None


def test_replicas_that_others_reach_can_share_a_file_of_tokens(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_API_KEY", "sk_test_mock_0123456789abcdef")
    whole = {"state": DATABASE, "peer_secret_file": secret, "peer_url": "http://10.0.0.2", "host": "0.0.0.0"}
    assert peer(**whole, admin_tokens="tokens.json") is not None
    with pytest.raises(SettingsError, match="ADMIN_TOKEN"):
        peer(**whole)
