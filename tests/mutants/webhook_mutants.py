"""Mutants of webhooks: who is told of what, how often, with which body and id, and for how long."""

from typing import Any

import orjson
from deliveries import Delivery, Post
from registry import mutant, told
from wrapper import Forward, Request, Response, State

from mock_server.webhooks.reply import Reply

TAKEN = Reply(200)
SUBSCRIBE, UNSUBSCRIBE = "POST /api/webhooks/zapier/subscribe", "DELETE /api/webhooks/zapier/unsubscribe"


@told("LEAD_CREATED")
async def delivered_twice(delivery: Delivery, post: Post, state: State) -> Reply:
    await post(delivery)
    return await post(delivery)


@told("INQUIRY_CREATED")
async def never_delivered(delivery: Delivery, post: Post, state: State) -> Reply:
    return TAKEN


@told("LEAD_UPDATED")
async def body_lacks_a_member(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but({name: delivery.body[name] for name in delivery.body if name != "originalId"}))


@told("LEAD_UPDATED")
async def body_is_stale(delivery: Delivery, post: Post, state: State) -> Reply:
    known = state.setdefault(delivery.body["originalId"], delivery.body)
    return await post(delivery.but(known))


@told("LEAD_CREATED")
async def id_is_new_on_each_attempt(delivery: Delivery, post: Post, state: State) -> Reply:
    id = next(value for name, value in delivery.headers.items() if name.lower() == "x-mock-event-id")
    state["count"] = state.get("count", 0) + 1
    return await post(delivery.but(x_mock_event_id=f"{id}_{state['count']}"))


@told("APPOINTMENT_CREATED")
async def all_ids_are_one(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but(x_mock_event_id="evt_1"))


@told("LEAD_CREATED")
async def gone_is_taken_for_success(delivery: Delivery, post: Post, state: State) -> Reply:
    reply = await post(delivery)
    return TAKEN if reply.status == 410 else reply


@told("LEAD_DELETED")
async def contact_is_forgotten(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but({**delivery.body, "email": None, "phone": None}))


@told("LEAD_CREATED")
async def failure_is_taken_for_success(delivery: Delivery, post: Post, state: State) -> Reply:
    await post(delivery)
    return TAKEN


@told("APPOINTMENT_UPDATED")
async def body_is_an_array(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but([delivery.body]))


@told("APPOINTMENT_CANCELLED")
async def body_is_called_text(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but(content_type="text/plain"))


@told("LEAD_UPDATED")
async def one_subscriber_of_two_is_told(delivery: Delivery, post: Post, state: State) -> Reply:
    first = state.setdefault("url", delivery.url)
    return await post(delivery) if delivery.url == first else TAKEN


@mutant("webhooks", UNSUBSCRIBE)
async def unsubscribed_is_still_told(request: Request, forward: Forward, state: State) -> Response:
    body, done = request.json, state.setdefault("done", set())
    id = body.get("hookId") if isinstance(body, dict) else None
    if not isinstance(id, int) or id in done:
        return await forward(request)
    done.add(id)
    unknown = await forward(request.say({"hookId": 2_000_000_000}))
    return unknown.but({"success": True}, status=200) if unknown.status == 404 else unknown


@mutant("webhooks", SUBSCRIBE)
async def updates_are_told_as_well(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 201 and request.json["trigger"] == "LEAD_CREATED":
        await forward(request.say({**request.json, "trigger": "LEAD_UPDATED"}))
    return response


@mutant("webhooks", "POST /v1/leads")
async def refused_lead_is_told(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 409:
        made: Any = (await forward(request.say({"firstName": "Nobody"}))).json
        path = f"/v1/leads/{made['lead']['id']}"
        headers = {name: value for name, value in request.headers.items() if not name.startswith("content-")}
        await forward(Request("DELETE", path, {}, headers, b""))
    return response


@mutant("webhooks", "PUT /v1/leads/{}")
async def refused_change_is_told(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 400 and request.body:
        await forward(Request("PUT", request.path, {}, request.headers, orjson.dumps({})))
    return response
