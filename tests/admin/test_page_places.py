"""Where the page says that a mistake stands: in the request, and in the OpenAPI document."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import ask

PLACES = Path(__file__).parents[2] / "mock_server" / "admin" / "ui" / "places.js"
API = "export const get = async (path) => globalThis.answers[path];"
RUN = """
globalThis.location = {origin: "http://x"};
globalThis.answers = JSON.parse(process.argv[2]);
const {placesOf} = await import(process.argv[1]);
console.log(JSON.stringify(await Promise.all(JSON.parse(process.argv[3]).map(placesOf))));
"""
PHONE = {"label": "Sales", "method": "WARM", "destinationType": "PHONE_NUMBER", "destination": 1, "conditions": "x"}
REQUESTS: list[tuple[str, str, Any, tuple[str, str, str]]] = [
    # method, target, body; the place in the body, the text, the place in the document
    (
        *("POST", "/v1/leads", {"lastName": "Silva"}),
        ("", "firstName is missing", "#/components/schemas/LeadCreate/allOf/1/required"),
    ),
    (
        *("POST", "/v1/transfers", PHONE),
        ("/destination", "the value is not of type", "#/components/schemas/TransferUpdate/properties/destination"),
    ),
    ("GET", "/v1/leads?page=0", None, ("", "query parameter `page`: ", "#/components/parameters/Page/schema")),
    (
        *("GET", "/api/webhooks/zapier/leads?org_id=org_1", None),
        ("", "query parameter `user_id`: is missing", "#/components/parameters/UserId"),
    ),
]


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")
def test_a_refusal_is_shown_at_the_part_of_the_document_that_says_so(app: Starlette, tmp_path: Path) -> None:
    for method, target, body, _ in REQUESTS:
        assert ask(app, method, target, body=json.dumps(body).encode() if body else None).status == 400
    entries = ask(app, "GET", "/__admin/requests", key=None).json["requests"]
    told = {entry["request"]["url"]: entry for entry in reversed(entries)}  # the newest first: others ask as well
    asked = ["/documents", *(f"/documents/{name}" for name in ("v1", "zapier"))]
    answers = {path: ask(app, "GET", f"/__admin{path}", key=None).json for path in asked}
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "api.js").write_text(API)
    (tmp_path / "places.js").write_bytes(PLACES.read_bytes())

    command = ["node", "--input-type=module", "-e", RUN, (tmp_path / "places.js").as_uri(), json.dumps(answers)]
    exchanges = json.dumps([told[target] for _, target, _, _ in REQUESTS])
    shown = json.loads(subprocess.run([*command, exchanges], check=True, capture_output=True).stdout)

    for (first, *more), (_, target, _, (pointer, text, where)) in zip(shown, REQUESTS, strict=True):
        assert (more, first["pointer"]) == ([], pointer), target
        assert first["where"].startswith(where), target
        assert first["text"].startswith(text)
