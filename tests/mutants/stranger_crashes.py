"""Crashes on data."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from registry import crash
from stranger_helpers import dies
from wrapper import Request

G = "stranger-crashes"


def strings(v: Any) -> Iterator[str]:
    if isinstance(v, str):
        yield v
    elif isinstance(v, dict):
        for k, x in v.items():
            yield k
            yield from strings(x)
    elif isinstance(v, list):
        for x in v:
            yield from strings(x)


def depth(v: Any) -> int:
    if isinstance(v, dict):
        return 1 + max(map(depth, v.values()), default=0)
    if isinstance(v, list):
        return 1 + max(map(depth, v), default=0)
    return 0


@dies("PUT /v1/policies/{}")
def nul_in_policy(body: Any) -> Any:
    return any("\x00" in s for s in strings(body))


@dies("POST /v1/sms")
def joined_emoji_in_sms(body: Any) -> Any:
    return "\u200d" in body["message"]


@dies("PUT /v1/transfers/{}")
def deep_settings(body: Any) -> Any:
    return depth(body["settings"]) > 4


@dies("POST /v1/scenarios")
def outcome_of_prototypes(body: Any) -> Any:
    return "__proto__" in body["outcome"] or "constructor" in body["outcome"]


@dies("PUT /v1/leads/{}")
def many_bytes_in_last_name(body: Any) -> Any:
    return len(body["lastName"].encode()) > 512


@dies("POST /v1/faqs")
def right_to_left_faq(body: Any) -> Any:
    return any(unicodedata.bidirectional(c) in ("R", "AL", "RLO", "RLE", "RLI") for s in strings(body) for c in s)


@dies("POST /v1/transfers")
def apostrophe_in_label(body: Any) -> Any:
    return "'" in body["label"]


@dies("PUT /v1/faqs/{}")
def percent_in_question(body: Any) -> Any:
    return "%s" in body["question"] or "%" in body["question"]


@dies("POST /v1/leads")
def empty_last_name(body: Any) -> Any:
    return body["lastName"] == ""


@dies("PUT /v1/scenarios/{}")
def no_questions(body: Any) -> Any:
    return body["questions"] == []


@dies("POST /v1/policies")
def longest_content(body: Any) -> Any:
    return len(body["content"]) > 16383


@dies("POST /v1/calls")
def line_feed_in_instructions(body: Any) -> Any:
    return "\n" in body["custom_instructions"]


@dies("POST /v1/calls")
def name_of_one_letter(body: Any) -> Any:
    return len(body["name"]) == 1


@dies("POST /api/webhooks/zapier/subscribe")
def hook_url_at_an_ipv6(body: Any) -> Any:
    return "[" in body["hookUrl"]


@dies("POST /api/webhooks/zapier/subscribe")
def hook_url_with_a_port(body: Any) -> Any:
    return body["hookUrl"].split("//", 1)[1].split("/")[0].count(":") >= 1


@dies("PUT /v1/transfers/{}")
def empty_name(body: Any) -> Any:
    return body["name"] == ""


@dies("PUT /v1/scenarios/{}")
def lone_surrogate_pair_beyond_bmp(body: Any) -> Any:
    return any(ord(c) > 65535 for s in strings(body) for c in s)


@crash(G, "GET /v1/leads")
def last_possible_page(request: Request) -> bool:
    return request.query.get("page") == "2147483647"


@crash(G, "GET /v1/companies/{}/notes")
def longest_company_id(request: Request) -> bool:
    return len(request.path.split("/")[3]) == 64


@crash(G, "DELETE /api/webhooks/zapier/unsubscribe")
def largest_hook_id(request: Request) -> bool:
    return isinstance(request.json, dict) and request.json.get("hookId") == 2147483647


@crash(G, "GET /v1/appointments")
def second_page_of_lead(request: Request) -> bool:
    return "leadId" in request.query and request.query.get("page") == "2"


@crash(G, "GET /v1/inquiries")
def expand_with_source(request: Request) -> bool:
    return "source" in request.query and request.query.get("expand") == "both"


@crash(G, "GET /v1/scenarios/{}")
def scenario_of_letters(request: Request) -> bool:
    return not request.id.isdigit()
