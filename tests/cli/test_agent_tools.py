"""The tools for coding agents, asked by the client of the protocol's own kit: in process, over pipes, and over HTTP."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from httpx2 import AsyncClient
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from mock_server.cli.agent_tools.running_mock import RunningMock
from mock_server.cli.agent_tools.small_answers import MAX_ANSWER_CHARACTERS, text_of
from mock_server.cli.agent_tools.tool_server import MAX_TOOLS, tool_server

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
LEADS = "GET /v1/leads"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and no server at the usual place."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOPHIIE_MOCK_PORT", "9")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return tmp_path


@asynccontextmanager
async def in_process() -> AsyncIterator[Client]:
    mock = RunningMock()
    try:
        async with Client(tool_server(mock)) as client:
            yield client
    finally:
        mock.stop()


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """The JSON of a tool's answer."""
    answer = await client.call_tool(tool, arguments)
    text = answer.content[0].text  # type: ignore[union-attr]
    assert not answer.is_error, text
    return json.loads(text)


async def test_there_are_few_tools_and_looking_is_apart_from_changing(folder: Path) -> None:
    async with in_process() as client:
        found = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert len(found) <= MAX_TOOLS
    looks = {name for name, tool in found.items() if tool.annotations and tool.annotations.read_only_hint}
    assert looks == {"server", "operations", "requests", "records", "events", "verdict", "lint"}
    assert all(tool.description for tool in found.values())


async def test_answers_are_small_and_their_ids_lead_on(folder: Path) -> None:
    async with in_process() as client:
        server = await call(client, "server")
        httpx.get(f"{server['baseUrl']}/v1/leads?limit=50", headers={"Authorization": f"Bearer {server['key']}"})
        (row,) = (await call(client, "requests"))["requests"]
        assert set(row) <= {"id", "method", "path", "query", "status", "explain", "fault"}
        whole = await call(client, "requests", id=row["id"])
        assert whole["steps"][-1]["step"] == "answer"
        assert len(json.dumps(whole)) <= MAX_ANSWER_CHARACTERS
        described = await call(client, "operations", key="POST /v1/leads")
        assert "firstName" in described["body"][0]["fields"]
        assert len((await call(client, "operations"))["operations"]) > 40


async def test_what_cannot_be_done_is_an_error_with_its_remedy(folder: Path) -> None:
    async with in_process() as client:
        answer = await client.call_tool("operations", {"key": "GET /v1/lead"})
        assert answer.is_error
        assert "did you mean `GET /v1/leads`" in answer.content[0].text  # type: ignore[union-attr]
        assert (await client.call_tool("set_fault", {})).is_error
        assert (await client.call_tool("verdict", {"source": "no.har"})).is_error


@pytest.mark.parametrize(
    "where", [{"set_to": "soon"}, {"advance_seconds": -1}, {"set_to": "2026-03-04T05:06:07Z", "advance_seconds": 1}]
)
@pytest.mark.parametrize("freeze", [True, False])
async def test_of_a_refused_move_of_the_clock_nothing_happens(
    folder: Path, where: dict[str, Any], freeze: bool
) -> None:
    async with in_process() as client:
        await call(client, "move_clock", freeze=not freeze)
        refused = await client.call_tool("move_clock", {**where, "freeze": freeze})
        assert refused.is_error
        clock = await call(client, "move_clock")
        assert clock["frozen"] is not freeze
        assert clock["now"] > "2026-03-05"


async def client_run(tools: Client, url: str, key: str) -> None:
    """The integration of the story: it reads the organization, and waits as long as a 429 says, on the fake's clock."""
    for _ in range(2):
        answer = httpx.get(f"{url}/v1/organization", headers={"Authorization": f"Bearer {key}"})
        if answer.status_code != 429:
            return
        await call(tools, "move_clock", advance_seconds=float(answer.headers["x-ratelimit-reset"]))


async def finished(client: Client) -> list[str]:
    """The story: from an empty folder to done, by what the tools say and nothing else."""
    server, story = await call(client, "server"), []
    assert (await call(client, "verdict"))["verdict"] == "nothing tested"
    await client_run(client, server["baseUrl"], server["key"])
    for _ in range(10):
        answer = await call(client, "verdict")
        story.append(answer["verdict"])
        if answer["verdict"] == "done":
            break
        action = answer["actions"][0]
        assert action["kind"] == "status", action
        await call(client, "set_fault", operation=action["operation"], status=int(action["title"].split()[-1]))
        await client_run(client, server["baseUrl"], server["key"])
    return story


async def test_an_agent_comes_from_an_empty_folder_to_done(folder: Path) -> None:
    async with in_process() as client:
        story = await finished(client)
    assert (story[0], story[-1]) == ("not done", "done")


async def test_the_same_over_standard_input_and_output(folder: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "mock_server", "mcp"],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "SOPHIIE_MOCK_PORT": "9"}, cwd=folder,
    )  # fmt: skip
    async with Client(command) as client:
        assert (await finished(client))[-1] == "done"


@pytest.fixture
def listening(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of the tools over HTTP, with a token."""
    monkeypatch.setenv("SOPHIIE_MOCK_ADMIN_TOKEN", TOKEN)
    command = [sys.executable, "-m", "mock_server", "mcp", "--transport", "http", "-p", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as served:
        assert served.stderr is not None
        yield served.stderr.readline().rpartition(" ")[2].strip()
        served.terminate()


TOKEN = "a-token-of-the-tests-0123"


async def test_over_http_the_token_and_the_host_are_asked_for(listening: str) -> None:
    assert httpx.post(listening, json={}).status_code == 403
    sent = {"X-Mock-Admin-Token": TOKEN, "Accept": "application/json, text/event-stream"}
    assert httpx.post(listening, json={}, headers=sent | {"Host": "evil.example"}).status_code in (403, 421)
    assert httpx.post(listening, json={}, headers=sent | {"Origin": "https://evil.example"}).status_code == 403
    async with (
        AsyncClient(headers={"X-Mock-Admin-Token": TOKEN}) as http_client,
        Client(streamable_http_client(listening, http_client=http_client)) as client,
    ):
        assert (await call(client, "server"))["key"]


def test_a_long_answer_is_cut_until_it_is_small() -> None:
    text = text_of({"items": [{"text": "x" * 5_000}] * 500})
    assert len(text) <= MAX_ANSWER_CHARACTERS
    assert "more" in text


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("records", {"kind": "leads/\u0661"}),
        ("records", {"kind": "leads?a b"}),
        ("write_records", {"kind": "\u0661"}),
        ("lint", {"source": "x" * 20_000}),
        ("verdict", {"source": "a\0"}),
    ],
)
async def test_a_name_of_nothing_is_refused_in_words(folder: Path, tool: str, arguments: dict[str, Any]) -> None:
    async with in_process() as client:
        await call(client, "start_server", world="small")
        answer = await client.call_tool(tool, arguments)
    text = answer.content[0].text  # type: ignore[union-attr]
    assert answer.is_error
    assert not {"UnicodeEncodeError", "codec", "Errno"} & set(text.replace("'", " ").split())
