"""A secret that the user gave signs the deliveries of every workspace, and is repeated nowhere else."""

from pathlib import Path

import pytest
from messages import assert_message

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError
from mock_server.server import MockServer
from mock_server.testing import workspace
from mock_server.webhooks.secrets import VARIABLE, SigningSecrets

GIVEN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_variable_gives_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f" {GIVEN}\r\n")

    assert SigningSecrets(Settings()).given == GIVEN


def test_a_file_gives_the_secret_and_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{GIVEN}\n")
    monkeypatch.setenv(VARIABLE, "whsec_" + "A" * 32)

    assert SigningSecrets(Settings(webhook_secret_file=str(tmp_path / "secret"))).given == GIVEN


@pytest.mark.parametrize("text", ["", "swordfish", "whsec_!!!!", "whsec_QUJD", "whsec_" + "A" * 2_000, "whsec_ü"])
def test_a_file_without_a_secret_is_refused_and_not_shown(text: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(text)
    with pytest.raises(SettingsError) as refused:
        SigningSecrets(Settings(webhook_secret_file=str(tmp_path / "secret")))

    assert_message(refused.value, "file without a secret", FOLDER=tmp_path)
    assert not text or text not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=str(tmp_path / "none")):
        create_app(Settings(world="empty", webhook_secret_file=str(tmp_path / "none")))


def test_a_variable_without_a_secret_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "my-own-secret")
    with pytest.raises(SettingsError, match=VARIABLE) as refused:
        SigningSecrets(Settings())

    assert "my-own-secret" not in str(refused.value)


def test_a_test_can_ask_for_it_rotate_it_and_verify_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, GIVEN)
    settings = Settings(port=0, quiet=True, world="empty", sign="standard")
    with MockServer(settings) as server, workspace(server.url, world="empty") as sophiie:
        assert sophiie.webhooks.secret == GIVEN
        rotated = sophiie.webhooks.rotate()
        assert sophiie.webhooks.secret == rotated != GIVEN
        assert GIVEN not in str(sophiie.control("GET", "/settings"))
