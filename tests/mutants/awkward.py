"""Mutants that fail on some texts, and that tell the time wrongly in one place."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from registry import MUTANTS
from wrapper import Forward, Mutant, Request, Response, State


def fails(name: str, operation: str, member: str, on: Callable[[str], bool]) -> None:
    """The server fails on a text in one member, however deep it lies."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response = await forward(request)
        if response.status >= 300 or not any(map(on, _texts(request.json, member))):
            return response
        error = {"status": 500, "message": "Internal server error"}
        return response.but({"success": False, "message": error["message"], "error": error}, status=500)

    MUTANTS.append(Mutant(name, "awkward", operation, behave))


def _texts(value: Any, member: str) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _texts(item, member)]
    if not isinstance(value, dict):
        return []
    own = [value[member]] if isinstance(value.get(member), str) else []
    return [*own, *(text for inner in value.values() for text in _texts(inner, member))]


fails("nul_in_an_answer", "POST /v1/faqs", "answer", lambda text: "\0" in text)
fails("emoji_in_a_title", "PUT /v1/policies/{}", "title", lambda text: any(ord(c) > 0xFFFF for c in text))
fails("right_to_left_in_a_suburb", "POST /v1/leads", "suburb", lambda text: "\u202e" in text)
fails("percent_in_a_prompt", "POST /v1/scenarios", "prompt", lambda text: "%" in text)
fails("quote_in_a_name", "PUT /v1/leads/{}", "lastName", lambda text: "'" in text)
fails("backslash_in_a_question", "PUT /v1/scenarios/{}", "question", lambda text: "\\" in text)
fails("long_conditions", "POST /v1/transfers", "conditions", lambda text: len(text) > 16_000)
fails("tab_in_a_format", "PUT /v1/transfers/{}", "summaryFormat", lambda text: "\t" in text)
fails("line_feed_in_a_message", "POST /v1/sms", "message", lambda text: "\n" in text)
fails("null_as_a_word", "POST /v1/policies", "title", lambda text: text == "null")
fails("digits_as_a_name", "POST /v1/leads", "businessName", lambda text: text.isdigit())
fails("date_as_a_label", "POST /v1/transfers", "name", lambda text: text.startswith("2026-"))
fails("markup_in_a_caller", "POST /v1/calls", "name", lambda text: "<" in text)
fails("parts_of_letters", "PUT /v1/faqs/{}", "question", lambda text: "\u0301" in text)
fails("no_width_in_instructions", "POST /v1/calls", "custom_instructions", lambda text: "\u200b" in text)
fails("empty_link", "POST /v1/leads", "facebook", lambda text: not text)
fails("query_in_a_hook", "POST /api/webhooks/zapier/subscribe", "hookUrl", lambda text: "?" in text)
fails("one_blank_as_a_response", "POST /v1/scenarios", "response", lambda text: not text.strip())


def timed(name: str, operation: str, change: Callable[[str], str], *members: str) -> None:
    """An answer tells moments otherwise."""

    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [told(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: change(part) if key in members and isinstance(part, str) else told(part) for key, part in value.items()
        }

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response = await forward(request)
        return response.but(told(response.json)) if response.status < 300 else response

    MUTANTS.append(Mutant(name, "clock", operation, behave))


def moved(**span: float) -> Callable[[str], str]:
    def change(moment: str) -> str:
        then = datetime.fromisoformat(moment) + timedelta(**span)
        return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return change


LOCAL = moved(hours=10)
timed("creation_is_local", "POST /v1/leads", LOCAL, "createdAt")
timed("list_is_local", "GET /v1/scenarios", LOCAL, "createdAt", "updatedAt")
timed("item_is_local", "GET /v1/transfers/{}", LOCAL, "createdAt", "updatedAt")
timed("inquiries_are_local", "GET /v1/inquiries", LOCAL, "createdAt")
timed("calls_are_local", "GET /v1/inquiries/{}", LOCAL, "startedAt", "endedAt")
timed("visits_are_made_in_local_time", "GET /v1/appointments", LOCAL, "createdAt")
timed("visits_are_in_local_time", "GET /v1/appointments", LOCAL, "start", "end")
timed("recent_are_local", "GET /api/webhooks/zapier/appointments", LOCAL, "start", "end")
timed("change_is_in_the_future", "PUT /v1/scenarios/{}", moved(days=1), "updatedAt")
timed("change_was_yesterday", "PUT /v1/transfers/{}", moved(days=-1), "updatedAt")
timed("leads_are_without_milliseconds", "GET /v1/leads", lambda moment: f"{moment[:20]}000Z", "createdAt")
timed("moments_are_rounded", "GET /v1/scenarios/{}", lambda moment: f"{moment[:17]}00.000Z", "createdAt")
timed("moments_have_an_offset", "GET /v1/members", lambda moment: f"{moment[:-1]}+00:00", "createdAt")
timed("moments_have_microseconds", "GET /v1/leads/{}/activities", lambda moment: f"{moment[:-1]}000Z", "createdAt")
timed("last_inquiry_is_local", "GET /v1/leads/{}", LOCAL, "lastInquiryDate")
timed("notes_are_local", "GET /v1/leads/{}/notes", LOCAL, "createdAt", "updatedAt")
