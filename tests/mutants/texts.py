"""Mutants that do not keep what is written: a text is trimmed, folded, cut, escaped, on its way in or in one view."""

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from deliveries import Delivery, Post
from registry import MUTANTS
from wrapper import Forward, Messenger, Mutant, Request, Response, State

from mock_server.webhooks.reply import Reply

GROUP = "exactness"
Change = Callable[[Any], Any]


def changed(value: Any, names: tuple[str, ...], change: Change) -> Any:
    """The same with each text that is a member of one of these names changed, however deep it lies."""
    if isinstance(value, list):
        return [changed(item, names, change) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: change(member) if name in names and isinstance(member, str) else changed(member, names, change)
        for name, member in value.items()
    }


def stored(name: str, operation: str, fields: str, change: Change) -> None:
    """What is stored is another text, and the answer shows it."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        return await forward(_in(request, fields, change))

    MUTANTS.append(Mutant(name, GROUP, operation, behave))


def echoed(name: str, operation: str, fields: str, change: Change) -> None:
    """What is stored is another text, and the answer shows what was sent."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        sent, response = request.json, await forward(_in(request, fields, change))
        if response.status not in (200, 201) or not isinstance(sent, dict):
            return response
        ((wrap, record),) = response.json.items()
        return response.but({wrap: {**record, **{field: sent[field] for field in fields.split() if field in sent}}})

    MUTANTS.append(Mutant(name, GROUP, operation, behave))


def shown(name: str, operation: str, fields: str, change: Change) -> None:
    """One view shows another text."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response = await forward(request)
        if response.status != 200:
            return response
        return response.but(changed(response.json, tuple(fields.split()), change))

    MUTANTS.append(Mutant(name, GROUP, operation, behave))


def delivered(name: str, trigger: str, fields: str, change: Change) -> None:
    """A delivery says another text."""

    async def tell(delivery: Delivery, post: Post, state: State) -> Reply:
        return await post(delivery.but(changed(delivery.body, tuple(fields.split()), change)))

    messenger: Messenger = tell
    MUTANTS.append(Mutant(name, GROUP, f"WEBHOOK {trigger}", tell=messenger))


def _in(request: Request, fields: str, change: Change) -> Request:
    body = request.json
    return request.say(changed(body, tuple(fields.split()), change)) if isinstance(body, dict) else request


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def without_invisible(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def of_the_basic_plane(text: str) -> str:
    return "".join(letter if ord(letter) < 0x10000 else "?" for letter in text)


def one_blank(text: str) -> str:
    return re.sub("  +", " ", text)


def one_kind_of_line(text: str) -> str:
    return text.replace("\r\n", "\n")


def no_null_words(text: str) -> str | None:
    return None if text.lower() in ("null", "none", "undefined", "n/a") else text


def beginning_large(text: str) -> str:
    return text[:1].upper() + text[1:]


def as_a_number(text: str) -> str:
    return str(int(text)) if text.isascii() and text.isdigit() else text


stored("text_is_trimmed", "POST /v1/faqs", "answer", str.strip)
stored("lines_are_of_one_kind", "PUT /v1/policies/{}", "content", one_kind_of_line)
stored("first_letter_is_large", "POST /v1/leads", "businessName", beginning_large)
stored("letters_are_composed", "PUT /v1/leads/{}", "suburb", composed)
stored("rare_letters_are_lost", "POST /v1/scenarios", "prompt", of_the_basic_plane)
stored("invisible_letters_are_lost", "PUT /v1/scenarios/{}", "name", without_invisible)
stored("long_text_is_cut", "POST /v1/transfers", "conditions", lambda text: text[:10_000])
stored("text_is_escaped", "PUT /v1/transfers/{}", "summaryFormat", html.escape)
stored("double_blank_is_one", "POST /v1/policies", "title", one_blank)
stored("last_word_null_is_null", "POST /v1/leads", "lastName", no_null_words)
stored("inner_text_is_trimmed", "POST /v1/scenarios", "question", str.rstrip)
stored("follow_up_is_lower_case", "PUT /v1/scenarios/{}", "answer question", str.lower)
stored("message_is_cut_at_160", "POST /v1/sms", "message", lambda text: text[:160])
stored("message_has_no_emoji", "POST /v1/sms", "message", of_the_basic_plane)
stored("mail_is_lower_case", "PUT /v1/leads/{}", "email", str.lower)
stored("link_loses_its_query", "POST /v1/leads", "facebook", lambda text: text.partition("?")[0])
stored("zeros_in_front_are_lost", "POST /v1/transfers", "destination", as_a_number)
stored("tabs_are_blanks", "PUT /v1/scenarios/{}", "response", lambda text: text.replace("\t", " "))
stored("blank_name_is_null", "POST /v1/transfers", "name", lambda text: text if text.strip() else None)
stored("percent_is_decoded", "PUT /v1/policies/{}", "title", unquote)
stored("backslash_is_lost", "POST /v1/faqs", "question", lambda text: text.replace("\\", ""))
stored("last_stop_is_lost", "PUT /v1/leads/{}", "lastName", lambda text: text.rstrip("."))
stored("caller_is_lower_case", "POST /v1/calls", "name", str.lower)
stored("hook_loses_its_query", "POST /api/webhooks/zapier/subscribe", "hookUrl", lambda text: text.partition("?")[0])
echoed("trimmed_behind_the_answer", "POST /v1/policies", "content", str.strip)
echoed("last_letter_is_lost", "PUT /v1/faqs/{}", "answer", lambda text: text[:19_999])
echoed("name_is_lower_case", "POST /v1/leads", "firstName", str.lower)
echoed("composed_behind_the_answer", "PUT /v1/transfers/{}", "label", composed)
shown("list_is_escaped", "GET /v1/faqs", "answer", html.escape)
shown("item_is_trimmed", "GET /v1/leads/{}", "firstName", str.strip)
shown("item_has_no_marks", "GET /v1/scenarios/{}", "prompt", without_invisible)
shown("item_is_cut", "GET /v1/transfers/{}", "conditions", lambda text: text[:255])
shown("list_has_other_lines", "GET /v1/policies", "content", one_kind_of_line)
shown("expanded_lead_lacks_letters", "GET /v1/inquiries", "firstName", of_the_basic_plane)
shown("recent_lead_is_trimmed", "GET /api/webhooks/zapier/leads", "businessName", str.strip)
shown("messages_have_one_blank", "GET /v1/inquiries/{}", "text", one_blank)
shown("answers_are_lower_case", "GET /v1/scenarios", "answer", str.lower)
shown("list_is_composed", "GET /v1/leads", "lastName", composed)
delivered("delivery_is_escaped", "LEAD_CREATED", "firstName lastName", html.escape)
delivered("delivery_is_composed", "LEAD_UPDATED", "lastName suburb", composed)
delivered("delivered_summary_is_cut", "INQUIRY_CREATED", "summary", lambda text: text[:40])


def _flattened(name: str, operation: str, field: str, known: str) -> None:
    """Of an open object only the members are kept that the document names."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        body = request.json
        if isinstance(body, dict) and isinstance(body.get(field), dict):
            left = {name: value for name, value in body[field].items() if name == known}
            request = request.say({**body, field: left})
        return await forward(request)

    MUTANTS.append(Mutant(name, GROUP, operation, behave))


_flattened("other_settings_are_lost", "PUT /v1/transfers/{}", "settings", "ignore_business_hours")
_flattened("rest_of_the_outcome_is_lost", "POST /v1/scenarios", "outcome", "type")
