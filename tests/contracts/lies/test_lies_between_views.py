"""Views that do not agree, and actions that leave something else behind: what must be accused of each lie."""

from functools import partial
from typing import Any

import pytest
from in_memory import Ask, Call
from lie_kinds import Lie, after, answers, each, hears, instead, items_of, record, says
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import collections as lists
from contracts.rules import consistency as rules
from contracts.rules import input, lifecycle
from contracts.rules.location import Location as At
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
LEADS, LEAD, INQUIRIES, INQUIRY = "GET /v1/leads", "GET /v1/leads/{}", "GET /v1/inquiries", "GET /v1/inquiries/{}"
APPOINTMENTS, MEMBERS, MEMBERSHIPS, NOTES = (
    "GET /v1/appointments",
    "GET /v1/members",
    "GET /v1/organization/members",
    "GET /v1/leads/{}/notes",
)
RECENT, SMS, CALL, DROP = "GET /api/webhooks/zapier/leads", "POST /v1/sms", "POST /v1/calls", "DELETE /v1/leads/{}"
SUBSCRIBE, UNSUBSCRIBE = "POST /api/webhooks/zapier/subscribe", "DELETE /api/webhooks/zapier/unsubscribe"
LONG_AGO, LATER = "2001-01-01T00:00:00.000Z", "2101-01-01T00:00:00.000Z"

SENT = {"message": "Sent"}


def of_items(operation: str, name: str, **members: Any) -> Lie:
    return says(operation, each(name, lambda item: {**item, **members}))


def first(operation: str, name: str, change: Any) -> Lie:
    """A lie about the first item only."""
    return says(operation, items_of(name, lambda items, call: [change(items[0]), *items[1:]]))


def data(change: Any) -> Any:
    return lambda body, call: {**body, "data": change(body["data"])}


def recent(change: Any) -> Lie:
    return says(RECENT, lambda body, call: change(body))


def remembers(operation: str, until: str) -> Lie:
    """An operation answers as it did before another one."""
    known: dict[str, Exchange] = {}
    return after(
        until,
        lambda call, ask: known.get(call.url, ask(call)),
        before=lambda it: known.update({it.url: it}) if it.operation == operation else None,
    )


def anybodys_thread(call: Call, ask: Ask, leads: list[Any]) -> Exchange:
    """A message in a thread is taken, whoever it is for."""
    if call.operation == SMS and "messageThreadId" in call.json:
        leads.append(call.json["leadId"])
        return answers(SMS, 200, SENT, when=lambda call: call.json["leadId"] != leads[0])(call, ask)
    return ask(call)


def unread_stays(call: Call, ask: Ask) -> Exchange:
    """A lead cannot be deleted as long as something of it is unread."""
    shown = ask(call.but(method="GET")).json if call.operation == DROP else {}
    waiting = any(shown[name] for name in shown if name.startswith("unread"))
    return answers(DROP, 500)(call, ask) if waiting else ask(call)


def strangers(body: Any, call: Call) -> Any:
    """An inquiry of somebody else, where a lead has none."""
    empty = "leadId" in call.query and not body["inquiries"]
    return {**body, "inquiries": [{"id": "in_x", "leadId": "ld_x"}], "totalCount": 1} if empty else None


ROWS = [
    # an item and its list
    told(
        "an item is another one",
        f"agreement[{LEAD}]",
        says(LEAD, record(id="ld_other")),
        A(rules.DETAIL, LEAD, At(name="id")),
    ),
    told(
        "an item has another name",
        f"agreement[{LEAD}]",
        says(LEAD, record(firstName="Other")),
        A(rules.DETAIL, LEAD, At(name="firstName")),
        A(rules.DETAIL, LEADS, At(name="firstName"), shown=LEAD),
    ),
    *(
        told(
            f"the {place} has another name",
            scenario,
            says(LEAD, record(firstName="Other")),
            A(rules.DETAIL, LEAD, At(name="firstName")),
            A(rules.DETAIL, LEADS, At(name="firstName"), shown=LEAD),
        )
        for place, scenario in (("lead with its last inquiry", f"agreement-last[{LEAD}]"),)
    ),
    told(
        "notes are another lead's",
        f"agreement[{LEAD}]",
        of_items(NOTES, "notes", leadId="ld_other"),
        A(rules.CHILD, NOTES),
    ),
    # moments
    told(
        "a change before the creation",
        "moments[GET /v1/scenarios]",
        of_items("GET /v1/scenarios", "scenarios", updatedAt=LONG_AGO),
        A(lifecycle.ORDER, "GET /v1/scenarios"),
    ),
    told(
        "a creation in the future",
        f"moments[{LEADS}]",
        of_items(LEADS, "leads", createdAt=LATER),
        A(lifecycle.FUTURE, LEADS),
    ),
    told(
        "an end before the start",
        f"moments[{APPOINTMENTS}]",
        of_items(APPOINTMENTS, "appointments", end=LONG_AGO),
        A(rules.SPAN, APPOINTMENTS),
    ),
    # leads and inquiries
    told(
        "a counter counts more",
        f"agreement[{LEADS}]",
        of_items(LEADS, "leads", unreadSMS=99),
        A(rules.COUNTERS, LEADS, At(name="unreadSMS")),
    ),
    told(
        "a lead is read that is not",
        f"agreement[{LEADS}]",
        says(LEADS, each("leads", lambda item: {**item, "read": not item["read"]})),
        A(rules.READ, LEADS),
    ),
    told(
        "the last inquiry is another",
        f"agreement[{LEADS}]",
        of_items(LEADS, "leads", lastInquiryDate=LONG_AGO),
        A(rules.LAST, LEADS),
    ),
    told(
        "all inquiries are the first",
        f"agreement[{LEADS}]",
        of_items(INQUIRIES, "inquiries", isFirstInquiry=True),
        A(rules.FIRST, INQUIRIES),
    ),
    told(
        "an inquiry of nobody",
        f"agreement[{LEADS}]",
        says(LEADS, lambda body, call: {**body, "leads": body["leads"][1:], "totalCount": body["totalCount"] - 1}),
        A(rules.REFERENCE, INQUIRIES),
    ),
    told(
        "the last inquiry reads otherwise",
        f"agreement-last[{LEAD}]",
        says(
            LEAD,
            lambda body, call: {
                **body,
                "lastInquiry": body["lastInquiry"] and {**body["lastInquiry"], "summary": "Other"},
            },
        ),
        A(rules.LAST, LEAD),
    ),
    told(
        "a call lasts longer",
        f"agreement-calls[{INQUIRY}]",
        says(INQUIRY, data(lambda it: {**it, "duration": 99_999})),
        A(rules.DURATION, INQUIRY),
    ),
    told(
        "a mail goes to its own lead",
        f"agreement-calls[{INQUIRY}]",
        says(INQUIRY, data(lambda it: {**it, "from": it["to"], "to": it["from"]} if "from" in it else it)),
        A(rules.INNER, INQUIRY, At(name="/to")),
    ),
    told(
        "an appointment of nobody",
        f"agreement[{APPOINTMENTS}]",
        of_items(APPOINTMENTS, "appointments", leadId="ld_other"),
        A(rules.REFERENCE, APPOINTMENTS, At(name="leadId")),
    ),
    told(
        "an expanded lead has another name",
        f"agreement[{INQUIRIES}]",
        says(
            INQUIRIES,
            each(
                "inquiries",
                lambda item: {**item, "lead": {**item["lead"], "firstName": "Other"}} if item.get("lead") else item,
            ),
        ),
        A(rules.EXPANDED, INQUIRIES, At(name="lead")),
    ),
    # members
    told(
        "a member is in one list only",
        f"agreement[{MEMBERS}]",
        first(MEMBERS, "members", lambda item: {**item, "email": "other@example.com"}),
        A(rules.MEMBERS, MEMBERSHIPS),
        A(rules.MEMBERS, MEMBERS),
    ),
    told(
        "a member has another name in one list",
        f"agreement[{MEMBERS}]",
        of_items(MEMBERSHIPS, "members", firstName="Other"),
        A(rules.MEMBERS, MEMBERSHIPS, At(name="firstName")),
        A(rules.MEMBERS, MEMBERS, At(name="firstName")),
    ),
    # recent lists
    told(
        "the oldest are recent",
        f"agreement-recent[{RECENT}]",
        recent(lambda items: items[::-1]),
        A(rules.RECENT, RECENT),
    ),
    told(
        "a recent one has another name",
        f"agreement-recent[{RECENT}]",
        recent(lambda items: [{**item, "firstName": "Other"} for item in items]),
        A(rules.RECENT_SAME, RECENT, At(name="firstName")),
    ),
    told(
        "a recent one has another id",
        f"agreement-recent[{RECENT}]",
        recent(lambda items: [{**item, "id": "other"} for item in items]),
        A(rules.RECENT_SAME, RECENT, At(name="id")),
    ),
    # a message
    told(
        "a new lead has an inquiry of another",
        f"message[{SMS}]",
        says(INQUIRIES, strangers),
        A(lists.SOUND, INQUIRIES, At(name="leadId: new")),
        A(lists.COUNT, INQUIRIES, At(name="leadId: new")),
    ),
    told(
        "a message leaves nothing",
        f"message[{SMS}]",
        answers(
            SMS,
            200,
            {"success": True, "message": "Sent"},
            when=lambda call: call.json["leadId"] != "" and "nothing" not in call.body.decode(),
        ),
        A(lifecycle.CAUSED, SMS),
    ),
    told(
        "a message is another one",
        f"message[{SMS}]",
        hears(SMS, lambda call: call.say({**call.json, "message": "Other"})),
        A(lifecycle.CAUSED, SMS, At(name="text")),
    ),
    told(
        "a thread that is not there is taken",
        f"message[{SMS}]",
        answers(SMS, 200, SENT, when=lambda call: call.json.get("messageThreadId") == 2**31 - 1),
        A(lifecycle.UNKNOWN_ID, SMS, At(name="messageThreadId")),
    ),
    told(
        "another lead's thread is taken",
        f"message[{SMS}]",
        partial(anybodys_thread, leads=[]),
        A(lifecycle.UNKNOWN_ID, SMS, At(name="anothers-thread")),
    ),
    told(
        "a deleted lead gets messages",
        f"message[{SMS}]",
        after(DROP, answers(SMS, 200, SENT, when=lambda call: {"userId", "leadId", "message"} == {*call.json})),
        A(lifecycle.UNKNOWN_ID, SMS, At(name="deleted-lead")),
    ),
    told(
        "a thread makes a new inquiry",
        f"message[{SMS}]",
        hears(
            SMS, lambda call: call.say({name: value for name, value in call.json.items() if name != "messageThreadId"})
        ),
        A(lifecycle.CAUSED, SMS, At(name="thread")),
    ),
    told(
        "a thread keeps another message",
        f"message[{SMS}]",
        hears(
            SMS,
            lambda call: call.say({**call.json, "message": "Other"} if "messageThreadId" in call.json else call.json),
        ),
        A(lifecycle.CAUSED, SMS, At(name="thread")),
    ),
    told(
        "a message to nobody is sent",
        f"message[{SMS}]",
        answers(
            SMS, 200, {"success": True, "message": "Sent"}, when=lambda call: call.json["leadId"] == "ld_suitenothing"
        ),
        A(lifecycle.UNKNOWN_ID, SMS, At(name="leadId")),
    ),
    told(
        "a message of nobody is sent",
        f"message[{SMS}]",
        answers(
            SMS, 200, {"success": True, "message": "Sent"}, when=lambda call: call.json["userId"] == "usr_suitenothing"
        ),
        A(lifecycle.UNKNOWN_ID, SMS, At(name="userId")),
    ),
    # a call
    told(
        "a call leaves nothing",
        f"call[{CALL}]",
        answers(CALL, 200, {"success": True, "message": "Started"}),
        A(lifecycle.CAUSED, CALL),
    ),
    told(
        "a call is of a lead that is not listed",
        f"call[{CALL}]",
        after(CALL, says(LEADS, lambda body, call: {**body, "leads": [], "totalCount": 0, "totalPages": 0})),
        A(lifecycle.CAUSED, CALL),
    ),
    # a lead with all that is its own
    told(
        "who has something unread cannot go",
        "deletion-of-all[/v1/leads]",
        unread_stays,
        A(input.ACCEPTED, DROP, At(name="500")),
    ),
    told(
        "inquiries stay",
        "deletion-of-all[/v1/leads]",
        remembers(INQUIRIES, DROP),
        A(lifecycle.CHILDREN, DROP),
        A(lifecycle.CHILDREN, INQUIRIES, shown=DROP),
    ),
    told(
        "an inquiry that was read before stays",
        "deletion-of-all[/v1/leads]",
        remembers(INQUIRY, DROP),
        A(lifecycle.CHILDREN, DROP, shown=INQUIRY),
        A(lifecycle.CHILDREN, INQUIRY),
    ),
    told(
        "a filter finds them still",
        "deletion-of-all[/v1/leads]",
        after(DROP, hears(INQUIRIES, lambda call: call.ask(leadId=None))),
        A(lifecycle.CHILDREN, INQUIRIES, shown=DROP),
    ),
    told(
        "others' inquiries go",
        "deletion-of-all[/v1/leads]",
        after(DROP, says(INQUIRIES, lambda body, call: {**body, "inquiries": [], "totalCount": 0, "totalPages": 0})),
        A(lifecycle.OTHERS, DROP),
    ),
    told(
        "an inquiry can still be read",
        "deletion-of-all[/v1/leads]",
        instead(INQUIRY, "GET", "/v1/inquiries/{}"),
        A(lifecycle.CHILDREN, DROP, shown=INQUIRY),
        A(lifecycle.CHILDREN, INQUIRY),
    ),
    # a subscription
    told(
        "each subscription has one id",
        f"subscription[{SUBSCRIBE}]",
        says(SUBSCRIBE, lambda body, call: {**body, "id": 1}),
        A(lifecycle.FRESH_ID, SUBSCRIBE),
    ),
    told(
        "a subscription ends twice",
        f"subscription[{SUBSCRIBE}]",
        after(UNSUBSCRIBE, answers(UNSUBSCRIBE, 200, {"success": True})),
        A(lifecycle.SECOND_DELETE, UNSUBSCRIBE),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_views_that_do_not_agree_are_accused(row: Row) -> None:
    assert_accused(row)
