"""Mutants that take what the document forbids, refuse what it allows, or let a client set what is not its to set."""

from collections.abc import Callable
from typing import Any

from registry import MUTANTS
from wrapper import Forward, Mutant, Request, Response, State

GROUP = "strictness"
SUBSCRIBE, UNSUBSCRIBE = "POST /api/webhooks/zapier/subscribe", "DELETE /api/webhooks/zapier/unsubscribe"
Body = dict[str, Any]


def lenient(name: str, operation: str, mend: Callable[[Body], Body]) -> None:
    """A body is mended before it is looked at."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        body = request.json
        mended = mend(body) if isinstance(body, dict) else body
        return await forward(request if mended == body and repr(mended) == repr(body) else request.say(mended))

    MUTANTS.append(Mutant(name, GROUP, operation, behave))


def member(field: str, mend: Callable[[Any], Any]) -> Callable[[Body], Body]:
    """The mending of one member; ``...`` leaves it out."""

    def mended(body: Body) -> Body:
        if field not in body:
            return body
        value = mend(body[field])
        return {name: one for name, one in {**body, field: value}.items() if one is not ...}

    return mended


def strict(name: str, operation: str, wrong: Callable[[Body], bool]) -> None:
    """A valid body is refused."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        body = request.json
        return await forward(request.say([]) if isinstance(body, dict) and wrong(body) else request)

    MUTANTS.append(Mutant(name, GROUP, operation, behave))


def assumed(name: str, operation: str, **query: str) -> None:
    """Parameters that are missing are assumed."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        return await forward(request.ask(**{key: request.query.get(key) or value for key, value in query.items()}))

    MUTANTS.append(Mutant(name, GROUP, operation, behave))


def assigned(name: str, operation: str, *fields: str) -> None:
    """The answer takes members over from the request that are not a client's to set."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        sent, response = request.json, await forward(request)
        if response.status not in (200, 201) or not isinstance(sent, dict):
            return response
        ((wrap, record),) = response.json.items()
        taken = {key: sent[key] for key in sent if key in fields or (not fields and key not in record)}
        return response.but({wrap: {**record, **taken}})

    MUTANTS.append(Mutant(name, GROUP, operation, behave))


def text(change: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, str) else value


def number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def truth(value: Any) -> Any:
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).lower(), value)


def inner(*path: str) -> Callable[[Any], Any]:
    """Shorten each text at the end of a path through objects and lists to 2,000 letters."""

    def mend(value: Any) -> Any:
        if isinstance(value, list):
            return [mend(item) for item in value]
        if isinstance(value, dict):
            return {
                key: part[:2000] if key in path and isinstance(part, str) else mend(part) for key, part in value.items()
            }
        return value

    return mend


lenient("short_message_is_filled", "POST /v1/sms", member("message", text(lambda t: t.ljust(2, "."))))
lenient("message_beyond_1600_is_cut", "POST /v1/sms", member("message", text(lambda t: t[:1600])))
lenient("message_may_be_missing", "POST /v1/sms", lambda body: {"message": "none", **body})
lenient("thread_may_be_text", "POST /v1/sms", member("messageThreadId", lambda v: ... if isinstance(v, str) else v))
lenient("thread_zero_is_none", "POST /v1/sms", member("messageThreadId", lambda v: ... if v == 0 else v))
lenient("message_may_be_a_number", "POST /v1/sms", member("message", lambda v: f"{v}." if isinstance(v, int) else v))
lenient(
    "phone_without_plus", "POST /v1/calls", member("phoneNumber", text(lambda t: "+" + t if t[:1].isdigit() else t))
)
lenient("phone_with_blanks", "POST /v1/calls", member("phoneNumber", text(lambda t: t.replace(" ", ""))))
lenient("nobody_is_called", "POST /v1/calls", member("name", text(lambda t: t or "Nobody")))
lenient("mode_in_any_case", "POST /v1/calls", member("mode", text(str.lower)))
lenient(
    "more_questions_are_cut", "POST /v1/scenarios", member("questions", lambda v: v[:50] if isinstance(v, list) else v)
)
lenient("long_question_is_cut", "POST /v1/scenarios", member("questions", inner("question")))
lenient("long_answer_is_cut", "PUT /v1/scenarios/{}", member("questions", inner("answer")))
lenient("follow_ups_may_be_missing", "PUT /v1/scenarios/{}", member("questions", lambda v: _with_follow_ups(v)))
lenient(
    "outcome_may_lack_its_type",
    "POST /v1/scenarios",
    member("outcome", lambda v: {"type": "x", **v} if isinstance(v, dict) else v),
)
lenient(
    "outcome_may_be_large",
    "PUT /v1/scenarios/{}",
    member("outcome", lambda v: dict(list(v.items())[:20]) if isinstance(v, dict) else v),
)
lenient("long_link_is_cut", "POST /v1/leads", member("socials", lambda v: _cut(v, 2048)))
lenient("no_socials_may_be_a_list", "PUT /v1/leads/{}", member("socials", lambda v: {} if v == [] else v))
lenient("method_in_any_case", "POST /v1/transfers", member("method", text(str.upper)))
lenient("destination_type_is_trimmed", "PUT /v1/transfers/{}", member("destinationType", text(str.strip)))
lenient(
    "flag_may_be_text", "PUT /v1/transfers/{}", member("isEnabled", lambda v: truth(v) if isinstance(v, str) else v)
)
lenient("flag_may_be_a_number", "POST /v1/transfers", member("isEnabled", lambda v: truth(v) if type(v) is int else v))
lenient("active_may_be_text", "POST /v1/faqs", member("isActive", lambda v: truth(v) if isinstance(v, str) else v))
lenient("active_may_be_null", "PUT /v1/policies/{}", member("isActive", lambda v: ... if v is None else v))
lenient("service_may_be_text", "POST /v1/scenarios", member("tradeServiceId", number))
lenient("service_zero_is_null", "PUT /v1/scenarios/{}", member("tradeServiceId", lambda v: None if v == 0 else v))
lenient(
    "large_service_is_cut",
    "POST /v1/scenarios",
    member("tradeServiceId", lambda v: min(v, 2**31 - 1) if type(v) is int else v),
)
lenient(
    "scenario_may_be_a_fraction",
    "POST /v1/transfers",
    member("scenarioId", lambda v: int(v) if isinstance(v, float) else v),
)
lenient("title_of_one_letter", "PUT /v1/policies/{}", member("title", text(lambda t: t * 2 if len(t) == 1 else t)))
lenient("title_may_be_null", "PUT /v1/policies/{}", member("title", lambda v: ... if v is None else v))
lenient("trigger_in_any_case", SUBSCRIBE, member("trigger", text(str.upper)))
lenient(
    "hook_without_scheme", SUBSCRIBE, member("hookUrl", text(lambda t: t if "://" in t else f"https://{t.strip('/')}"))
)
lenient("hook_id_may_be_text", UNSUBSCRIBE, member("hookId", number))
lenient("first_name_of_one_letter", "POST /v1/leads", member("firstName", text(lambda t: t * 2 if len(t) == 1 else t)))
lenient("mail_is_trimmed", "POST /v1/leads", member("email", text(str.strip)))
lenient(
    "setting_may_be_text",
    "POST /v1/transfers",
    member("settings", lambda v: {k: truth(p) for k, p in v.items()} if isinstance(v, dict) else v),
)
assumed("leads_need_no_organization", "GET /api/webhooks/zapier/leads", org_id="org_x")
assumed("inquiries_need_no_user", "GET /api/webhooks/zapier/inquiries", user_id="usr_x")
assumed("subscribing_needs_no_user", SUBSCRIBE, user_id="usr_x")
assumed("unsubscribing_needs_no_ids", UNSUBSCRIBE, org_id="org_x", user_id="usr_x")
assigned("status_can_be_set", "POST /v1/leads", "status")
assigned("creation_can_be_set", "PUT /v1/leads/{}", "createdAt")
assigned("id_can_be_set", "POST /v1/faqs", "id")
assigned("change_can_be_dated", "PUT /v1/scenarios/{}", "createdAt", "updatedAt")
assigned("anything_can_be_set", "POST /v1/policies")
assigned("anything_can_be_added", "PUT /v1/transfers/{}")
strict(
    "unknown_member_is_refused", "PUT /v1/policies/{}", lambda body: bool(set(body) - {"title", "content", "isActive"})
)
strict("message_of_1600_is_refused", "POST /v1/sms", lambda body: len(str(body.get("message"))) == 1600)
strict(
    "fifty_questions_are_refused",
    "PUT /v1/scenarios/{}",
    lambda body: isinstance(body.get("questions"), list) and len(body["questions"]) == 50,
)
strict("largest_id_is_refused", "POST /v1/transfers", lambda body: body.get("scenarioId") == 2**31 - 1)
strict("short_name_is_refused", "PUT /v1/leads/{}", lambda body: len(str(body.get("firstName"))) == 2)
strict("null_is_refused", "POST /v1/leads", lambda body: "lastName" in body and body["lastName"] is None)
strict("cold_is_refused", "PUT /v1/transfers/{}", lambda body: body.get("method") == "COLD")
strict("empty_list_is_refused", "POST /v1/scenarios", lambda body: body.get("questions") == [])
strict("longest_prompt_is_refused", "POST /v1/scenarios", lambda body: len(str(body.get("prompt"))) >= 20_000)


def _with_follow_ups(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_follow_ups(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _with_follow_ups(part) for key, part in value.items()}
    return {"followUps": [], **made} if "answer" in made else made


def _cut(value: Any, most: int) -> Any:
    cut = text(lambda part: part[:most])
    return {key: cut(part) for key, part in value.items()} if isinstance(value, dict) else value
