"""``sophiie-mock spec pull``: what is stored, what never is, and which requests leave."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from differing import document

from contracts.changes.pull import SIDE_SUFFIX
from contracts.cli.pull import command
from contracts.transport import guarded_session

ONE, TWO = (json.dumps(document({path: {"get": {"responses": {}}}})).encode() for path in ("/a", "/b"))
STORED = Path("sophiie-openapi.json")


class Published:
    """A host with one document, and what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, ONE, {"content-type": "application/json"}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = ""


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    monkeypatch.chdir(tmp_path)
    published = Published()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            published.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(published.status)
            for name, value in published.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(published.body)))
            self.end_headers()
            self.wfile.write(published.body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    published.url = f"http://127.0.0.1:{server.server_port}/openapi"
    yield published
    server.shutdown()
    thread.join()
    server.server_close()


def pulled(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), standalone_mode=False)


def test_the_exit_code_tells_a_first_pull_from_a_change(host: Published) -> None:
    codes = [pulled(host.url).return_value, pulled(host.url).return_value]
    host.body = TWO
    codes += [pulled(host.url).return_value, pulled(host.url).return_value]

    assert codes == [0, 0, 1, 0]
    assert STORED.read_bytes() == TWO


def test_one_request_without_a_key_is_sent(host: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_API_KEY", "sk_live_1234567890")
    pulled(host.url)

    ((path, headers),) = host.asked
    assert path == "/openapi"
    assert not {"authorization", "cookie", "x-api-key"} & headers.keys()


def test_source_date_and_hash_are_stored_beside_it(host: Published) -> None:
    pulled(f"{host.url}?token=secret")

    noted = json.loads(Path(f"{STORED}{SIDE_SUFFIX}").read_text())
    assert noted["source"] == host.url
    assert noted["pulled"].endswith("Z")
    assert len(noted["sha256"]) == 64


def test_a_file_with_local_changes_is_never_overwritten(host: Published) -> None:
    pulled(host.url)
    mine = ONE.replace(b"Rooms", b"Mine")
    STORED.write_bytes(mine)
    host.body = TWO

    found = pulled(host.url)
    assert (found.return_value, STORED.read_bytes()) == (2, mine)
    assert "not overwritten" in found.output


def test_a_file_that_no_pull_has_stored_is_not_overwritten(host: Published) -> None:
    STORED.write_bytes(TWO)

    assert pulled(host.url).return_value == 2
    assert STORED.read_bytes() == TWO


def test_a_stop_between_the_two_files_is_no_local_change(host: Published) -> None:
    pulled(host.url)
    host.body = TWO
    pulled(host.url)
    STORED.write_bytes(ONE)  # as if the second file had not been written

    assert pulled(host.url).return_value == 1
    assert STORED.read_bytes() == TWO


ODD: list[tuple[int, bytes, str]] = [
    (302, b"", "no redirect is followed"),
    (404, b"", "answers 404"),
    (200, b"<html>", "no OpenAPI 3 document"),
    (200, b"{}", "no OpenAPI 3 document"),
    (200, b"{" * 5000, "nested too deep"),
    (200, b"\x80\x81", "not UTF-8"),
    (200, b"", "no OpenAPI 3 document"),
]


def test_an_answer_that_is_no_document_stores_nothing(host: Published) -> None:
    for number, (status, body, says) in enumerate(ODD, 1):
        host.status, host.body, host.headers = status, body, {"location": host.url}
        found = pulled(host.url)

        assert (found.return_value, found.exception, list(Path().iterdir())) == (2, None, [])
        assert says in found.output
        assert len(host.asked) == number


def test_a_document_that_is_too_large_is_not_read_to_its_end(host: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded_session, "MAX_ANSWER_BYTES", 100)
    host.body = ONE + b" " * 200

    found = pulled(host.url)
    assert (found.return_value, list(Path().iterdir())) == (2, [])
    assert "over 100 bytes" in found.output


def test_another_scheme_or_credentials_in_the_url_are_refused(tmp_path: Path) -> None:
    for url in ("http://api.example/openapi", "ftp://a.example", "https://", "https://u:p@a.example/x", "https://a b/"):
        assert pulled(url, "-o", str(tmp_path / "x.json")).return_value == 2


def test_a_file_is_pulled_like_a_url(host: Published) -> None:
    Path("theirs.yaml").write_text("openapi: 3.1.0\npaths: {}\n", "utf-8")

    assert pulled("theirs.yaml").return_value == 0
    assert Path("sophiie-openapi.yaml").exists()
    assert pulled("theirs.yaml", "-o", "x.json").return_value == 2
