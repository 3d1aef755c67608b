"""What shows only to a client with habits of its own: another spelling of a scheme, writes that nobody asks about."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
from deliveries import Delivery, Post
from registry import mutant, told
from stranger_helpers import get, put, refused, taken
from wrapper import Forward, Request, Response, State

from mock_server.webhooks.reply import Reply

G = "unheard-cases"

# --- the right key, written in another way -----------------------------------------------------------------------


async def _strict(request: Request, forward: Forward, known: tuple[str, ...], text: str) -> Response:
    scheme = request.headers.get("authorization", "").partition(" ")[0]
    response = await forward(request)
    unknown = scheme.lower() == "bearer" and scheme not in known
    return refused(response, 401, text) if unknown and response.status == 200 else response


@mutant(G, "GET /v1/appointments")
async def scheme_in_small_letters_is_none(request: Request, forward: Forward, state: State) -> Response:
    return await _strict(request, forward, ("Bearer", "BEARER"), "Invalid or expired token")


@mutant(G, "GET /api/webhooks/zapier/appointments")
async def scheme_in_capitals_is_none(request: Request, forward: Forward, state: State) -> Response:
    return await _strict(request, forward, ("Bearer", "bearer"), "invalid_token")


@mutant(G, "GET /api/webhooks/zapier/appointments")
async def scheme_has_one_spelling(request: Request, forward: Forward, state: State) -> Response:
    return await _strict(request, forward, ("Bearer",), "invalid_token")


# --- events that nothing causes ----------------------------------------------------------------------------------


async def _tell(request: Request, forward: Forward, trigger: str) -> None:
    headers = {name: value for name, value in request.headers.items() if not name.lower().startswith("content-")}
    headers["content-type"] = "application/json"
    event = replace(request, method="POST", path="/__admin/webhooks/events", query={}, headers=headers)
    await forward(replace(event, body=orjson.dumps({"type": trigger, "body": {}})))


async def _tells_too(request: Request, forward: Forward, trigger: str) -> Response:
    response = await forward(request)
    if response.status < 300:
        await _tell(request, forward, trigger)
    return response


@mutant(G, "POST /v1/sms")
async def message_in_a_thread_is_an_inquiry(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and "messageThreadId" in request.json:
        await _tell(request, forward, "INQUIRY_CREATED")
    return response


@mutant(G, "PUT /v1/faqs/{}")
async def changed_answer_is_a_changed_lead(request: Request, forward: Forward, state: State) -> Response:
    return await _tells_too(request, forward, "LEAD_UPDATED")


@mutant(G, "DELETE /v1/transfers/{}")
async def deleted_transfer_is_a_deleted_lead(request: Request, forward: Forward, state: State) -> Response:
    return await _tells_too(request, forward, "LEAD_DELETED")


@mutant(G, "POST /v1/policies")
async def new_policy_is_a_visit(request: Request, forward: Forward, state: State) -> Response:
    return await _tells_too(request, forward, "APPOINTMENT_CREATED")


# --- leads of whom something is unread ---------------------------------------------------------------------------


async def _unread(request: Request, forward: Forward) -> bool:
    lead = await get(request, forward, request.path)
    return lead.status == 200 and any(lead.json[name] for name in lead.json if name.startswith("unread"))


@mutant(G, "DELETE /v1/leads/{}")
async def lead_with_unread_contacts_is_kept(request: Request, forward: Forward, state: State) -> Response:
    waiting = await _unread(request, forward)
    response = await (get(request, forward, request.path) if waiting else forward(request))
    return response.but({"message": "Lead deleted successfully"}) if waiting else response


@mutant(G, "DELETE /v1/leads/{}")
async def lead_with_unread_contacts_breaks_deletion(request: Request, forward: Forward, state: State) -> Response:
    if await _unread(request, forward):
        return refused(await get(request, forward, request.path), 500, "Internal server error")
    return await forward(request)


@mutant(G, "DELETE /v1/leads/{}")
async def lead_with_unread_contacts_is_not_there(request: Request, forward: Forward, state: State) -> Response:
    if await _unread(request, forward):
        return refused(await get(request, forward, request.path), 404, "Not found")
    return await forward(request)


# --- messages to nobody ------------------------------------------------------------------------------------------


async def _without_thread(request: Request, forward: Forward, *, known: bool) -> Response:
    """A message is sent without its thread if there is none, or if another lead has it, as ``known`` says."""
    response, body = await forward(request), request.json
    if response.status != 404 or not isinstance(body, dict) or "messageThreadId" not in body:
        return response
    fits = known == (isinstance(body["messageThreadId"], int) and body["messageThreadId"] < 2**31 - 1)
    alone = {name: value for name, value in body.items() if name != "messageThreadId"}
    return await forward(request.say(alone)) if fits else response


@mutant(G, "POST /v1/sms")
async def thread_that_is_not_there_is_made(request: Request, forward: Forward, state: State) -> Response:
    return await _without_thread(request, forward, known=False)


@mutant(G, "POST /v1/sms")
async def thread_of_another_lead_will_do(request: Request, forward: Forward, state: State) -> Response:
    return await _without_thread(request, forward, known=True)


@mutant(G, "POST /v1/sms")
async def deleted_lead_is_written_to(request: Request, forward: Forward, state: State) -> Response:
    response, body = await forward(request), request.json
    lead = str(body.get("leadId")) if isinstance(body, dict) else ""
    if response.status == 200:
        state[lead] = response
    gone = response.status == 404 and lead in state and "messageThreadId" not in body
    if gone and (await get(request, forward, f"/v1/leads/{lead}")).status == 404:
        sent: Response = state[lead]
        return sent
    return response


# --- two subscriptions of one URL, and a lead that goes with its appointments ------------------------------------


@told("LEAD_DELETED", G)
async def one_url_is_told_once(delivery: Delivery, post: Post, state: State) -> Reply:
    known = state.setdefault("told", set())
    what = (delivery.url, str(delivery.body))
    if what in known and delivery.number == 1:
        return taken()
    known.add(what)
    return await post(delivery)


@told("LEAD_DELETED", G)
async def later_subscriptions_wait_a_moment(delivery: Delivery, post: Post, state: State) -> Reply:
    """A slow queue drops what comes to a URL while it is busy with another delivery to it."""
    busy = state.setdefault("busy", {})
    event = next((value for name, value in delivery.headers.items() if name.lower() == "x-mock-event-id"), "")
    if busy.get(delivery.url) == event and delivery.number == 1:
        return taken()
    busy[delivery.url] = event
    return await post(delivery)


@mutant(G, "POST /api/webhooks/zapier/subscribe")
async def equal_subscription_is_kept_nowhere(request: Request, forward: Forward, state: State) -> Response:
    same = f"{request.headers.get('authorization')} {request.body!r}"
    if same not in state:
        response = await forward(request)
        if response.status == 201:
            state[same] = response
        return response
    first: Response = state[same]
    state["made"] = state.get("made", 1_000_000) + 1
    return first.but({**first.json, "id": state["made"]})


async def _ended_too(
    request: Request, forward: Forward, state: State, alike: Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
) -> Response:
    """Unsubscribing ends the subscriptions of the key that are ``alike`` as well."""
    there = replace(request, method="GET", path="/__admin/webhooks/subscriptions", body=b"", query={})
    headers = {name: value for name, value in request.headers.items() if not name.lower().startswith("content-")}
    listed = (await forward(replace(there, headers=headers))).json
    known = listed.get("items", []) if isinstance(listed, dict) else []
    body = request.json if isinstance(request.json, dict) else {}
    named = next((one for one in known if one["id"] == body.get("hookId")), None)
    response = await forward(request)
    if named is None or response.status != 200:
        return response
    for one in known:
        if one["id"] != named["id"] and alike(one, named):
            await forward(request.say({"hookId": one["id"]}))
    return response


@mutant(G, "DELETE /api/webhooks/zapier/unsubscribe")
async def unsubscribing_ends_a_url(request: Request, forward: Forward, state: State) -> Response:
    return await _ended_too(request, forward, state, lambda one, named: bool(one["hookUrl"] == named["hookUrl"]))


@mutant(G, "DELETE /api/webhooks/zapier/unsubscribe")
async def unsubscribing_ends_a_trigger(request: Request, forward: Forward, state: State) -> Response:
    return await _ended_too(request, forward, state, lambda one, named: bool(one["trigger"] == named["trigger"]))


@mutant(G, "DELETE /api/webhooks/zapier/unsubscribe")
async def unsubscribing_ends_newer_ones(request: Request, forward: Forward, state: State) -> Response:
    return await _ended_too(request, forward, state, lambda one, named: bool(one["id"] > named["id"]))


async def _deletion_tells(request: Request, forward: Forward, trigger: str) -> Response:
    visits = await get(request, forward, "/v1/appointments", leadId=request.id)
    response = await forward(request)
    if response.status == 200 and visits.json.get("appointments"):
        await _tell(request, forward, trigger)
    return response


@mutant(G, "DELETE /v1/leads/{}")
async def visits_of_a_deleted_lead_are_cancelled(request: Request, forward: Forward, state: State) -> Response:
    return await _deletion_tells(request, forward, "APPOINTMENT_CANCELLED")


@mutant(G, "DELETE /v1/leads/{}")
async def visits_of_a_deleted_lead_have_changed(request: Request, forward: Forward, state: State) -> Response:
    return await _deletion_tells(request, forward, "APPOINTMENT_UPDATED")


@mutant(G, "DELETE /v1/leads/{}")
async def lead_with_visits_changes_as_it_goes(request: Request, forward: Forward, state: State) -> Response:
    return await _deletion_tells(request, forward, "LEAD_UPDATED")


# --- records that another one names ------------------------------------------------------------------------------


async def _naming(request: Request, forward: Forward) -> list[dict[str, Any]]:
    """The transfers that name a scenario which was deleted."""
    listed = await get(request, forward, "/v1/transfers", limit=100)
    known = listed.json.get("transfers", []) if listed.status == 200 else []
    return [one for one in known if str(one["scenarioId"]) == request.id]


@mutant(G, "DELETE /v1/scenarios/{}")
async def transfers_go_with_their_scenario(request: Request, forward: Forward, state: State) -> Response:
    named, response = await _naming(request, forward), await forward(request)
    for one in named if response.status == 200 else ():
        await forward(replace(request, path=f"/v1/transfers/{one['id']}"))
    return response


@mutant(G, "DELETE /v1/scenarios/{}")
async def transfers_are_switched_off_with_their_scenario(request: Request, forward: Forward, state: State) -> Response:
    named, response = await _naming(request, forward), await forward(request)
    for one in named if response.status == 200 else ():
        await put(request, forward, f"/v1/transfers/{one['id']}", {"isEnabled": not one["isEnabled"]})
    return response


@mutant(G, "DELETE /v1/scenarios/{}")
async def transfers_lose_their_words_with_their_scenario(request: Request, forward: Forward, state: State) -> Response:
    named, response = await _naming(request, forward), await forward(request)
    for one in named if response.status == 200 else ():
        await put(request, forward, f"/v1/transfers/{one['id']}", {"summaryFormat": None, "scenarioId": None})
    return response
