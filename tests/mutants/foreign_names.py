"""Mutants that show when a request names what another organization has: a value, an id, a member."""

from collections.abc import Callable

from registry import MUTANTS, authorized, mutant
from tenancy import foreign
from wrapper import Forward, Mutant, Request, Response, State

G = "foreign-names"
ORGANIZATION = "/v1/organization"


def ask(request: Request, path: str) -> Request:
    """A read with the key of another request."""
    return Request("GET", path, {}, request.headers, b"")


def refused(response: Response, status: int) -> Response:
    error = {"status": status, "message": "No"}
    return response.but({"success": False, "message": "No", "error": error}, status=status)


def unique_everywhere(name: str, items: str, member: str) -> None:
    """A value is taken if the first organization has it, whoever asks."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response = await forward(request)
        sent = request.json if foreign(request) and response.status == 201 else {}
        if not isinstance(sent, dict) or not sent.get(member):
            return response
        shown = (await forward(ask(authorized(request), f"/v1/{items}"))).json
        return refused(response, 409) if sent[member] in [item[member] for item in shown[items]] else response

    MUTANTS.append(Mutant(name, G, f"POST /v1/{items}", behave))


unique_everywhere("addresses_are_unique_everywhere", "leads", "email")
unique_everywhere("names_are_unique_everywhere", "scenarios", "name")
unique_everywhere("labels_are_unique_everywhere", "transfers", "label")


def opened_by_id(name: str, subject: str, fits: Callable[[str, str], bool]) -> None:
    """The id of an organization in the query opens its data."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        if foreign(request):
            shown = (await forward(ask(request, ORGANIZATION))).json
            state["other"] = request.headers, shown.get("id", "")
            return await forward(request)
        headers, id = state.get("other", ({}, ""))
        named = id and fits(request.query.get("org_id", ""), id) and "authorization" in request.headers
        changed = Request(request.method, request.path, request.query, headers, request.body)
        return await forward(changed) if named else await forward(request)

    MUTANTS.append(Mutant(name, G, f"GET /api/webhooks/zapier/{subject}", behave))


opened_by_id("leads_of_the_named_organization", "leads", str.__eq__)
opened_by_id("inquiries_of_the_named_organization", "inquiries", lambda given, id: given.lower() == id.lower())
opened_by_id("visits_of_the_named_organization", "appointments", lambda given, id: given[:9] == id[:9])


@mutant(G, "POST /v1/sms")
async def anybodys_member_may_write(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 404 or not foreign(request):
        return response
    ours = (await forward(ask(authorized(request), "/v1/members"))).json["members"]
    theirs = (await forward(ask(request, "/v1/members"))).json["members"]
    if request.json["userId"] not in [member["id"] for member in ours]:
        return response
    return await forward(request.say({**request.json, "userId": theirs[0]["id"]}))


def in_any_case(name: str, operation: str) -> None:
    """A key is compared without its case."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        key = request.headers.get("authorization", "")
        headers = {**request.headers, "authorization": f"Bearer {key[7:].lower()}"}
        lowered = Request(request.method, request.path, request.query, headers, request.body)
        return await forward(lowered if key.startswith("Bearer ") else request)

    MUTANTS.append(Mutant(name, G, operation, behave))


in_any_case("keys_have_any_case", "GET /v1/appointments")
in_any_case("keys_have_any_case_for_zaps", "GET /api/webhooks/zapier/appointments")


def stays(name: str, subject: str) -> None:
    """What was recent stays so when its lead is deleted."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response, key = await forward(request), request.headers.get("authorization", "")
        if response.status != 200:
            return response
        shown = {item["originalId"]: item for item in (*state.get(key, ()), *response.json)}
        state[key] = sorted(shown.values(), key=lambda item: str(item["createdAt"]), reverse=True)[:5]
        return response.but(state[key])

    MUTANTS.append(Mutant(name, G, f"GET /api/webhooks/zapier/{subject}", behave))


stays("inquiries_of_the_deleted_stay_recent", "inquiries")
stays("deleted_leads_stay_recent", "leads")
