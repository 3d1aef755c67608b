"""What is asked of the servers, and the files that let all of them give the same answers."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import arms
import yaml

from mock_server.app import create_app
from mock_server.config.paths import OPENAPI
from mock_server.config.settings import Settings
from mock_server.store.sqlite_log import SqliteLog
from mock_server.workspaces.workspace import DEFAULT
from mock_server.world.clock import parse, stamp

LARGE = 100_000
"""Leads in the large workspace."""
_PAGE = 50
_RECORDED = "recorded"
_LEAD = (
    '{"firstName": "Avery", "lastName": "Stone", "email": "avery@@@@@@@@@example.com",'
    ' "suburb": "Newtown", "businessName": "Stone Bakery"}'
)
_NAME = '{"firstName": "Avery", "lastName": "N@@@@@@@@", "suburb": "Newtown"}'


@dataclass(frozen=True)
class Scene:
    """One request, asked over and over. ``like`` is the scene whose limit (bare uvicorn) it is compared with."""

    name: str
    title: str
    method: str
    target: str
    status: int = 200
    body: str | None = None
    key: str = arms.KEY
    like: str = ""

    def head(self, port: int) -> str:
        """The request's line and headers."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "User-Agent: bench"]
        return "\r\n".join([*lines, "Accept: application/json", f"Authorization: Bearer {self.key}"])

    @property
    def limit(self) -> str:
        return self.like or self.name

    def sample(self, number: int = 0) -> str | None:
        """A body as it is sent."""
        return None if self.body is None else self.body.replace("@" * 8, f"{number:08}")


def scenes(lead: str, inquiry: str) -> dict[str, Scene]:
    """All scenes; ``lead`` and ``inquiry`` (one with a transcript) are ids of the default world."""
    last = LARGE // _PAGE
    first_page, one = "/v1/leads?page=1&limit=50", f"/v1/leads/{lead}"
    found = [
        Scene("list-50", "list of 50 leads", "GET", first_page),
        Scene("list-5", "list of 5 leads", "GET", "/v1/leads?page=1&limit=5"),
        Scene("one", "one lead", "GET", one),
        Scene("transcript", "inquiry with transcript", "GET", f"/v1/inquiries/{inquiry}"),
        Scene("filtered", "filtered list (one lead's inquiries)", "GET", f"/v1/inquiries?leadId={lead}&limit=50"),
        Scene("401", "401, unknown key", "GET", first_page, 401, key="sk_test_unknown"),
        Scene("429", "429, over the limit", "GET", first_page, 429),
        Scene("update", "update a lead", "PUT", one, body=_NAME),
        Scene("create", "create a lead", "POST", "/v1/leads", 201, _LEAD),
        Scene("update-durable", "update a lead, --state", "PUT", one, body=_NAME, like="update"),
        Scene("create-durable", "create a lead, --state", "POST", "/v1/leads", 201, _LEAD, like="create"),
        Scene("create-postgres", "create a lead, PostgreSQL", "POST", "/v1/leads", 201, _LEAD, like="create"),
        Scene("busy-page", "first page of world busy", "GET", first_page, like="list-50"),
        Scene("first-page", "first page of 100,000 leads", "GET", first_page, like="list-50"),
        Scene("last-page", "last page of 100,000 leads", "GET", f"/v1/leads?page={last}&limit=50", like="list-50"),
    ]
    return {scene.name: scene for scene in found}


def prepare(folder: Path) -> tuple[dict[str, Scene], dict[str, str]]:
    """The scenes, and the files of a run by name: made from the answers that our server really gives."""
    files = {name: str(folder / name) for name in ("state", "large", "answers", "document", "mockoon", "wiremock")}
    files["document"] += ".json"
    files["mockoon"] += ".json"
    files |= {script.name: str(script) for script in arms.CACHE.glob("*.cjs")}
    ours, limited = (next(arm for arm in arms.arms() if arm.name == name) for name in ("ours", "limited"))
    with arms.running(ours, files) as server:
        ids = [told["id"] for told in json.loads(server.ask("GET", "/v1/leads?limit=50")[1])["leads"]]
        leads, lead = [json.loads(server.ask("GET", f"/v1/leads/{id}")[1]) for id in ids], ids[0]
        told = json.loads(server.ask("GET", "/v1/inquiries?source=CALL&limit=50")[1])["inquiries"]
        longest = max(told, key=lambda item: len(server.ask("GET", f"/v1/inquiries/{item['id']}")[1]))
        found = scenes(lead, longest["id"])
        answers = {name: _answer(server, scene) for name, scene in found.items() if name in ours.scenes}
    with arms.running(limited, files) as server:
        server.ask("GET", found["429"].target)
        answers["429"] = _answer(server, found["429"])
    _write_plain(Path(files["answers"]), found, answers)
    _write_document(Path(files["document"]), answers)
    _write_mockoon(files["document"], Path(files["mockoon"]))
    _write_wiremock(Path(files["wiremock"]), found, answers)
    _write_large(Path(files["large"]), leads)
    return found, files


def _answer(server: arms.Running, scene: Scene) -> bytes:
    status, body = server.ask(scene.method, scene.target, scene.sample(), scene.key)
    if status != scene.status:
        raise RuntimeError(f"{scene.title}: {status} {body[:200]!r}")
    return body


def _write_plain(path: Path, found: Mapping[str, Scene], answers: Mapping[str, bytes]) -> None:
    """401 and 429 have the target of a list: the scene's name is added, the plain servers know no keys."""
    told = {}
    for name, body in answers.items():
        scene = found[name]
        told[f"{scene.method} {plain_target(scene)}"] = (scene.status, len(body))
    path.write_text(json.dumps(told))


def plain_target(scene: Scene) -> str:
    return f"/{scene.name}" if scene.status > 400 else scene.target


def _write_document(path: Path, answers: Mapping[str, bytes]) -> None:
    """Our document for the peers: its examples are our answers, so that everyone sends the same bytes."""
    root = yaml.safe_load((OPENAPI / "v1.yaml").read_text())
    places = (
        ("list-50", "/v1/leads", "get", "200"),
        ("one", "/v1/leads/{leadId}", "get", "200"),
        ("create", "/v1/leads", "post", "201"),
    )
    for name, template, method, status in places:
        content = root["paths"][template][method]["responses"][status]["content"]["application/json"]
        content.pop("example", None)
        content["examples"] = {_RECORDED: {"value": json.loads(answers[name])}}
    path.write_text(json.dumps(root, default=str))


def _write_mockoon(document: str, path: Path) -> None:
    """Mockoon makes values up for each answer; here the recorded one is chosen, as a user would in its window."""
    if not arms.NODE.exists():
        return
    subprocess.run([*arms.MOCKOON, "import", "--input", document, "--output", str(path)], capture_output=True)
    world = json.loads(path.read_text())
    for route in world["routes"]:
        recorded = any(response["label"] == _RECORDED for response in route["responses"])
        for response in route["responses"] if recorded else ():
            response["default"] = response["label"] == _RECORDED
    path.write_text(json.dumps(world))


def _write_wiremock(folder: Path, found: Mapping[str, Scene], answers: Mapping[str, bytes]) -> None:
    """Stubs that look at the key and, where there is one, at the body."""
    (folder / "mappings").mkdir(parents=True)
    for name in ("list-50", "one", "create"):
        scene = found[name]
        path, _, query = scene.target.partition("?")
        request: dict[str, Any] = {"method": scene.method, "urlPath": path}
        request["headers"] = {"Authorization": {"equalTo": f"Bearer {arms.KEY}"}}
        if query:
            pairs = (pair.split("=") for pair in query.split("&"))
            request["queryParameters"] = {key: {"matches": "[0-9]+"} for key, _ in pairs}
        if scene.body:
            request["bodyPatterns"] = [{"matchesJsonPath": "$.firstName"}]
        headers = {"Content-Type": "application/json"}
        stub = {"request": request, "response": {"status": scene.status, "headers": headers}}
        stub["response"]["body"] = answers[name].decode()
        (folder / f"mappings/{name}.json").write_text(json.dumps(stub))


def _write_large(path: Path, leads: Iterable[Mapping[str, Any]]) -> None:
    """The default workspace with nothing but leads, copies of whole ones, a minute apart."""
    log = SqliteLog(path)
    app = create_app(Settings(port=0, world="empty", now=arms.TIME, quiet=True), log)
    workspace, patterns = app.state.workspaces.get(DEFAULT), list(leads)
    first = parse(arms.TIME) - timedelta(minutes=LARGE)
    with app.state.workspaces.transaction(workspace) as tx:
        for number in range(LARGE):
            record = {**patterns[number % len(patterns)], "id": f"ld_large{number:06}"}
            record["createdAt"] = stamp(first + timedelta(minutes=number))
            tx.put("leads", record["id"], record)
    log.close()
