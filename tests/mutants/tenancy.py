"""Mutants of tenancy: another organization's key reaches what is not its own."""

from typing import Any

from registry import asked, authorized, mutant
from wrapper import Forward, Request, Response, State

OTHER = "Bearer sk_test_mock_"


def foreign(request: Request) -> bool:
    return request.headers.get("authorization", "").startswith(OTHER)


def across(request: Request) -> Request:
    """The request as if it were the first organization's, when it is the other's."""
    return authorized(request) if foreign(request) else request


@asked("tenancy", "GET /v1/leads/{}")
def foreign_lead_is_read(request: Request) -> Request:
    return across(request)


@asked("tenancy", "GET /v1/leads")
def foreign_leads_are_listed(request: Request) -> Request:
    return across(request)


@asked("tenancy", "GET /v1/members")
def foreign_members_are_listed(request: Request) -> Request:
    return across(request)


@asked("tenancy", "PUT /v1/faqs/{}")
def foreign_faq_is_changed(request: Request) -> Request:
    return across(request)


@asked("tenancy", "DELETE /v1/policies/{}")
def foreign_policy_is_deleted(request: Request) -> Request:
    return across(request)


@asked("tenancy", "GET /v1/leads/{}/activities")
def foreign_activities_are_listed(request: Request) -> Request:
    return across(request)


@asked("tenancy", "GET /v1/inquiries")
def a_filter_opens_the_other_side(request: Request) -> Request:
    return across(request) if "leadId" in request.query else request


@asked("tenancy", "GET /api/webhooks/zapier/leads")
def recent_leads_are_everybodys(request: Request) -> Request:
    return across(request)


@mutant("tenancy", "POST /v1/scenarios")
async def creates_on_both_sides(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if foreign(request) and response.status == 201:
        await forward(authorized(request))
    return response


@mutant("tenancy", "GET /v1/transfers")
async def one_of_the_others_is_mixed_in(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if not foreign(request) or response.status != 200:
        return response
    own: Any = (await forward(authorized(request))).json
    items = [*own["transfers"][:1], *response.json["transfers"][1:]]
    return response.but({**response.json, "transfers": items})


@asked("tenancy", "POST /v1/sms")
def a_foreign_lead_gets_a_message(request: Request) -> Request:
    return across(request)
