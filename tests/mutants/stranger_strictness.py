"""Requests that should be refused and are not, and the other way round."""

from typing import Any

from registry import asked, mutant
from stranger_helpers import assigns, lenient, strict
from wrapper import Forward, Request, Response, State

G = "stranger-strictness"


@lenient("POST /v1/leads")
def last_name_of_256_is_cut(body: Any) -> Any:
    body["lastName"] = body["lastName"][:255]
    return body


@lenient("PUT /v1/scenarios/{}")
def active_as_text_is_taken(body: Any) -> Any:
    body["isActive"] = {"true": True, "false": False}.get(body["isActive"], body["isActive"])
    return body


@lenient("POST /v1/transfers")
def method_in_lower_case_is_taken(body: Any) -> Any:
    body["method"] = body["method"].upper()
    return body


@lenient("POST /v1/faqs")
def question_as_number_is_taken(body: Any) -> Any:
    if isinstance(body["question"], (int, float)):
        body["question"] = str(body["question"])
    return body


@lenient("PUT /v1/transfers/{}")
def scenario_zero_is_taken(body: Any) -> Any:
    if body["scenarioId"] == 0:
        body["scenarioId"] = None
    return body


@lenient("PUT /v1/transfers/{}")
def scenario_id_as_text_is_taken(body: Any) -> Any:
    if isinstance(body["scenarioId"], str):
        body["scenarioId"] = int(body["scenarioId"])
    return body


@lenient("POST /v1/scenarios")
def fifty_one_questions_are_cut(body: Any) -> Any:
    body["questions"] = body["questions"][:50]
    return body


@lenient("PUT /v1/scenarios/{}")
def empty_follow_up_is_taken(body: Any) -> Any:
    body["questions"] = [
        {
            **q,
            "answerOptions": [
                {**a, "followUps": [f for f in a["followUps"] if f.get("question") != ""]} for a in q["answerOptions"]
            ],
        }
        for q in body["questions"]
    ]
    return body


@lenient("POST /v1/sms")
def long_sms_is_cut(body: Any) -> Any:
    body["message"] = body["message"][:1600]
    return body


@lenient("POST /v1/sms")
def short_sms_is_padded(body: Any) -> Any:
    if len(body["message"]) == 1:
        body["message"] += "."
    return body


@lenient("POST /v1/sms")
def thread_as_text_is_taken(body: Any) -> Any:
    if isinstance(body["messageThreadId"], str):
        body.pop("messageThreadId")
    return body


@lenient("POST /v1/calls")
def transfer_only_without_instructions(body: Any) -> Any:
    if body["mode"] == "transfer_only" and "custom_instructions" not in body:
        body["mode"] = "normal"
    return body


@lenient("POST /v1/calls")
def national_number_is_taken(body: Any) -> Any:
    if not body["phoneNumber"].startswith("+"):
        body["phoneNumber"] = "+61255501234"
    return body


@lenient("PUT /v1/transfers/{}")
def number_without_destination_is_taken(body: Any) -> Any:
    if body["destinationType"] == "PHONE_NUMBER" and "destination" not in body:
        body.pop("destinationType")
    return body


@lenient("POST /v1/transfers")
def number_that_is_none_is_taken(body: Any) -> Any:
    if body["destinationType"] == "PHONE_NUMBER" and (not body["destination"].startswith("+")):
        body["destinationType"] = "MEMBER"
    return body


@lenient("POST /api/webhooks/zapier/subscribe")
def trigger_in_lower_case_is_taken(body: Any) -> Any:
    body["trigger"] = body["trigger"].upper()
    return body


@lenient("POST /api/webhooks/zapier/subscribe")
def ftp_hook_is_taken(body: Any) -> Any:
    if not body["hookUrl"].lower().startswith("http"):
        body["hookUrl"] = "https://hooks.example/x"
    return body


@lenient("POST /api/webhooks/zapier/subscribe")
def hook_with_fragment_is_taken(body: Any) -> Any:
    body["hookUrl"] = body["hookUrl"].partition("#")[0]
    return body


@lenient("DELETE /api/webhooks/zapier/unsubscribe")
def hook_id_as_text_is_taken(body: Any) -> Any:
    if isinstance(body["hookId"], str):
        body["hookId"] = int(body["hookId"])
    return body


@lenient("PUT /v1/leads/{}")
def short_phone_is_taken(body: Any) -> Any:
    if len(body["phone"]) < 8:
        body.pop("phone")
    return body


@lenient("POST /v1/leads")
def null_first_name_is_taken(body: Any) -> Any:
    if body["firstName"] is None:
        body["firstName"] = "Unknown"
    return body


@lenient("PUT /v1/policies/{}")
def null_title_is_ignored(body: Any) -> Any:
    if body["title"] is None:
        body.pop("title")
    return body


@lenient("POST /v1/policies")
def missing_content_is_taken(body: Any) -> Any:
    body.setdefault("content", "n/a")
    return body


@lenient("PUT /v1/faqs/{}")
def blank_answer_is_ignored(body: Any) -> Any:
    if body["answer"] == "":
        body.pop("answer")
    return body


@lenient("PUT /v1/leads/{}")
def socials_as_list_is_taken(body: Any) -> Any:
    if isinstance(body["socials"], list):
        body["socials"] = {}
    return body


@lenient("POST /v1/leads")
def long_social_is_cut(body: Any) -> Any:
    body["socials"] = {k: v[:2048] for k, v in body["socials"].items()}
    return body


@strict("PUT /v1/leads/{}")
def null_phone_is_refused(body: Any) -> Any:
    return body.get("phone", 1) is None


@strict("POST /v1/transfers")
def null_name_is_refused(body: Any) -> Any:
    return body.get("name", 1) is None


@strict("POST /v1/scenarios")
def large_outcome_is_refused(body: Any) -> Any:
    return len(body["outcome"]) > 10


@strict("POST /v1/policies")
def title_of_two_is_refused(body: Any) -> Any:
    return len(body["title"]) == 2


@strict("POST /v1/leads")
def longest_mail_is_refused(body: Any) -> Any:
    return len(body["email"]) > 200


@strict("POST /v1/calls")
def shortest_phone_is_refused(body: Any) -> Any:
    return len(body["phoneNumber"]) == 8


@strict("PUT /v1/policies/{}")
def empty_change_is_refused(body: Any) -> Any:
    return body == {}


@strict("POST /v1/sms")
def longest_sms_is_refused(body: Any) -> Any:
    return len(body["message"]) > 1530


@strict("POST /v1/faqs")
def inactive_create_is_refused(body: Any) -> Any:
    return body["isActive"] is False


@strict("PUT /v1/transfers/{}")
def null_scenario_is_refused(body: Any) -> Any:
    return body.get("scenarioId", 1) is None


@asked(G, "GET /v1/leads")
def page_zero_is_one(request: Request) -> Request:
    return request.ask(page=1) if request.query.get("page") == "0" else request


@asked(G, "GET /v1/transfers")
def limit_is_clamped(request: Request) -> Request:
    return request.ask(limit=100) if request.number("limit", 1) > 100 else request


@asked(G, "GET /v1/members")
def page_of_letters_is_one(request: Request) -> Request:
    return request.ask(page=None) if not request.query.get("page", "1").lstrip("-").isdigit() else request


@asked(G, "GET /v1/inquiries")
def source_in_lower_case_is_taken(request: Request) -> Request:
    return request.ask(source=request.query["source"].upper()) if "source" in request.query else request


@asked(G, "GET /v1/inquiries")
def unknown_expand_is_ignored(request: Request) -> Request:
    return (
        request.ask(expand=None) if request.query.get("expand") not in ("external", "lead", "both", None) else request
    )


@asked(G, "GET /v1/appointments")
def blank_lead_is_ignored(request: Request) -> Request:
    return request.ask(leadId=None) if request.query.get("leadId") == "" else request


@asked(G, "GET /api/webhooks/zapier/leads")
def org_id_is_optional(request: Request) -> Request:
    return request.ask(org_id=request.query.get("org_id", "org_x"))


@asked(G, "DELETE /api/webhooks/zapier/unsubscribe")
def user_id_is_optional(request: Request) -> Request:
    return request.ask(user_id=request.query.get("user_id", "usr_x"))


@assigns("POST /v1/transfers", "createdAt", "transfer")
def created_at_is_assigned() -> None: ...


@assigns("PUT /v1/leads/{}", "status", "lead")
def status_is_assigned() -> None: ...


@assigns("POST /v1/policies", "id", "policy")
def policy_id_is_assigned() -> None: ...


@assigns("PUT /v1/scenarios/{}", "updatedAt", "scenario")
def updated_at_is_assigned() -> None: ...


@mutant(G, "POST /v1/faqs")
async def refused_create_is_made(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    body = request.json
    if (
        response.status == 400
        and isinstance(body, dict)
        and isinstance(body.get("question"), str)
        and body["question"]
        and (body.get("answer") == "")
    ):
        await forward(request.say({**body, "answer": "x", "isActive": True}))
    return response


@mutant(G, "PUT /v1/leads/{}")
async def refused_change_is_half_done(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    body = request.json
    if response.status == 400 and isinstance(body, dict):
        for name in ("firstName", "lastName", "suburb", "businessName"):
            if name in body:
                await forward(request.say({name: body[name]}))
    return response


@mutant(G, "PUT /v1/transfers/{}")
async def conflicting_change_is_half_done(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    body = request.json
    if response.status == 409:
        await forward(request.say({k: v for k, v in body.items() if k != "label"} or {"conditions": "changed"}))
    return response
