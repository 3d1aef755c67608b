"""Mutants of the order of deliveries, of times below a record, of what each key has alone, and of large bodies."""

from datetime import datetime, timedelta
from typing import Any

from deliveries import Delivery, Post
from limits_and_transport import FIRST
from registry import MUTANTS, answer, mutant, told
from tenancy import across, foreign
from wrapper import Forward, Mutant, Request, Response, State

from mock_server.webhooks.reply import Reply

G = "order-and-keys"
Json = dict[str, Any]
ACTIVITIES, ORGANIZATION = "GET /v1/leads/{}/activities", "GET /v1/organization"
TAKEN = Reply(200)


async def in_pairs(delivery: Delivery, post: Post, state: State, first: int) -> Reply:
    """From this number on, of two deliveries to one address the second comes before the first."""
    number = state[delivery.url] = state.get(delivery.url, 0) + 1
    if number < first:
        return await post(delivery)
    if "held" not in state:
        state["held"] = delivery
        return TAKEN
    reply = await post(delivery)
    await post(state.pop("held"))
    return reply


@told("LEAD_CREATED", G)
async def later_creations_change_places(delivery: Delivery, post: Post, state: State) -> Reply:
    return await in_pairs(delivery, post, state, 9)


@told("LEAD_UPDATED", G)
async def later_changes_change_places(delivery: Delivery, post: Post, state: State) -> Reply:
    return await in_pairs(delivery, post, state, 5)


@told("LEAD_DELETED", G)
async def later_deletions_change_places(delivery: Delivery, post: Post, state: State) -> Reply:
    return await in_pairs(delivery, post, state, 39)


def moved(moment: str, **span: int) -> str:
    there = datetime.fromisoformat(moment.replace("Z", "+00:00")) + timedelta(**span)
    return there.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def dated(body: Json, event: str, **span: int) -> Json:
    """All activities with this event have another moment."""
    for item in body["activities"]:
        if item["event"] == event:
            item["createdAt"] = moved(item["createdAt"], **span)
    return body


@answer(G, ACTIVITIES)
def changes_are_in_local_time(body: Json, request: Request, state: State) -> Json:
    return dated(body, "LEAD_UPDATED", hours=11)


@answer(G, ACTIVITIES)
def messages_are_an_hour_early(body: Json, request: Request, state: State) -> Json:
    return dated(body, "SMS_SENT", hours=-1)


@answer(G, ACTIVITIES)
def calls_are_a_minute_late(body: Json, request: Request, state: State) -> Json:
    return dated(body, "CALL_INITIATED", minutes=1)


@mutant(G, FIRST)
async def one_limit_for_all_keys(request: Request, forward: Forward, state: State) -> Response:
    response, key = await forward(request), request.headers.get("authorization", "")
    if response.status == 429:
        state["refused"] = response, key
    elif key == state.get("refused", (None, key))[1]:
        state.pop("refused", None)
    refused: Response = state["refused"][0] if "refused" in state else response
    return refused


@mutant(G, FIRST)
async def a_new_key_begins_used_up(request: Request, forward: Forward, state: State) -> Response:
    response, key = await forward(request), request.headers.get("authorization", "")
    known = state.setdefault("known", {key: 0})
    if response.status == 429:
        state["refused"] = response
    elif key not in known and "refused" in state:
        known[key] = 0
        refused: Response = state["refused"]
        return refused
    known[key] = known.get(key, 0) + 1
    return response


@mutant(G, ORGANIZATION)
async def organization_is_the_first_keys(request: Request, forward: Forward, state: State) -> Response:
    return await forward(across(request))


@mutant(G, ORGANIZATION)
async def organization_is_remembered_for_all(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and foreign(request) and "known" in state:
        known: Response = state["known"]
        return known
    state["known"] = response if response.status == 200 else state.get("known", response)
    return response


@answer(G, ORGANIZATION)
def organizations_have_one_id(body: Json, request: Request, state: State) -> Json:
    return {**body, "id": state.setdefault("id", body["id"])}


def remembered(name: str, read: str) -> None:
    """What was read while a record existed is answered for a while once it is deleted."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response, key = await forward(request), f"{request.headers.get('authorization')} {request.path}"
        if response.status == 200:
            state[key] = response
        old: Response = state.pop(key, response) if response.status == 404 else response
        return old

    MUTANTS.append(Mutant(name, G, read, behave))


remembered("deleted_lead_is_remembered", "GET /v1/leads/{}")
remembered("deleted_scenario_is_remembered", "GET /v1/scenarios/{}")
remembered("activities_are_remembered", ACTIVITIES)
remembered("notes_are_remembered", "GET /v1/leads/{}/notes")


def named_otherwise(name: str, operation: str, *kinds: str) -> None:
    """A body that is JSON is read, whatever its media type is."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0]
        if kind not in kinds or request.json is None:
            return await forward(request)
        headers = {**request.headers, "content-type": "application/json"}
        return await forward(Request(request.method, request.path, request.query, headers, request.body))

    MUTANTS.append(Mutant(name, G, operation, behave))


def large(name: str, operation: str, status: int) -> None:
    """A body that is too large is answered with another status."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response = await forward(request)
        return (
            response.but(ERROR | {"error": {"status": status, "message": "No"}}, status=status)
            if response.status == 413
            else response
        )

    MUTANTS.append(Mutant(name, G, operation, behave))


ERROR = {"success": False, "message": "No"}
named_otherwise("faqs_are_read_from_text", "POST /v1/faqs", "text/plain")
named_otherwise("leads_are_read_from_text", "POST /v1/leads", "text/plain", "text/json")
named_otherwise("calls_are_read_from_anything", "POST /v1/calls", "text/plain", "application/x-www-form-urlencoded")
large("large_messages_crash", "POST /v1/sms", 500)
large("large_policies_are_bad", "POST /v1/policies", 400)
large("large_changes_are_not_found", "PUT /v1/scenarios/{}", 404)
