"""The control plane's OpenAPI document has every route, and every answer is what it says."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import jsonschema_rs
import pytest
from hooks_desk import HooksDesk
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.applications import Starlette
from starlette.routing import Mount

from mock_server.admin.routes.openapi import BODIES, control_document

DOCUMENT = control_document()
METHODS = ("get", "put", "post", "delete")


def operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        yield from ((method, path, item[method]) for method in METHODS if method in item)


def resolved(part: Any) -> Any:
    while isinstance(part, dict) and "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def examples(operation: Mapping[str, Any]) -> list[Any]:
    """The bodies that the document shows for an operation; None where it takes none."""
    content = resolved(operation.get("requestBody", {})).get("content", {}).get("application/json")
    if content is None:
        return [None]
    if "example" in content:
        return [content["example"]]
    return [resolved(one)["value"] for one in content.get("examples", {}).values()]


def accepts(media: Mapping[str, Any], value: Any) -> bool:
    schema = {"$ref": "urn:control#/schema"}
    root = {"schema": media.get("schema", {}), "components": DOCUMENT["components"]}
    registry = jsonschema_rs.Registry([("urn:control", _with_urn(root))], draft=jsonschema_rs.Draft202012)
    return jsonschema_rs.Draft202012Validator(schema, registry=registry).is_valid(value)


def _with_urn(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: f"urn:control{inner}" if name == "$ref" else _with_urn(inner) for name, inner in part.items()}
    return [_with_urn(inner) for inner in part] if isinstance(part, list) else part


def check(operation: Mapping[str, Any], answer: httpx.Response) -> None:
    """An answer has a status, a media type and a body that the document names."""
    documented = operation["responses"].get(str(answer.status_code)) or operation["responses"].get("default")
    media = answer.headers.get("content-type", "").partition(";")[0]
    content = resolved(documented).get("content")
    if content is None:
        return
    assert media in content, (operation["operationId"], answer.status_code, media)
    value = answer.json() if "json" in media else answer.text
    assert accepts(content[media], value), (operation["operationId"], value)


@pytest.fixture
def there(hooks: HooksDesk) -> Callable[[str], str]:
    """Find what a parameter of a path can name, in a workspace that has one of everything."""
    subscription = hooks.subscribe(hooks.hook("demo"))
    hooks.api("POST", "/v1/leads", {"firstName": "Ana", "email": "ana@example.com", "suburb": "Ryde"})
    hooks.done("POST", "/webhooks/drain")
    delivery = hooks.done("GET", "/webhooks/deliveries")["items"][0]
    fixed = {
        "/workspaces/{id}": hooks.done("POST", "/workspaces", {})["id"],
        "/requests/{id}": hooks.done("GET", "/requests")["requests"][0]["id"],
        "/faults/{id}": hooks.done("POST", "/faults", {"response": {"status": 503}, "probability": 0})["id"],
        "/webhooks/faults/{id}": hooks.done("POST", "/webhooks/faults", {"fault": "LOST", "probability": 0})["id"],
        "/mappings/{id}": hooks.done("POST", "/mappings", _STUB)["id"],
        "/webhooks/subscriptions/{id}": str(subscription),
        "/webhooks/listeners/{id}": hooks.done("POST", "/webhooks/listeners", {})["id"],
        "/webhooks/events/{id}": delivery["eventId"],
        "/webhooks/deliveries/{id}": delivery["id"],
        "/records/{kind}/{id}": hooks.done("GET", "/records/leads?limit=1")["items"][0]["id"],
    }
    hooks.done("POST", "/snapshots", {"name": "one"})
    fixed["/explain/{id}"] = fixed["/requests/{id}"]
    named = {"{name}": "one", "{other}": "@now", "{kind}": "leads", "{workspace}": hooks.id, "{file}": "main.js"}

    def filled(path: str) -> str:
        start = next((start for start in fixed if path.startswith(start)), None)
        if start is not None:
            path = start.replace("{id}", fixed[start]).replace("{kind}", "leads") + path.removeprefix(start)
        path = path.replace("/documents/{name}", "/documents/v1").replace("/scenarios/{name}", "/scenarios/outage")
        return re.sub(r"\{\w+\}", lambda match: named[match[0]], path)

    return filled


_STUB = {"request": {"urlPath": "/nowhere"}, "response": {}, "allowInvalid": True}
# What these do takes away what others need, so they come last, those of one thing first.
_LAST = re.compile("remove|clear|forget|reset[MW]|heal|cancel")


def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_the_document_has_every_route(app: Starlette) -> None:
    (mount,) = (route for route in app.routes if isinstance(route, Mount))
    served = {
        (method.lower(), re.sub(r":\w+\}", "}", route.path))
        for route in mount.app._app.routes  # type: ignore[attr-defined]  # below its safety
        for method in route.methods - {"HEAD"}
    }

    assert {(method, path) for method, path, _ in operations()} == served


def test_every_body_of_a_route_is_in_the_document() -> None:
    text = str(DOCUMENT["paths"]) + str(DOCUMENT["components"]["requestBodies"])

    assert [name for name in BODIES if f"'#/components/schemas/{name}'" not in text and name != "SnapshotFile"] == []


def test_every_operation_has_a_summary_that_is_a_sentence() -> None:
    assert [one["operationId"] for _, _, one in operations() if not one["summary"].endswith(".")] == []


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]

    assert len(ids) == len(set(ids))


@pytest.mark.slow
def test_examples_are_taken_and_answers_documented(hooks: HooksDesk, there: Callable[[str], str]) -> None:
    asked = sorted(operations(), key=lambda one: bool(_LAST.match(one[2]["operationId"])) * (2 - ("{id}" in one[1])))
    for method, path, operation in asked:
        if operation["operationId"] == "createWorkspace":
            operation = {**operation, "requestBody": {}}  # its example has a fixed id, and the server is shared
        for body in examples(operation):
            answer = hooks.ask(method.upper(), there(path), body)
            check(operation, answer)
            assert answer.status_code < 400 or _MAY_REFUSE.match(operation["operationId"]), (
                operation["operationId"],
                answer.text,
            )


# The delivery is made already; no file is sent; nothing more comes to the inbox, which was told to answer 503; a second
# listener has ended the first.
_MAY_REFUSE = re.compile("cancelDelivery|importSnapshot|expectDelivery|receiveWebhook|removeListener")


def test_a_refusal_is_a_problem_that_is_documented(hooks: HooksDesk) -> None:
    for method, path, operation in operations():
        if "requestBody" in operation and not operation["operationId"].startswith("receiveWebhook"):
            answer = hooks.ask(method.upper(), re.sub(r"\{\w+\}", "1", path), {"neverHeardOf": 1})
            assert 400 <= answer.status_code < 500, operation["operationId"]
            check(operation, answer)


def test_the_document_is_served(hooks: HooksDesk) -> None:
    assert hooks.done("GET", "/openapi")["paths"].keys() == DOCUMENT["paths"].keys()
