"""What stays quiet unless somebody looks twice: texts deep inside, reads that write, old copies, the wrong sender."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from registry import answer, asked, mutant
from stranger_helpers import get, put
from wrapper import Forward, Request, Response, State

G = "quiet-defects"


def _record(body: Any, kind: str) -> Any:
    """The record in an answer, with an envelope or without."""
    return body.get(kind, body) if isinstance(body, dict) else body


# --- texts three objects deep ------------------------------------------------------------------------------------


_INSIDE = ("questions", "answerOptions", "followUps", "question")


def _follow_ups(value: Any, how: Callable[[str], str], inside: Sequence[str] = _INSIDE) -> Any:
    """A scenario whose follow-up questions are other texts."""
    if isinstance(value, list):
        return [_follow_ups(it, how, inside) for it in value]
    if isinstance(value, dict) and inside and inside[0] in value:
        return {**value, inside[0]: _follow_ups(value[inside[0]], how, inside[1:])}
    return how(value) if isinstance(value, str) and not inside and len(value) < 2000 else value


def _heard(request: Request, how: Callable[[str], str]) -> Request:
    made = _follow_ups(request.json, how)
    return request if made == request.json else request.say(made)


@asked(G, "POST /v1/scenarios")
def follow_ups_are_composed(request: Request) -> Request:
    return _heard(request, lambda text: unicodedata.normalize("NFC", text))


@asked(G, "PUT /v1/scenarios/{}")
def follow_ups_are_stripped(request: Request) -> Request:
    return _heard(request, lambda text: text.strip() or text)


@answer(G, "GET /v1/scenarios/{}")
def follow_ups_lose_their_emoji(body: Any, request: Request, state: State) -> Any:
    made = _follow_ups(_record(body, "scenario"), lambda text: "".join(one for one in text if one <= "\uffff"))
    return {"scenario": made} if "scenario" in body else made


# --- reads that write --------------------------------------------------------------------------------------------


@mutant(G, "GET /v1/transfers/{}")
async def reading_moves_the_last_change(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await put(request, forward, request.path, {})
    return response


@mutant(G, "GET /v1/scenarios/{}")
async def first_read_switches_on(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and request.path not in state:
        state[request.path] = True
        await put(request, forward, request.path, {"isActive": not _record(response.json, "scenario")["isActive"]})
    return response


@mutant(G, "GET /v1/leads/{}")
async def who_looks_at_a_lead_is_noted_in_it(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and response.json["unreadSMS"] and response.json["businessName"] is None:
        await put(request, forward, request.path, {"businessName": "Seen"})
    return response


# --- old copies --------------------------------------------------------------------------------------------------


async def _remembering(request: Request, forward: Forward, state: State, kind: str) -> Response:
    """What is read after a change is remembered for ever."""
    response = await forward(request)
    who, record = f"{request.path} {request.headers.get('authorization')}", _record(response.json, kind)
    if response.status == 200 and isinstance(record, dict):
        known = {name: value for name, value in record.items() if name != "updatedAt"}
        if state.setdefault(f"first {who}", known) != known:
            state[who] = response
    kept: Response = state.get(who, response)
    return kept if response.status == 404 else response


@mutant(G, "GET /v1/transfers/{}")
async def changed_transfer_outlives_its_deletion(request: Request, forward: Forward, state: State) -> Response:
    return await _remembering(request, forward, state, "transfer")


@mutant(G, "GET /v1/leads/{}")
async def changed_lead_outlives_its_deletion(request: Request, forward: Forward, state: State) -> Response:
    return await _remembering(request, forward, state, "lead")


@mutant(G, "DELETE /v1/policies/{}", any_method=True)
async def changed_policy_is_not_deleted(request: Request, forward: Forward, state: State) -> Response:
    response = request if request.method == "DELETE" and request.path in state else await forward(request)
    if isinstance(response, Response):
        if request.method == "PUT" and response.status == 200:
            state[request.path] = response
        return response
    kept: Response = state.pop(request.path)
    return kept.but({"message": "Policy deleted successfully"})


# --- the wrong sender --------------------------------------------------------------------------------------------


async def _members(request: Request, forward: Forward) -> list[Any]:
    listed = await get(request, forward, "/v1/members", limit=100)
    return list((listed.json or {}).get("members", ()))


@mutant(G, "POST /v1/sms")
async def messages_go_out_in_the_owners_name(request: Request, forward: Forward, state: State) -> Response:
    body, members = request.json, await _members(request, forward)
    if isinstance(body, dict) and body.get("userId") in [one["id"] for one in members]:
        request = replace(request.say({**body, "userId": members[-1]["id"]}))
    return await forward(request)


@mutant(G, "GET /v1/leads/{}/activities")
async def messages_are_the_oldest_members(request: Request, forward: Forward, state: State) -> Response:
    response, members = await forward(request), await _members(request, forward)
    if response.status != 200 or not members:
        return response
    shown = [
        {**item, "userId": members[-1]["id"]} if item["event"] == "SMS_SENT" and item["userId"] else item
        for item in response.json["activities"]
    ]
    return response.but({**response.json, "activities": shown})


@answer(G, "GET /v1/leads/{}/activities")
def the_user_of_an_activity_is_the_lead(body: Any, request: Request, state: State) -> Any:
    shown = [{**it, "userId": it["userId"] and it["leadId"]} for it in body["activities"]]
    return {**body, "activities": shown}


# --- what is switched once and for all ---------------------------------------------------------------------------


async def _switching(request: Request, forward: Forward, lister: str, key: str, member: str, to: bool) -> Response:
    """A write that sets a flag of the newest record of some kind."""
    response = await forward(request)
    if response.status < 300:
        listed = await get(request, forward, lister, limit=1)
        for one in listed.json[key]:
            if one[member] is not to:
                await put(request, forward, f"{lister}/{one['id']}", {member: to})
    return response


@mutant(G, "POST /v1/policies")
async def new_policy_activates_the_newest_faq(request: Request, forward: Forward, state: State) -> Response:
    return await _switching(request, forward, "/v1/faqs", "faqs", "isActive", True)


@mutant(G, "DELETE /v1/policies/{}")
async def deletion_activates_the_newest_policy_left(request: Request, forward: Forward, state: State) -> Response:
    return await _switching(request, forward, "/v1/policies", "policies", "isActive", True)


@mutant(G, "PUT /v1/faqs/{}")
async def changed_faq_activates_the_newest_scenario(request: Request, forward: Forward, state: State) -> Response:
    return await _switching(request, forward, "/v1/scenarios", "scenarios", "isActive", True)


@mutant(G, "DELETE /v1/scenarios/{}")
async def deleted_scenario_enables_the_newest_transfer(request: Request, forward: Forward, state: State) -> Response:
    return await _switching(request, forward, "/v1/transfers", "transfers", "isEnabled", True)
