"""A snapshot whose workspace is removed, or made anew, while it comes in is imported whole or not at all."""

import asyncio
from pathlib import Path

import pytest
from desk import Desk, Tenant
from starlette.applications import Starlette
from wire import Answer, answer_of, scope_of

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.store.sqlite_log import SqliteLog
from mock_server.support.exact_json import write_json

WAITS = (*range(12), *range(12, 60, 8))
"""So many rounds of the loop after the import began, the workspace is removed."""


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def snapshots(app: Starlette) -> dict[str, list[str]]:
    return {workspace.id: list(workspace.snapshots) for workspace in app.state.workspaces}


def test_a_workspace_that_is_made_anew_during_an_import_has_nothing_of_the_old_one(tmp_path: Path) -> None:
    settings = Settings(world="empty", rate_limit="off", state=str(tmp_path / "state.db"))
    log = SqliteLog(Path(settings.state))
    app = create_app(settings, log)
    desk = Desk(app, app.state.workspaces.get("default"), app.state.key)
    raw = write_json(desk.done("GET", "/snapshots/@now/export") | {"name": "x"})
    with asyncio.Runner() as runner:

        async def call(method: str, path: str, body: bytes = b"{}", workspace: str = "") -> Answer:
            named = [("x-mock-workspace", workspace)] if workspace else []
            return await answer_of(app, scope_of(method, f"/__admin{path}", body=body, headers=named, key=None), body)

        async def race(waits: int) -> int:
            id = f"w{waits}"
            new = write_json({"id": id, "world": "empty"})
            assert (await call("POST", "/workspaces", new)).status == 201
            coming = asyncio.create_task(call("POST", "/snapshots/import", raw, id))
            for _ in range(waits):
                await asyncio.sleep(0)
            await call("DELETE", f"/workspaces/{id}")
            assert (await call("POST", "/workspaces", new)).status == 201
            return (await coming).status

        statuses = [runner.run(race(waits)) for waits in WAITS]
    served = snapshots(app)
    log.close()

    log = SqliteLog(Path(settings.state))
    kept = snapshots(create_app(settings, log))
    log.close()
    assert set(statuses) <= {201, 404, 409}
    assert 409 in statuses
    assert kept == served


def test_of_many_imports_at_once_no_more_are_taken_than_a_workspace_may_have(desk: Desk) -> None:
    file = desk.done("GET", "/snapshots/@now/export")

    async def all_at_once() -> list[int]:
        named = [("x-mock-workspace", desk.workspace.id)]
        bodies = [write_json(file | {"name": f"s{number}"}) for number in range(104)]
        path = "/__admin/snapshots/import"
        coming = (answer_of(desk.app, scope_of("POST", path, body=it, headers=named, key=None), it) for it in bodies)
        return [answer.status for answer in await asyncio.gather(*coming)]

    statuses = asyncio.run(all_at_once())
    assert (statuses.count(201), statuses.count(429)) == (100, 4)
    assert len(desk.workspace.snapshots) == 100
