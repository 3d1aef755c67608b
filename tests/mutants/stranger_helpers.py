"""Words in which the strangers' mutants are written: they were made without a look at the suite, by kinds of defect."""

import asyncio
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from registry import answer, asked, mutant
from wrapper import Forward, Request, Response, State

from mock_server.webhooks.reply import Reply

Change = Callable[[Any, Request, State], Any]
Named = Callable[..., Any]
NO_BODY = (TypeError, KeyError, AttributeError, ValueError, IndexError)
"""What a look into a body of another shape raises."""


def one_in(number: int, record: Mapping[str, Any], key: str = "id") -> bool:
    value = record[key]
    return (value if isinstance(value, int) else zlib.crc32(str(value).encode())) % number == 0


def later(text: str, **delta: float) -> str:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00")) + timedelta(**delta)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def change(request: Request, **fields: Callable[[str], str]) -> Request:
    """The same request with other texts in these members."""
    body = request.json
    if not isinstance(body, dict):
        return request
    return request.say({**body, **{n: how(body[n]) for n, how in fields.items() if isinstance(body.get(n), str)}})


def refused(response: Response, status: int = 400, text: str = "Bad request") -> Response:
    error = {"status": status, "message": text}
    return response.but({"success": False, "message": text, "error": error}, status=status)


def taken() -> Reply:
    """The reply to a delivery that was never made."""
    return Reply(status=200)


async def get(request: Request, forward: Forward, path: str, **query: Any) -> Response:
    headers = {k: v for k, v in request.headers.items() if not k.lower().startswith("content-")}
    asked_for = {name: str(value) for name, value in query.items()}
    return await forward(replace(request, method="GET", path=path, body=b"", headers=headers, query=asked_for))


async def put(request: Request, forward: Forward, path: str, body: Any) -> Response:
    headers = {k: v for k, v in request.headers.items() if not k.lower().startswith("content-")}
    headers["content-type"] = "application/json"
    return await forward(replace(request, method="PUT", path=path, body=orjson.dumps(body), query={}, headers=headers))


def items(operation: str, key: str | None, number: int = 10) -> Callable[[Change], None]:
    """One record in so many of a list is another; without a key the list has no envelope."""

    def register(made: Change) -> None:
        def go(body: Any, request: Request, state: State) -> Any:
            listed = body if key is None else body[key]
            new = [made(dict(one), request, state) if one_in(number, one) else one for one in listed]
            return new if key is None else {**body, key: new}

        go.__name__ = made.__name__
        answer("stranger-agreement", operation)(go)

    return register


def moved(operation: str, key: str, field: str, number: int = 6, **delta: float) -> Callable[[Named], None]:
    """A moment of one record in so many is another."""

    def register(named: Named) -> None:
        def go(item: Any, request: Request, state: State) -> Any:
            return {**item, field: later(item[field], **delta)} if item[field] else item

        go.__name__ = named.__name__
        items(operation, key, number)(go)

    return register


def detail(operation: str, number: int = 4) -> Callable[[Change], None]:
    """One record in so many is another when it is read by itself."""

    def register(made: Change) -> None:
        def go(body: Any, request: Request, state: State) -> Any:
            return made(body, request, state) if one_in(number, body) else body

        go.__name__ = made.__name__
        answer("stranger-agreement", operation)(go)

    return register


def lenient(operation: str) -> Callable[[Callable[[Any], Any]], None]:
    """A body is mended on its way in."""

    def register(mend: Callable[[Any], Any]) -> None:
        def go(request: Request) -> Request:
            body = request.json
            try:
                return request.say(mend(dict(body))) if isinstance(body, dict) else request
            except NO_BODY:
                return request

        go.__name__ = mend.__name__
        asked("stranger-strictness", operation)(go)

    return register


def fails(operation: str, group: str, status: int, text: str) -> Callable[[Callable[[Any], Any]], None]:
    """Requests that would be taken are answered with a failure when the function picks their body."""

    def register(picks: Callable[[Any], Any]) -> None:
        async def go(request: Request, forward: Forward, state: State) -> Response:
            response = await forward(request)
            try:
                picked = 200 <= response.status < 300 and picks(request.json)
            except NO_BODY:
                picked = False
            return refused(response, status, text) if picked else response

        go.__name__ = picks.__name__
        mutant(group, operation)(go)

    return register


def strict(operation: str) -> Callable[[Callable[[Any], Any]], None]:
    return fails(operation, "stranger-strictness", 400, "Bad request")


def dies(operation: str) -> Callable[[Callable[[Any], Any]], None]:
    return fails(operation, "stranger-crashes", 500, "Internal server error")


def assigns(operation: str, member: str, kind: str) -> Callable[[Named], None]:
    """A read-only member is taken from the body and shown."""

    def register(named: Named) -> None:
        async def go(request: Request, forward: Forward, state: State) -> Response:
            response, body = await forward(request), request.json
            shown = response.json.get(kind) if 200 <= response.status < 300 else None
            if isinstance(body, dict) and isinstance(shown, dict) and type(body.get(member)) is type(shown.get(member)):
                return response.but({kind: {**shown, member: body[member]}}) if member in body else response
            return response

        go.__name__ = named.__name__
        mutant("stranger-strictness", operation)(go)

    return register


def touches(operation: str, lister: str, key: str, body: Any) -> Callable[[Named], None]:
    """A write changes another record as well, somewhere in the middle of the list."""

    def register(named: Named) -> None:
        async def go(request: Request, forward: Forward, state: State) -> Response:
            response = await forward(request)
            if response.status < 300:
                listed = await get(request, forward, lister, limit=100)
                others = [one for one in listed.json[key] if str(one["id"]) != request.id]
                if others:
                    await put(request, forward, f"{lister}/{others[len(others) // 2]['id']}", body)
            return response

        go.__name__ = named.__name__
        mutant("stranger-change", operation)(go)

    return register


def cached(operation: str, seconds: float) -> Callable[[Named], None]:
    """An answer is kept for some seconds, whatever is changed meanwhile."""

    def register(named: Named) -> None:
        async def go(request: Request, forward: Forward, state: State) -> Response:
            who = request.headers.get("authorization", "")
            key = f"{request.path}?{urlencode(sorted(request.query.items()))} {who}"
            now = asyncio.get_running_loop().time()
            if key in state and now - state[key][0] < seconds:
                kept: Response = state[key][1]
                return kept
            response = await forward(request)
            if response.status == 200:
                state[key] = (now, response)
            return response

        go.__name__ = named.__name__
        mutant("stranger-change", operation)(go)

    return register


def twice_at_once(operation: str, kind: str, field: str) -> Callable[[Named], None]:
    """Of two creations at the same moment with one unique value both succeed."""

    def register(named: Named) -> None:
        async def go(request: Request, forward: Forward, state: State) -> Response:
            body = request.json
            name = body.get(field) if isinstance(body, dict) else None
            if not isinstance(name, str):
                return await forward(request)
            flying = state.setdefault("flying", {})
            other = flying.get(name)
            flying[name] = flying.get(name, 0) + 1
            try:
                await asyncio.sleep(0.03)
                response = await forward(request)
                if response.status == 201:
                    state[name] = response.json
                if response.status == 409 and (other or flying[name] > 1) and name in state:
                    record = state[name][kind]
                    id = record["id"] + 1 if isinstance(record["id"], int) else f"{record['id']}x"
                    return response.but({kind: {**record, **body, "id": id}}, status=201)
                return response
            finally:
                flying[name] -= 1

        go.__name__ = named.__name__
        mutant("stranger-change", operation)(go)

    return register


def headers_429(operation: str, changed: Callable[[dict[str, str], State], dict[str, str]]) -> Callable[[Named], None]:
    """A refusal for too many requests has other headers."""

    def register(named: Named) -> None:
        async def go(request: Request, forward: Forward, state: State) -> Response:
            response = await forward(request)
            if response.status != 429:
                return response
            headers = changed({name.lower(): value for name, value in response.headers.items()}, state)
            return Response(429, headers, response.body)

        go.__name__ = named.__name__
        mutant("stranger-limits", operation)(go)

    return register
