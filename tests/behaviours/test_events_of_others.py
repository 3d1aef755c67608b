"""Events of a document of somebody else's: they happen with what they are named for, and reach whoever wants them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from foreign import COUNT, TEXT, Foreign, having, listing, operation
from wire import ask

Serve = Callable[..., Foreign]

ORDER = {"$ref": "#/components/schemas/Order"}
SCHEMAS = {"schemas": {"Order": having(id=COUNT, status={"enum": ["open", "paid"]}, note=TEXT)}}
EVENT = {**having(type=TEXT, data=having(object=ORDER)), "required": ["type", "data"]}
HOOK = having(id=TEXT, url=TEXT, enabled_events=listing(TEXT))
PATHS = {
    "/orders": {"get": operation(listing(ORDER)), "post": operation(ORDER, "201", body=ORDER)},
    "/orders/{id}": {
        "get": operation(ORDER),
        "patch": operation(ORDER, body=ORDER),
        "delete": operation(status="204"),
    },
    "/orders/{id}/pay": {"post": operation(ORDER)},
    "/webhook_endpoints": {"get": operation(listing(HOOK)), "post": operation(HOOK, "201", body=HOOK)},
    "/webhook_endpoints/{id}": {"delete": operation(status="204"), "get": operation(HOOK)},
}


def posted(schema: Any) -> dict[str, Any]:
    return {"post": {**operation(status="200"), "requestBody": {"content": {"application/json": {"schema": schema}}}}}


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    def serve(*events: str, paths: Any = PATHS) -> Foreign:
        webhooks = {name: posted(EVENT) for name in events}
        return Foreign(tmp_path, paths, webhooks=webhooks, components=SCHEMAS)

    return serve


def happened(api: Foreign) -> list[Any]:
    """Type and body of each event, the oldest first."""
    items = api.get("/__admin/webhooks/events")["items"]
    return [(it["type"], it["body"]) for it in items[::-1]]


def test_events_happen_with_the_change_that_they_are_named_for(serve: Serve) -> None:
    api = serve("order.created", "OrderUpdated", "order-deleted", "order.paid", "weather.changed")
    order = api.good("POST", "/orders", {"note": "a", "status": "open"})
    api.good("POST", f"/orders/{order['id']}/pay")
    api.good("DELETE", f"/orders/{order['id']}")
    paid = {**order, "status": "paid"}
    assert [type for type, _ in happened(api)] == ["order.created", "OrderUpdated", "order.paid", "order-deleted"]
    assert happened(api)[0] == ("order.created", {"type": "order.created", "data": {"object": order}})
    assert happened(api)[2] == ("order.paid", {"type": "order.paid", "data": {"object": paid}})


def test_nothing_happens_with_what_is_refused(serve: Serve) -> None:
    api = serve("order.created")
    assert api.ask("POST", "/orders", {"status": "lost"}).status == 400
    assert happened(api) == []


def test_a_record_with_an_address_is_a_subscription_while_it_lives(serve: Serve) -> None:
    api = serve("order.created", "order.deleted")
    hook = api.good("POST", "/webhook_endpoints", {"url": "http://127.0.0.1:9/x", "enabled_events": ["order.created"]})
    owed = api.get("/__admin/webhooks/subscriptions")["items"]
    assert [(it["hookUrl"], it["trigger"]) for it in owed] == [("http://127.0.0.1:9/x", "order.created")]
    api.good("DELETE", f"/webhook_endpoints/{hook['id']}")
    assert api.get("/__admin/webhooks/subscriptions")["items"] == []
    for wanted in (["*"], []):
        api.good("POST", "/webhook_endpoints", {"url": "http://127.0.0.1:9/x", "enabled_events": wanted})
    assert len(api.get("/__admin/webhooks/subscriptions")["items"]) == 4


def test_who_gives_an_address_with_a_request_is_called_back(serve: Serve) -> None:
    charge = operation(having(id=COUNT), "201", body=having(callbackUrl=TEXT))
    charge["callbacks"] = {"onOrderCreated": {"{$request.body#/callbackUrl}/done": posted(ORDER)}}
    api = serve("order.deleted", paths={**PATHS, "/charges": {"post": charge}})
    api.good("POST", "/charges", {"callbackUrl": "http://127.0.0.1:9/cb"})
    [subscription] = api.get("/__admin/webhooks/subscriptions")["items"]
    assert (subscription["hookUrl"], subscription["trigger"]) == ("http://127.0.0.1:9/cb/done", "onOrderCreated")
    order = api.good("POST", "/orders", {"note": "a"})
    assert happened(api) == [("onOrderCreated", order)]


EXPORT = {**having(id=TEXT, format=TEXT), "required": ["id", "format"]}


def exported(tmp_path: Path, address: str, schema: Any, *, shared: bool = False, **more: Any) -> Foreign:
    """An API with one operation, whose callback has this address and this body; ``shared``: it is a component."""
    export = {"$ref": "#/components/schemas/Export"}
    post = operation(export, "202", body=having(format=TEXT, hooks=having(done=TEXT)), **more)
    callbacks = {"Ready": {address: posted(schema)}}
    post["callbacks"] = {"ready": {"$ref": "#/components/callbacks/Ready"} if shared else callbacks["Ready"]}
    components = {"schemas": {"Export": EXPORT}, "callbacks": callbacks}
    return Foreign(tmp_path, {"/exports/{kind}": {"post": post}}, components=components)


def hooks(api: Foreign) -> list[str]:
    return [it["hookUrl"] for it in api.get("/__admin/webhooks/subscriptions")["items"]]


@pytest.mark.parametrize("shared", [False, True])
def test_a_callback_that_no_change_causes_is_made_once_about_the_answer(tmp_path: Path, *, shared: bool) -> None:
    message = {**having(type=TEXT, export={"$ref": "#/components/schemas/Export"}), "required": ["type", "export"]}
    api = exported(tmp_path, "{$request.body#/hooks/done}?export={$response.body#/id}", message, shared=shared)
    sent = {"format": "csv", "hooks": {"done": "http://127.0.0.1:9/a"}}
    made = api.good("POST", "/exports/leads", sent)
    assert happened(api) == [("ready", {"type": "ready", "export": made})]
    api.good("POST", "/exports/leads", {**sent, "hooks": {"done": "http://127.0.0.1:9/b"}})
    owed = api.get("/__admin/webhooks/deliveries")["items"]
    assert sorted(it["url"].partition("?")[0] for it in owed) == ["http://127.0.0.1:9/a", "http://127.0.0.1:9/b"]
    assert f"http://127.0.0.1:9/a?export={made['id'].replace(' ', '%20')}" in hooks(api)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("$request.header.X-Notify", "http://127.0.0.1:9/h"),
        ("{$request.query.to}/done", "http://127.0.0.1:9/q/done"),
        ("http://127.0.0.1:9/{$request.path.kind}/{$method}/{$statusCode}", "http://127.0.0.1:9/leads/POST/202"),
        ("http://127.0.0.1:9/?of={$request.body#/format}", "http://127.0.0.1:9/?of=a%20b%26c"),
        ("{$request.body#/hooks/other}", ""),
        ("{$request.header.X-Other}", ""),
    ],
)
def test_the_address_of_a_callback_is_an_expression_about_the_request(tmp_path: Path, address: str, url: str) -> None:
    parameters = [{"name": "X-Notify", "in": "header", "schema": TEXT}, {"name": "to", "in": "query", "schema": TEXT}]
    api = exported(tmp_path, address, having(id=TEXT), parameters=parameters)
    headers = [("content-type", "application/json"), ("x-notify", "http://127.0.0.1:9/h")]
    target = "/exports/leads?to=http://127.0.0.1:9/q"
    assert ask(api.app, "POST", target, body=b'{"format": "a b&c"}', headers=headers).status == 202
    assert hooks(api) == ([url] if url else [])


def test_an_event_can_be_caused_by_hand(serve: Serve) -> None:
    api = serve("order.created", "weather.changed")
    assert api.get("/__admin/webhooks/triggers")["triggers"] == ["order.created", "weather.changed"]
    api.good("POST", "/__admin/webhooks/events", {"type": "weather.changed"})
    [(type, body)] = happened(api)
    assert (type, body["type"]) == ("weather.changed", "weather.changed")
    assert api.ask("POST", "/__admin/webhooks/events", {"type": "LEAD_CREATED"}).status == 400
