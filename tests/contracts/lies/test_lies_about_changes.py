"""Changes that change too much, too little or something else, and filters that do: what must be accused of each lie."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from in_memory import RECIPE, Ask, Call, workspace
from lie_kinds import Lie, also, answers, each, hears, items_of, only, says, with_json
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, client_of, scenarios, told

from contracts.rules import collections as lists
from contracts.rules import consistency, input
from contracts.rules import lifecycle as rules
from contracts.rules.location import Location as At
from contracts.rules.rule import Finding
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
FAQS, MAKE, CHANGE, DROP = "GET /v1/faqs", "POST /v1/faqs", "PUT /v1/faqs/{}", "DELETE /v1/faqs/{}"
POLICIES, ORGANIZATION = "GET /v1/policies", "GET /v1/organization"
TRANSFERS, RETURN, TRANSFER = "POST /v1/transfers", "PUT /v1/transfers/{}", "GET /v1/transfers/{}"
INQUIRIES, SMS, LEAD = "GET /v1/inquiries", "POST /v1/sms", "PUT /v1/leads/{}"
ACTIVITIES = "GET /v1/leads/{}/activities"
RECENT_LEADS = "GET /api/webhooks/zapier/leads"
POLICY = {"title": "Other", "content": "Other."}
FAQ = {"question": "Another?", "answer": "Another."}


def another(call: Call, exchange: Exchange, ask: Ask) -> None:
    """A request that makes another FAQ."""
    ask(call.to("POST", "/v1/faqs", FAQ))


def older(call: Call, exchange: Exchange, ask: Ask) -> None:
    """A request that changes the oldest FAQ too."""
    ask(call.to("PUT", "/v1/faqs/1", {"answer": FAQ["answer"]}))


def read_after(changed: set[str]) -> Lie:
    """Each inquiry of a lead that was changed looks the other way round: read if it was not, and not read if it was."""

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        if call.operation == "PUT /v1/leads/{}":
            changed.add(call.id)
        if call.operation != INQUIRIES or not exchange.succeeded:
            return exchange
        items = exchange.json["inquiries"]
        shown = [{**it, "isRead": not it["isRead"]} if it["leadId"] in changed else it for it in items]
        return with_json(exchange, {**exchange.json, "inquiries": shown})

    return lie


def making(call: Call, exchange: Exchange, ask: Ask) -> None:
    """A request that makes a policy beside what it is about."""
    if exchange.succeeded:
        ask(call.to("POST", "/v1/policies", POLICY))


def unless(name: str) -> Any:
    """A call whose member is as large as it was: an empty list or object in it is left out."""

    def left(call: Call) -> Call:
        body = call.json
        return call.say({k: v for k, v in body.items() if k != name or v not in ({}, [])}) if body else call

    return left


def filtered(call: Call) -> bool:
    return bool({"source", "leadId"} & set(call.query))


def expanding(call: Call) -> bool:
    return "expand" in call.query


def switching(call: Call, exchange: Exchange, ask: Ask) -> None:
    """A request that switches the transfer off that is read."""
    if exchange.succeeded:
        ask(call.to("PUT", f"/v1/transfers/{call.id}", {"isEnabled": False}))


def new(call: Call) -> bool:
    return int(call.id) > 1_000_001  # the first new one is read among the others


def many(call: Call) -> bool:
    return isinstance(call.json, dict) and len(call.json) > 1


def once(operation: str) -> Lie:
    """Only the first call of an operation is done; its answer is given to each later one."""
    first: list[Exchange] = []

    def lie(call: Call, ask: Ask) -> Exchange:
        if call.operation != operation:
            return ask(call)
        if not first:
            first.append(ask(call))
        return first[0]

    return lie


def late_message(call: Call, ask: Ask) -> Exchange:
    """A message to nobody is answered like any other."""
    exchange = ask(call)
    if call.operation != SMS or exchange.status != 404:
        return exchange
    return with_json(replace(exchange, status=200), {"message": "Message sent successfully"})


def ignoring(body: Any, call: Call) -> Any:
    """A transfer whose settings say more than was sent."""
    transfer, sent = body["transfer"], call.json.get("settings")
    if sent is None or "ignore_business_hours" in sent:
        return None
    return {"transfer": {**transfer, "settings": {**transfer["settings"], "ignore_business_hours": True}}}


def unchanged() -> Lie:
    """A recent lead has the id that it had at first."""
    first: dict[tuple[str, str], Any] = {}

    def item(shown: Any, call: Call) -> Any:
        id, moment = first.setdefault((call.key, shown["originalId"]), (shown["id"], shown["updatedAt"]))
        return {**shown, "id": id, "updatedAt": moment}

    return says(RECENT_LEADS, lambda body, call: [item(shown, call) for shown in body])


def dated(event: str, moment: str) -> Callable[[Any, Call], Any]:
    """All activities with this event have another moment."""
    return each("activities", lambda item: {**item, "createdAt": moment} if item["event"] == event else item)


SERVICES, COMPANY_NOTES = "GET /v1/organization/services", "GET /v1/companies/{}/notes"


def in_groups(name: str, **members: Any) -> Callable[[Any, Call], Any]:
    """Every entry of a catalogue has these members."""
    return each("categories", lambda group: {**group, name: [{**item, **members} for item in group[name]]})


def noted_in_the_future() -> Row:
    """What another scenario has seen below a record is compared with the clock."""

    def run() -> Sequence[Finding]:
        later = says(COMPANY_NOTES, each("notes", lambda note: {**note, "createdAt": "9999-01-01T00:00:00.000Z"}))
        client = client_of(later, key=workspace(RECIPE))
        for name in (f"notes[{COMPANY_NOTES}]", "moments[*]"):
            scenarios()[name].run(client)
        return [finding for finding in client.findings.values() if finding.rule == rules.FUTURE]

    return Row("moments[*]: a note is from the future", run, [A(rules.FUTURE, COMPANY_NOTES)])


ROWS = [
    told(
        "a second question is the first one",
        "repeats[/v1/faqs]",
        once(MAKE),
        A(rules.FRESH_ID, MAKE, At(name="same-body")),
        A(rules.FRESH_ID, MAKE, At(name="after-a-deletion")),
    ),
    told(
        "the oldest question comes first",
        "repeats[/v1/faqs]",
        says(FAQS, items_of("faqs", lambda items, call: items[::-1])),
        A(lists.NEWEST, FAQS),
        A(lists.NEWEST, FAQS, At(name="after-a-change")),
    ),
    told(
        "a message is sent once",
        f"repeats[{SMS}]",
        once(SMS),
        A(rules.CAUSED, SMS, At(name="again")),
        A(rules.CAUSED, SMS, At(name="at-the-same-moment")),
        A(rules.UNKNOWN_ID, SMS, At(name="deleted-lead")),
    ),
    told(
        "a deleted lead gets a message",
        f"repeats[{SMS}]",
        late_message,
        A(rules.UNKNOWN_ID, SMS, At(name="deleted-lead")),
    ),
    told(
        "of many members one is not heard",
        "whole-changes[/v1/faqs]",
        hears(CHANGE, lambda call: call.say({k: call.json[k] for k in call.json if k != "isActive" or not many(call)})),
        A(rules.APPLIED, CHANGE, At(name="whole: isActive")),
    ),
    told(
        "with many members one is another",
        "whole-changes[/v1/faqs]",
        hears(CHANGE, lambda call: call.say({**call.json, "answer": "Other"}) if many(call) else call),
        A(rules.KEEPS, CHANGE, At(name="whole: answer")),
    ),
    told(
        "a whole record clashes with itself",
        "whole-changes[/v1/transfers]",
        answers(RETURN, 409, when=many),
        A(rules.CONFLICT, RETURN, At(name="whole: conditions")),
    ),
    told(
        "a whole record is refused",
        "whole-changes[/v1/faqs]",
        answers(CHANGE, 400, when=many),
        A(input.ACCEPTED, CHANGE, At(name="whole: question")),
    ),
    told(
        "hours are ignored unless a creation says so",
        "exactness[/v1/transfers]",
        says(TRANSFERS, ignoring),
        A(rules.DEFAULTS, TRANSFERS, At(name="/settings/ignore_business_hours")),
    ),
    told(
        "the oldest record cannot be changed",
        "whole-changes[/v1/faqs]",
        answers(CHANGE, 404, when=lambda call: call.id == "1"),
        A(input.ACCEPTED, CHANGE, At(name="oldest")),
    ),
    told(
        "a change gives no new id",
        "wording-after[PUT /v1/leads/{}]",
        unchanged(),
        A(consistency.RECENT_SAME, "PUT /v1/leads/{}", At(name="id, changed"), shown=RECENT_LEADS),
        A(consistency.RECENT_SAME, RECENT_LEADS, At(name="id, changed")),
    ),
    told(
        "a change marks the lead's inquiries as read",
        "wording-after[PUT /v1/leads/{}]",
        read_after(set()),
        A(rules.NO_OTHER, "PUT /v1/leads/{}", At(name=INQUIRIES), shown=INQUIRIES),
    ),
    told(
        "a creation makes something else too",
        "effects[*]",
        also(MAKE, making),
        A(rules.NO_OTHER, MAKE, At(name=POLICIES), shown=POLICIES),
    ),
    told(
        "a change changes an older record too",
        "effects[*]",
        also(CHANGE, older),
        A(rules.OTHERS, CHANGE, At(name="GET /v1/faqs"), shown="GET /v1/faqs"),
    ),
    told(
        "a change makes another record of its kind",
        "effects[*]",
        also(CHANGE, another),
        A(rules.NO_OTHER, CHANGE, At(name="GET /v1/faqs: new"), shown="GET /v1/faqs"),
    ),
    told(
        "a read makes something",
        "effects[*]",
        also(ORGANIZATION, making),
        A(rules.NO_OTHER, ORGANIZATION, shown=POLICIES),
    ),
    told(
        "the first read of a transfer switches it off",
        "effects[*]",
        also(TRANSFER, lambda call, exchange, ask: switching(call, exchange, ask) if new(call) else None),
        A(rules.NO_OTHER, TRANSFER, At(name="first-read"), shown="GET /v1/transfers"),
    ),
    told(
        "a read of a transfer switches it off",
        "effects[*]",
        also(TRANSFER, switching),
        A(rules.NO_OTHER, TRANSFER, shown="GET /v1/transfers"),
    ),
    told(
        "who reads transfers one by one switches them off",
        f"details[{TRANSFER}]",
        also(TRANSFER, switching),
        A(rules.NO_OTHER, TRANSFER, At(name="read-by-itself"), shown="GET /v1/transfers"),
    ),
    told(
        "a message is somebody else's",
        f"effects[{ACTIVITIES}]",
        says(
            ACTIVITIES,
            each("activities", lambda it: {**it, "userId": "usr_another"} if it["event"] == "SMS_SENT" else it),
        ),
        A(rules.CAUSED, SMS, At(name="activities/userId"), shown=ACTIVITIES),
        A(rules.CAUSED, ACTIVITIES, At(name="activities/userId")),
    ),
    told(
        "messages leave no activity",
        f"effects[{ACTIVITIES}]",
        says(
            ACTIVITIES,
            items_of("activities", lambda found, call: [item for item in found if item["event"] != "SMS_SENT"]),
        ),
        A(rules.CAUSED, SMS, At(name="activities"), shown=ACTIVITIES),
        A(rules.CAUSED, ACTIVITIES, At(name="activities")),
    ),
    told(
        "messages are dated by another clock",
        f"effects[{ACTIVITIES}]",
        says(ACTIVITIES, dated("SMS_SENT", "9999-01-01T00:00:00.000Z")),
        A(rules.FUTURE, ACTIVITIES),
    ),
    told(
        "a change was before the creation",
        f"effects[{ACTIVITIES}]",
        says(ACTIVITIES, dated("LEAD_UPDATED", "2001-01-01T00:00:00.000Z")),
        A(rules.ORDER, ACTIVITIES),
    ),
    told(
        "a service is from the future",
        "moments[*]",
        says(SERVICES, in_groups("services", createdAt="9999-01-01T00:00:00.000Z")),
        A(rules.FUTURE, SERVICES),
    ),
    noted_in_the_future(),
    told(
        "an empty object changes nothing",
        "update[/v1/transfers]",
        hears(RETURN, unless("settings")),
        A(rules.EMPTIED, RETURN, At(name="settings")),
    ),
    told(
        "changes are dated by the creation",
        "update[/v1/transfers]",
        says(RETURN, lambda body, call: {"transfer": {**body["transfer"], "updatedAt": body["transfer"]["createdAt"]}}),
        A(rules.UPDATED_AT, RETURN, At(name="updatedAt, change 1")),
        A(rules.READ_BACK, RETURN, At(name="updatedAt")),
    ),
    told(
        "a filtered list has another summary",
        f"filters[{INQUIRIES}]",
        says(INQUIRIES, only(filtered, each("inquiries", lambda item: {**item, "summary": "Other"}))),
        A(lists.FILTER_KEEPS, INQUIRIES, At(name="source")),
    ),
    told(
        "a filtered list is not expanded",
        f"filters[{INQUIRIES}]",
        hears(INQUIRIES, lambda call: call.ask(expand=None) if filtered(call) else call),
        A(lists.ADDS, INQUIRIES, At(name="expand&source")),
    ),
    told(
        "later pages are not expanded",
        f"expansion[{INQUIRIES}]",
        hears(INQUIRIES, lambda call: call.ask(expand=None) if call.query.get("page") == "2" else call),
        A(lists.ADDS, INQUIRIES, At(name="both: page-2")),
    ),
    told(
        "a part of a lead's id is enough",
        f"filters[{INQUIRIES}]",
        hears(INQUIRIES, lambda call: call.ask(leadId=None) if len(call.query.get("leadId", "")) < 12 else call),
        A(lists.UNKNOWN, INQUIRIES, At(name="leadId, almost")),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_change_that_is_not_as_it_should_be_is_accused(row: Row) -> None:
    assert_accused(row)
