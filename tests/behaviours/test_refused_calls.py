"""Whatever is refused changes nothing, in any operation: no record, no counter, no event."""

from collections.abc import Iterator
from typing import Any

import pytest
from desk import Desk
from starlette.applications import Starlette

from mock_server.app import load_contract
from mock_server.config.settings import Settings

CONTRACT = load_contract(Settings())
OPERATIONS = sorted(CONTRACT.operations)
WITH_BODY = [key for key in OPERATIONS if CONTRACT.operations[key].body]


def target(api: Desk, key: str) -> str:
    """The path of an operation, with ids that exist and the query that it needs."""
    operation = CONTRACT.operations[key]
    path = operation.path
    for parameter in operation.path_parameters:
        kind = path[len("/v1/") :].partition("/")[0]
        path = path.replace(f"{{{parameter.name}}}", str(api.records(kind)[0]["id"]))
    required = [it.name for it in operation.parameters if it.location == "query" and it.required]
    return path + ("?" + "&".join(f"{name}=x_1" for name in required) if required else "")


def example(api: Desk, key: str) -> dict[str, Any]:
    """A body that the operation takes, and that asks for something that can be done."""
    bodies: dict[str, dict[str, Any]] = {
        "POST /v1/sms": {
            "userId": api.records("members")[0]["id"],
            "leadId": api.records("leads")[0]["id"],
            "message": "Hello",
        },
        "DELETE /api/webhooks/zapier/unsubscribe": {"hookId": 1},
    }
    node = CONTRACT.operations[key].node["requestBody"]["content"]["application/json"]
    body: dict[str, Any] = bodies.get(key) or node["example"]
    return body


def broken(body: dict[str, Any], required: frozenset[str]) -> Iterator[Any]:
    """Bodies that the contract refuses: of another type, with a field of another type, without one that is needed."""
    yield from (None, [], "text", 7, [body])
    for name, value in body.items():
        yield {**body, name: 7.5 if isinstance(value, dict | str) else {"un": "like"}}
        yield {**body, name: [value]}
    for name in required:
        yield {other: value for other, value in body.items() if other != name}


@pytest.mark.parametrize("key", WITH_BODY)
def test_a_body_that_is_wrong(api: Desk, key: str) -> None:
    operation = CONTRACT.operations[key]
    assert operation.body
    for body in broken(example(api, key), operation.body.required):
        if body is not None:
            api.refused(400, operation.method, target(api, key), body)


@pytest.mark.parametrize("key", [key for key in OPERATIONS if "{}" in key])
def test_an_id_that_is_unknown_or_none(api: Desk, key: str) -> None:
    operation = CONTRACT.operations[key]
    number = "integer" in operation.path_parameters[0].schema.types
    body = example(api, key) if operation.body else None
    for id in ("999" if number else "xx_nobody", "0" if number else "%20", "é"):
        path = operation.path.replace(f"{{{operation.path_parameters[0].name}}}", id)
        api.refused(404, operation.method, path.encode().decode("latin-1"), body)


@pytest.mark.parametrize("key", OPERATIONS)
def test_a_query_that_is_wrong(api: Desk, key: str) -> None:
    operation = CONTRACT.operations[key]
    asked = [it for it in operation.parameters if it.location == "query"]
    for parameter in asked:
        path, _, query = target(api, key).partition("?")
        kept = [part for part in query.split("&") if part and not part.startswith(f"{parameter.name}=")]
        wrong = "&".join([*kept, f"{parameter.name}=%00not%20one"])
        body = example(api, key) if operation.body else None
        api.refused(400, operation.method, f"{path}?{wrong}", body)


def test_every_operation_was_asked(app: Starlette) -> None:
    assert set(OPERATIONS) == set(app.state.workspaces.contract.operations)
    assert len(OPERATIONS) == 42


def test_reading_changes_nothing(api: Desk) -> None:
    for key in OPERATIONS:
        if key.startswith("GET "):
            before = dict(api.workspace.state.counters)
            assert api.ask("GET", target(api, key)).status == 200
            assert dict(api.workspace.state.counters) == before
