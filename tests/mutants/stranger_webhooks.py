"""Webhooks."""

import asyncio

from deliveries import Delivery, Post
from registry import asked, mutant, told
from stranger_helpers import taken
from wrapper import Forward, Request, Response, State

from mock_server.webhooks.reply import Reply


@told("LEAD_UPDATED", "stranger-webhooks")
async def suburb_alone_is_not_told(delivery: Delivery, post: Post, state: State) -> Reply:
    last = state.get(delivery.body["originalId"])
    state[delivery.body["originalId"]] = delivery.body
    if last and all(
        last[k] == delivery.body[k] for k in delivery.body if k not in ("id", "updatedAt", "suburb", "address")
    ):
        return taken()
    return await post(delivery)


@told("LEAD_CREATED", "stranger-webhooks")
async def one_in_five_created_is_lost(delivery: Delivery, post: Post, state: State) -> Reply:
    state["n"] = state.get("n", 0) + 1
    return taken() if state["n"] % 5 == 0 else await post(delivery)


@told("INQUIRY_CREATED", "stranger-webhooks")
async def one_in_four_inquiries_is_lost(delivery: Delivery, post: Post, state: State) -> Reply:
    state["n"] = state.get("n", 0) + 1
    return taken() if state["n"] % 4 == 0 else await post(delivery)


@told("INQUIRY_CREATED", "stranger-webhooks")
async def calls_are_not_told(delivery: Delivery, post: Post, state: State) -> Reply:
    return taken() if delivery.body["source"] == "CALL" else await post(delivery)


@told("LEAD_UPDATED", "stranger-webhooks")
async def update_tells_what_was(delivery: Delivery, post: Post, state: State) -> Reply:
    last = state.get(delivery.body["originalId"], delivery.body)
    state[delivery.body["originalId"]] = delivery.body
    return await post(delivery.but({**last, "id": delivery.body["id"], "updatedAt": delivery.body["updatedAt"]}))


@told("LEAD_UPDATED", "stranger-webhooks")
async def id_never_changes(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(
        delivery.but({**delivery.body, "id": f"{delivery.body['originalId']} - {delivery.body['createdAt']}"})
    )


@told("LEAD_DELETED", "stranger-webhooks")
async def only_the_id_of_the_deleted(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but({**delivery.body, "email": None, "phone": None, "lastName": None}))


@told("LEAD_CREATED", "stranger-webhooks")
async def created_is_told_twice(delivery: Delivery, post: Post, state: State) -> Reply:
    await post(delivery)
    return await post(delivery)


@told("LEAD_CREATED", "stranger-webhooks")
async def plain_text_delivery(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but(content_type="text/plain"))


@told("LEAD_CREATED", "stranger-webhooks")
async def delivered_as_a_list(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but([delivery.body]))


@told("INQUIRY_CREATED", "stranger-webhooks")
async def lead_name_lost_in_delivery(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but({**delivery.body, "leadName": ""}))


@told("LEAD_DELETED", "stranger-webhooks")
async def deletions_are_not_told(delivery: Delivery, post: Post, state: State) -> Reply:
    return taken()


@told("LEAD_UPDATED", "stranger-webhooks")
async def only_the_first_subscriber(delivery: Delivery, post: Post, state: State) -> Reply:
    state.setdefault("url", delivery.url)
    return await post(delivery) if state["url"] == delivery.url else taken()


@told("LEAD_CREATED", "stranger-webhooks")
async def newest_before_older(delivery: Delivery, post: Post, state: State) -> Reply:
    state["n"] = state.get("n", 0) + 1
    if state["n"] % 3 == 0:
        await asyncio.sleep(1.2)
    return await post(delivery)


@told("LEAD_UPDATED", "stranger-webhooks")
async def created_at_is_now_in_delivery(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but({**delivery.body, "createdAt": delivery.body["updatedAt"]}))


@told("LEAD_CREATED", "stranger-webhooks")
async def phone_is_null_in_delivery(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but({**delivery.body, "phone": None}))


@told("LEAD_UPDATED", "stranger-webhooks")
async def one_in_six_updates_of_another(delivery: Delivery, post: Post, state: State) -> Reply:
    state["n"] = state.get("n", 0) + 1
    last = state.get("last", delivery.body)
    state["last"] = delivery.body
    return await post(delivery.but(last)) if state["n"] % 6 == 0 else await post(delivery)


H = "stranger-webhooks"


@mutant(H, "DELETE /api/webhooks/zapier/unsubscribe")
async def unsubscribing_does_nothing(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(
        request.say({"hookId": 2147483646})
        if isinstance(request.json, dict) and isinstance(request.json.get("hookId"), int)
        else request
    )
    known = state.setdefault("gone", set())
    h = request.json.get("hookId") if isinstance(request.json, dict) else None
    if response.status == 404 and isinstance(h, int) and (0 < h < 10000) and (h not in known):
        known.add(h)
        return response.but({"success": True}, status=200)
    return response


@mutant(H, "POST /api/webhooks/zapier/subscribe")
async def same_url_is_subscribed_once(request: Request, forward: Forward, state: State) -> Response:
    same = str(request.json)
    if same not in state:
        response = await forward(request)
        if response.status != 201:
            return response
        state[same] = response
    known: Response = state[same]
    return known


@asked(H, "POST /api/webhooks/zapier/subscribe")
def updates_are_subscribed_as_creations(request: Request) -> Request:
    return (
        request.say({**request.json, "trigger": "LEAD_CREATED"})
        if isinstance(request.json, dict) and request.json.get("trigger") == "LEAD_UPDATED"
        else request
    )


@mutant(H, "POST /api/webhooks/zapier/subscribe")
async def wrong_trigger_behind_right_answer(request: Request, forward: Forward, state: State) -> Response:
    body = request.json
    if isinstance(body, dict) and body.get("trigger") == "LEAD_DELETED":
        response = await forward(request.say({**body, "trigger": "LEAD_UPDATED"}))
        return response.but({**response.json, "trigger": "LEAD_DELETED"}) if response.status == 201 else response
    return await forward(request)
