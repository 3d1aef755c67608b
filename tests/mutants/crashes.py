"""Mutants that fail on some requests: at bounds, on rare characters, on what is unknown."""

from registry import crash
from wrapper import Request


def text(request: Request, name: str) -> str:
    body = request.json
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else ""


@crash("crash", "GET /v1/leads")
def at_the_largest_limit(request: Request) -> bool:
    return request.query.get("limit") == "100"


@crash("crash", "POST /v1/leads")
def at_the_longest_name(request: Request) -> bool:
    return len(text(request, "firstName")) == 255


@crash("crash", "POST /v1/policies")
def on_a_rare_character(request: Request) -> bool:
    return any(ord(letter) > 0xFFFF for letter in text(request, "title") + text(request, "content"))


@crash("crash", "GET /v1/scenarios")
def past_the_last_page(request: Request) -> bool:
    return request.number("page", 1) * request.number("limit", 50) > 1000


@crash("crash", "GET /v1/leads/{}")
def on_an_unknown_lead(request: Request) -> bool:
    return not request.id.startswith("ld_") or len(request.id) != 15


@crash("crash", "PUT /v1/transfers/{}")
def on_an_empty_update(request: Request) -> bool:
    return bool(request.json == {})


@crash("crash", "PUT /v1/leads/{}")
def on_a_null_name(request: Request) -> bool:
    body = request.json
    return isinstance(body, dict) and body.get("lastName", "") is None


@crash("crash", "POST /v1/sms")
def on_an_empty_body(request: Request) -> bool:
    return not request.body


@crash("crash", "GET /v1/appointments")
def on_a_long_filter(request: Request) -> bool:
    return len(request.query.get("leadId", "")) == 64


@crash("crash", "POST /v1/scenarios")
def on_a_nested_list(request: Request) -> bool:
    body = request.json
    return isinstance(body, dict) and bool(body.get("questions"))
