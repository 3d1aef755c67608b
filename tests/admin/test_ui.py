"""The page for browsers: its files, and what a browser is told to do with them."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings

FOLDER = Path(__file__).parents[2] / "mock_server" / "admin" / "ui"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
MOST_BYTES = 150_000


def test_the_page_is_html_that_loads_nothing_from_elsewhere(app: Starlette) -> None:
    answer = ask(app, "GET", "/__admin/ui", key=None)

    assert (answer.status, answer.get("content-type")) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in (answer.get("content-security-policy") or "")
    assert answer.get("x-content-type-options") == "nosniff"
    assert answer.get("referrer-policy") == "no-referrer"


@pytest.mark.parametrize("file", FILES)
def test_every_file_of_the_page_is_served_as_what_it_is(app: Starlette, file: str) -> None:
    media = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    answer = ask(app, "GET", f"/__admin/ui/{file}", key=None)

    assert answer.body == (FOLDER / file).read_bytes()
    assert (answer.get("content-type") or "").startswith(media[file.rpartition(".")[2]])
    again = ask(app, "GET", f"/__admin/ui/{file}", key=None, headers=[("if-none-match", answer.get("etag") or "")])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("file", ["nothing.js", "../app.py", "..%2fapp.py", "views", "views/", "/etc/passwd"])
def test_no_other_file_is_served(app: Starlette, file: str) -> None:
    assert ask(app, "GET", f"/__admin/ui/{file}", key=None).status == 404


def test_the_page_is_small() -> None:
    assert sum((FOLDER / file).stat().st_size for file in FILES) <= MOST_BYTES


def test_no_script_of_the_page_reads_text_as_markup_or_code() -> None:
    scripts = {file: (FOLDER / file).read_text("utf-8") for file in FILES if file.endswith(".js")}
    forbidden = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "://")

    assert [(file, word) for file, text in scripts.items() for word in forbidden if word in text] == []


def test_a_link_on_a_page_of_others_leads_to_the_page_and_to_nothing_else(app: Starlette) -> None:
    visit = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]

    assert ask(app, "GET", "/__admin/ui", key=None, headers=visit).status == 200
    for target in ("/__admin/ui/main.js", "/__admin/requests", "/__admin/feed"):
        assert ask(app, "GET", target, key=None, headers=visit).status == 403
    for mode, place in (("no-cors", "script"), ("navigate", "iframe"), ("cors", "empty")):
        other = [visit[0], ("sec-fetch-mode", mode), ("sec-fetch-dest", place)]
        assert ask(app, "GET", "/__admin/ui", key=None, headers=other).status == 403


def test_every_script_is_loaded_at_once() -> None:
    html = (FOLDER / "index.html").read_text("utf-8")

    assert [file for file in FILES if file.endswith(".js") and f'"/__admin/ui/{file}"' not in html] == []


def test_the_page_opens_without_a_token_where_data_needs_one() -> None:
    app = create_app(Settings(world="small", host="0.0.0.0"))

    assert ask(app, "GET", "/__admin/ui", key=None).status == 200
    assert ask(app, "GET", "/__admin/ui/main.js", key=None).status == 200
    assert ask(app, "GET", "/__admin/requests", key=None).status == 403
    assert ask(app, "POST", "/__admin/ui", key=None, body=b"{}").status == 403
