"""What shows only to a client with habits of its own: another spelling of a scheme, writes that nobody asks about."""

from dataclasses import replace

import orjson
from registry import mutant
from stranger_helpers import get, refused
from wrapper import Forward, Request, Response, State

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
    told = replace(request, method="POST", path="/__admin/webhooks/events", query={}, headers=headers)
    await forward(replace(told, body=orjson.dumps({"type": trigger, "body": {}})))


@mutant(G, "POST /v1/sms")
async def message_in_a_thread_is_an_inquiry(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and "messageThreadId" in request.json:
        await _tell(request, forward, "INQUIRY_CREATED")
    return response


@mutant(G, "PUT /v1/faqs/{}")
async def changed_answer_is_a_changed_lead(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await _tell(request, forward, "LEAD_UPDATED")
    return response


@mutant(G, "DELETE /v1/transfers/{}")
async def deleted_transfer_is_a_deleted_lead(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await _tell(request, forward, "LEAD_DELETED")
    return response


@mutant(G, "POST /v1/policies")
async def new_policy_is_a_visit(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 201:
        await _tell(request, forward, "APPOINTMENT_CREATED")
    return response


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
