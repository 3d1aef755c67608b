"""The fixture's client for a document of somebody else's: it shows its key as that document wants it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.testing.async_handles import AsyncSophiie
from mock_server.testing.sophiie import Sophiie, workspace

SCHEMES = {
    "basic": {"type": "http", "scheme": "basic"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "k"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
}


def test_the_client_is_let_in_by_every_operation(tmp_path: Path) -> None:
    def operation(security: Any) -> Any:
        content = {"application/json": {"schema": {"type": "object"}}}
        return {"get": {"security": security, "responses": {"200": {"description": "", "content": content}}}}

    paths = {f"/{name}": operation([{name: []}]) for name in SCHEMES} | {"/none": operation([])}
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    spec = tmp_path / "openapi.json"
    spec.write_text(json.dumps({**root, "components": {"securitySchemes": SCHEMES}}))
    with (
        MockServer(Settings(port=0, quiet=True, spec=str(spec), world="empty")) as server,
        workspace(server.url) as sophiie,
    ):
        for path in paths:
            sophiie.client.get(f"{path}?own=1").raise_for_status()
        asyncio.run(awaited(sophiie, "/cookie"))
        asyncio.run(awaited(sophiie, "/query?own=2"))


async def awaited(sophiie: Sophiie, path: str) -> None:
    """Ask as an asynchronous test does."""
    async with AsyncSophiie(sophiie).client as client:
        (await client.get(path)).raise_for_status()
