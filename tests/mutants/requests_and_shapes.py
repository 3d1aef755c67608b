"""Mutants of protocol, input validation and the shape of answers."""

from typing import Any

from registry import answer, asked, mutant
from wrapper import Forward, Request, Response, State

# --- protocol ---------------------------------------------------------------------------------------------------


@mutant("protocol", "POST /v1/leads")
async def created_is_200(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(status=200) if response.status == 201 else response


@mutant("protocol", "GET /v1/policies")
async def list_is_plain_text(request: Request, forward: Forward, state: State) -> Response:
    return (await forward(request)).but(content_type="text/plain")


@mutant("protocol", "GET /v1/leads/{}", any_method=True)
async def patch_is_accepted(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but({"message": "fine"}, status=200) if request.method == "PATCH" else response


@mutant("protocol", "GET /v1/scenarios", any_method=True)
async def no_allow_with_405(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    left = {name: value for name, value in response.headers.items() if name != "allow"}
    return Response(response.status, left, response.body)


@mutant("protocol", "GET /v1/faqs", any_method=True)
async def allow_names_too_much(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(allow="DELETE, GET, PATCH, POST") if response.status == 405 else response


@mutant("protocol", "GET /v1/transfers/{}")
async def not_found_is_410(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(status=410) if response.status == 404 else response


@mutant("protocol", "POST /v1/policies")
async def any_media_type_is_taken(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 415:
        return response
    error = {"status": 400, "message": "Bad request"}
    return response.but({"success": False, "message": "Bad request", "error": error}, status=400)


@mutant("protocol", "DELETE /v1/faqs/{}")
async def delete_is_204(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return Response(204, {}, b"") if response.status == 200 else response


@mutant("protocol", "GET /v1/members")
async def errors_are_html(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        Response(response.status, {"content-type": "text/html"}, b"<h1>no</h1>") if response.status > 399 else response
    )


@mutant("protocol", "PUT /v1/scenarios/{}")
async def bad_request_is_422(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(status=422) if response.status == 400 else response


# --- input ------------------------------------------------------------------------------------------------------


@asked("input", "POST /v1/leads")
def first_name_may_be_missing(request: Request) -> Request:
    body = request.json
    return request.say({"firstName": "Nobody", **body}) if isinstance(body, dict) else request


@asked("input", "POST /v1/leads")
def bad_mail_is_dropped(request: Request) -> Request:
    body = request.json
    bad = isinstance(body, dict) and isinstance(body.get("email"), str) and "@" not in body["email"]
    return request.say({**body, "email": None}) if bad else request


@asked("input", "GET /v1/leads")
def large_limit_is_cut(request: Request) -> Request:
    return request.ask(limit=100) if request.number("limit", 1) > 100 else request


@asked("input", "GET /v1/policies")
def limit_zero_is_default(request: Request) -> Request:
    return request.ask(limit=None) if request.query.get("limit") == "0" else request


@asked("input", "GET /v1/inquiries")
def page_zero_is_first(request: Request) -> Request:
    return request.ask(page=1) if request.query.get("page") in ("0", "-1") else request


@asked("input", "GET /v1/inquiries")
def unknown_source_is_ignored(request: Request) -> Request:
    known = ("CALL", "EMAIL", "CHATBOT", "SMS", "WEBFORM")
    return request if request.query.get("source", "CALL") in known else request.ask(source=None)


@asked("input", "POST /v1/policies")
def long_title_is_cut(request: Request) -> Request:
    body = request.json
    long = isinstance(body, dict) and isinstance(body.get("title"), str) and len(body["title"]) > 255
    return request.say({**body, "title": body["title"][:255]}) if long else request


@asked("input", "PUT /v1/faqs/{}")
def flag_of_any_type(request: Request) -> Request:
    body = request.json
    odd = isinstance(body, dict) and "isActive" in body and not isinstance(body["isActive"], bool)
    return request.say({**body, "isActive": bool(body["isActive"])}) if odd else request


@asked("input", "POST /v1/calls")
def condition_is_not_checked(request: Request) -> Request:
    body = request.json
    lacking = isinstance(body, dict) and body.get("mode") == "transfer_only" and "custom_instructions" not in body
    return request.say({**body, "custom_instructions": "none"}) if lacking else request


@asked("input", "PUT /v1/scenarios/{}")
def no_json_is_empty(request: Request) -> Request:
    return request if request.json is not None or not request.body else request.say({})


@mutant("input", "POST /v1/faqs")
async def valid_question_is_refused(request: Request, forward: Forward, state: State) -> Response:
    body = request.json
    if isinstance(body, dict) and isinstance(body.get("question"), str) and len(body["question"]) == 255:
        return await forward(request.say({}))
    return await forward(request)


# --- shape ------------------------------------------------------------------------------------------------------


@answer("shape", "GET /v1/leads/{}")
def tags_are_missing(body: Any, request: Request, state: State) -> Any:
    return {name: value for name, value in body.items() if name != "tags"}


@answer("shape", "GET /v1/leads")
def counter_is_text(body: Any, request: Request, state: State) -> Any:
    return {**body, "leads": [{**lead, "unreadCalls": str(lead["unreadCalls"])} for lead in body["leads"]]}


@answer("shape", "GET /v1/inquiries/{}")
def key_points_are_missing(body: Any, request: Request, state: State) -> Any:
    return {**body, "data": {name: value for name, value in body["data"].items() if name != "keyPoints"}}


@answer("shape", "GET /v1/organization")
def secret_field_is_shown(body: Any, request: Request, state: State) -> Any:
    return {**body, "internalNotes": "hidden"}


@answer("shape", "GET /v1/appointments")
def moments_without_milliseconds(body: Any, request: Request, state: State) -> Any:
    shown = [{**item, "createdAt": item["createdAt"][:19] + "Z"} for item in body["appointments"]]
    return {**body, "appointments": shown}


@answer("shape", "GET /v1/transfers")
def label_is_null(body: Any, request: Request, state: State) -> Any:
    return {**body, "transfers": [{**item, "label": None} for item in body["transfers"]]}


@mutant("shape", "GET /v1/scenarios/{}")
async def inner_status_is_wrong(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 404:
        return response
    return response.but({"success": False, "message": "Not found", "error": {"status": 400, "message": "Not found"}})


@answer("shape", "POST /v1/faqs")
def record_is_not_wrapped(body: Any, request: Request, state: State) -> Any:
    return body["faq"]


@answer("shape", "GET /v1/organization/services")
def duration_is_text(body: Any, request: Request, state: State) -> Any:
    first, *others = body["categories"]
    services = [{**service, "duration": "1h"} for service in first["services"]]
    return {**body, "categories": [{**first, "services": services}, *others]}


@answer("shape", "GET /v1/members")
def ids_without_prefix(body: Any, request: Request, state: State) -> Any:
    return {**body, "members": [{**item, "id": item["id"].removeprefix("usr_")} for item in body["members"]]}
