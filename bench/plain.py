"""The limit: applications that do nothing but send prebuilt bytes of the same length as our answers.

``python bench/plain.py bare|starlette PORT ANSWERS``: uvicorn with the settings of ours, on an application without
a framework, or on Starlette's router and responses. ANSWERS is a JSON file: ``METHOD target`` → [status, length].
"""

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Answers = dict[str, tuple[int, bytes]]


def prebuilt(path: str) -> Answers:
    told = json.loads(Path(path).read_text())
    return {name: (status, b"[" + b" " * (length - 2) + b"]") for name, (status, length) in told.items()}


def bare(answers: Answers) -> Any:
    """Raw ASGI; a body is read to its end."""
    starts = {
        name: (
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")],
            },
            {"type": "http.response.body", "body": body},
        )
        for name, (status, body) in answers.items()
    }

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] in ("POST", "PUT"):
            while (await receive()).get("more_body", False):
                pass
        name = f"{scope['method']} {scope['path']}"
        if scope["query_string"]:
            name = f"{name}?{scope['query_string'].decode()}"
        head, body = starts[name]
        await send(head)
        await send(body)

    return app


def starlette(answers: Answers) -> Starlette:
    """A route for each path; the query picks the body."""

    async def answer(request: Request) -> Response:
        if request.method in ("POST", "PUT"):
            await request.body()
        query = request.scope["query_string"].decode()
        name = f"{request.method} {request.scope['path']}"
        status, body = answers[f"{name}?{query}" if query else name]
        return Response(body, status, media_type="application/json")

    targets = [name.partition("?")[0].split(" ") for name in answers]
    found = {(method, path) for method, path in targets}
    return Starlette(routes=[Route(path, answer, methods=[method]) for method, path in sorted(found)])


def main(kind: str, port: str, answers: str) -> None:
    app = {"bare": bare, "starlette": starlette}[kind](prebuilt(answers))
    uvicorn.run(
        app,
        port=int(port),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="error",
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
