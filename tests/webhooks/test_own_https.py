"""The server speaks https with a certificate of the user's own, and its own clients need nothing more for it."""

import ssl
import subprocess
from pathlib import Path

import httpx
import pytest
from receivers import self_signed

from mock_server.app import create_app
from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError
from mock_server.server import MockServer, configured
from mock_server.testing import workspace


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    self_signed(tmp_path)
    return {"tls_cert": str(tmp_path / "certificate.pem"), "tls_key": str(tmp_path / "key.pem")}


def test_https_is_served_and_used_by_handles_webhooks_and_verbs(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with MockServer(Settings(port=0, quiet=True, world="small", **files)) as server:  # type: ignore[arg-type]
        assert server.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=files["tls_cert"])
        assert httpx.get(f"{server.url}/__admin/health", verify=trusting, trust_env=False).status_code == 200
        with workspace(server.url) as sophiie:
            sophiie.inbox.subscribe("LEAD_CREATED")
            sophiie.simulate("call")
            assert len(sophiie.inbox.expect()) == 1
        monkeypatch.setenv("SOPHIIE_MOCK_URL", server.url)
        assert main(["wait", "-q"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("change", ["no key", "no certificate", "another key", "no PEM", "not there", "a passphrase"])
def test_files_that_do_not_fit_are_refused_before_the_start(files: dict[str, str], tmp_path: Path, change: str) -> None:
    if change == "no key":
        files["tls_key"] = ""
    elif change == "no certificate":
        files["tls_cert"] = ""
    elif change == "another key":
        (tmp_path / "other").mkdir()
        self_signed(tmp_path / "other")
        files["tls_key"] = str(tmp_path / "other" / "key.pem")
    elif change == "no PEM":
        Path(files["tls_cert"]).write_text("certificate")
    elif change == "not there":
        files["tls_cert"] = str(tmp_path / "none.pem")
    else:
        command = ["openssl", "pkcs8", "-topk8", "-in", files["tls_key"], "-out", str(tmp_path / "locked.pem")]
        subprocess.run([*command, "-passout", "pass:swordfish"], check=True, capture_output=True)
        files["tls_key"] = str(tmp_path / "locked.pem")
    app = create_app(Settings(world="empty"))
    app.state.settings = Settings(world="empty", **files)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="--tls-"):
        configured(app)
