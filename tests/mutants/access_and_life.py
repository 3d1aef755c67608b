"""Mutants of authentication and of the life of a record."""

from typing import Any

from registry import KEY, answer, asked, authorized, mutant
from wrapper import Forward, Request, Response, State

# --- access -----------------------------------------------------------------------------------------------------


@asked("access", "GET /v1/members")
def no_key_is_needed(request: Request) -> Request:
    return request if "authorization" in request.headers else authorized(request)


@asked("access", "DELETE /v1/policies/{}")
def deleting_needs_no_key(request: Request) -> Request:
    return request if "authorization" in request.headers else authorized(request)


@asked("access", "GET /v1/inquiries")
def any_key_opens(request: Request) -> Request:
    return authorized(request) if request.headers.get("authorization", "").startswith("Bearer ") else request


@asked("access", "GET /v1/leads/{}")
def a_beginning_of_the_key_opens(request: Request) -> Request:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return authorized(request) if len(given) > 5 and KEY.startswith(given) else request


@asked("access", "POST /v1/scenarios")
def any_scheme_opens(request: Request) -> Request:
    return authorized(request) if request.headers.get("authorization", "").endswith(KEY) else request


@asked("access", "GET /v1/organization")
def the_key_may_be_in_the_query(request: Request) -> Request:
    return authorized(request) if KEY in request.query.values() else request


@mutant("access", "GET /v1/transfers")
async def refused_is_403(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(status=403) if response.status == 401 else response


@mutant("access", "GET /v1/scenarios/{}")
async def unknown_before_key(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(authorized(request))
    return response if response.status == 404 else await forward(request)


@mutant("access", "POST /v1/faqs")
async def refused_and_done(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 401:
        await forward(authorized(request))
    return response


@asked("access", "POST /api/webhooks/zapier/subscribe")
def subscribing_needs_no_key(request: Request) -> Request:
    return authorized(request)


# --- lifecycle --------------------------------------------------------------------------------------------------


@mutant("lifecycle", "POST /v1/leads")
async def not_stored(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 201:
        path = f"/v1/leads/{response.json['lead']['id']}"
        await forward(Request("DELETE", path, {}, authorized(request).headers, b""))
    return response


@mutant("lifecycle", "POST /v1/policies")
async def content_is_lost(request: Request, forward: Forward, state: State) -> Response:
    body, response = request.json, await forward(request)
    if response.status != 201:
        return response
    path = f"/v1/policies/{response.json['policy']['id']}"
    await forward(Request("PUT", path, {}, request.headers, b'{"content":"lost"}'))
    return response.but({"policy": {**response.json["policy"], "content": body["content"]}})


@asked("lifecycle", "PUT /v1/scenarios/{}")
def update_resets_a_flag(request: Request) -> Request:
    body = request.json
    return request.say({"isActive": False, **body}) if isinstance(body, dict) and body else request


@mutant("lifecycle", "PUT /v1/faqs/{}")
async def update_is_not_stored(request: Request, forward: Forward, state: State) -> Response:
    body, response = (
        request.json,
        await forward(request.say({})) if isinstance(request.json, dict) else await forward(request),
    )
    if response.status != 200 or not isinstance(body, dict):
        return response
    checked = await forward(Request("POST", "/v1/faqs", {}, request.headers, b"{}"))
    known = {name: body[name] for name in ("question", "answer", "isActive") if name in body and checked.status == 400}
    return response.but({"faq": {**response.json["faq"], **known}})


@mutant("lifecycle", "DELETE /v1/transfers/{}")
async def delete_does_nothing(request: Request, forward: Forward, state: State) -> Response:
    probe = await forward(Request("GET", request.path, {}, request.headers, b""))
    return probe.but({"message": "Transfer deleted successfully"}) if probe.status == 200 else await forward(request)


@mutant("lifecycle", "GET /v1/scenarios")
async def deleted_is_still_listed(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200:
        return response
    seen = state.setdefault("seen", {})
    seen |= {item["id"]: item for item in response.json["scenarios"]}
    gone = [seen[id] for id in seen if id not in [item["id"] for item in response.json["scenarios"]]]
    first = request.query.get("page", "1") == "1" and len(response.json["scenarios"]) == response.json["totalCount"]
    return response.but({**response.json, "scenarios": gone[:1] + response.json["scenarios"]}) if first else response


@mutant("lifecycle", "DELETE /v1/policies/{}")
async def second_delete_is_fine(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    done = state.setdefault("done", set())
    if response.status == 200:
        done.add(request.path)
    again = response.status == 404 and request.path in done
    return response.but({"message": "Policy deleted successfully"}, status=200) if again else response


@mutant("lifecycle", "DELETE /v1/faqs/{}")
async def delete_takes_another_too(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        listed = await forward(Request("GET", "/v1/faqs", {}, request.headers, b""))
        for item in listed.json["faqs"][-1:]:
            await forward(Request("DELETE", f"/v1/faqs/{item['id']}", {}, request.headers, b""))
    return response


@mutant("lifecycle", "GET /v1/leads/{}/notes")
async def children_stay(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 404 and len(request.path.split("/")[3]) == 15:
        empty = {"notes": [], "totalPages": 0, "currentPage": 1, "totalCount": 0}
        return response.but(empty, status=200)
    return response


@mutant("lifecycle", "PUT /v1/transfers/{}")
async def conflict_and_done(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 409:
        await forward(request.say({"label": f"{request.json.get('label')} again"}))
    return response


@mutant("lifecycle", "POST /v1/leads")
async def duplicates_are_taken(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 409:
        return response
    body = {name: value for name, value in request.json.items() if name not in ("email", "phone")}
    made = await forward(request.say(body))
    return made.but({"lead": {**made.json["lead"], **request.json}}) if made.status == 201 else made


@answer("lifecycle", "POST /v1/transfers")
def default_is_another(body: Any, request: Request, state: State) -> Any:
    sent = request.json or {}
    return body if "isEnabled" in sent else {"transfer": {**body["transfer"], "isEnabled": False}}
