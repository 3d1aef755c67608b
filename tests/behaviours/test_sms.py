"""Sending an SMS: into a thread that exists, or a new one with an inquiry of its own."""

from typing import Any

from desk import Desk


def ends(api: Desk) -> dict[str, Any]:
    """A member, and a lead that nobody has written to yet."""
    lead = api.post("/v1/leads", {"firstName": "Avery"})["lead"]["id"]
    return {"userId": api.records("members")[0]["id"], "leadId": lead}


def test_without_a_thread_a_thread_and_an_inquiry_come_into_being(api: Desk) -> None:
    to = ends(api)
    api.workspace.clock.advance(1)
    answer = api.post("/v1/sms", {**to, "message": "We are on our way."})
    assert answer.keys() == {"message"}
    (listed,) = api.get("/v1/inquiries", leadId=to["leadId"])["inquiries"]
    assert listed["isFirstInquiry"]
    assert (listed["source"], listed["isRead"]) == ("SMS", True)
    assert listed["createdAt"] == api.workspace.clock.stamp()
    data = api.get(f"/v1/inquiries/{listed['id']}")["data"]
    (message,) = data["messages"]
    assert (message["text"], message["user"], message["createdAt"]) == (
        "We are on our way.",
        "assistant",
        listed["createdAt"],
    )
    assert api.get("/v1/inquiries", limit=1)["inquiries"][0]["id"] == listed["id"]


def test_the_lead_knows_its_new_inquiry(api: Desk) -> None:
    to = ends(api)
    api.post("/v1/sms", {**to, "message": "Hello"})
    (inquiry,) = api.get("/v1/inquiries", leadId=to["leadId"])["inquiries"]
    lead = api.get(f"/v1/leads/{to['leadId']}")
    assert (lead["lastInquiryId"], lead["lastInquiryDate"]) == (inquiry["id"], inquiry["createdAt"])
    assert lead["lastInquiry"] == {name: inquiry[name] for name in lead["lastInquiry"]}
    assert (lead["read"], lead["unreadSMS"]) == (True, 0)


def test_it_leaves_activities_in_the_name_of_the_member_and_an_event(api: Desk) -> None:
    to = ends(api)
    api.post("/v1/sms", {**to, "message": "Hello"})
    (inquiry,) = api.get("/v1/inquiries", leadId=to["leadId"])["inquiries"]
    sent, new, _ = api.get(f"/v1/leads/{to['leadId']}/activities")["activities"]
    assert (sent["event"], sent["userId"], sent["referenceId"]) == ("SMS_SENT", to["userId"], inquiry["id"])
    assert (new["event"], new["referenceId"]) == ("INQUIRY_CREATED", inquiry["id"])
    assert [(event["type"], event["recordId"]) for event in api.events()][-1] == ("INQUIRY_CREATED", inquiry["id"])


def test_in_its_thread_a_message_is_added_and_nothing_else(api: Desk) -> None:
    to = ends(api)
    api.post("/v1/sms", {**to, "message": "First"})
    (inquiry,) = api.get("/v1/inquiries", leadId=to["leadId"])["inquiries"]
    thread = api.get(f"/v1/inquiries/{inquiry['id']}")["data"]["messageThreadId"]
    events = len(api.events())
    api.post("/v1/sms", {**to, "message": "Second", "messageThreadId": thread})
    assert api.get("/v1/inquiries", leadId=to["leadId"])["inquiries"] == [inquiry]
    messages = api.get(f"/v1/inquiries/{inquiry['id']}")["data"]["messages"]
    assert [message["text"] for message in messages] == ["First", "Second"]
    assert len({message["id"] for message in messages}) == 2
    assert api.get(f"/v1/leads/{to['leadId']}/activities")["activities"][0]["event"] == "SMS_SENT"
    assert len(api.events()) == events


def test_a_thread_of_the_world_goes_on(api: Desk) -> None:
    inquiry = next(it for it in api.records("inquiries") if it["source"] == "SMS")
    thread, told = inquiry["data"]["messageThreadId"], len(inquiry["data"]["messages"])
    to = {"userId": api.records("members")[0]["id"], "leadId": inquiry["leadId"]}
    api.post("/v1/sms", {**to, "message": "One more thing", "messageThreadId": thread})
    messages = api.get(f"/v1/inquiries/{inquiry['id']}")["data"]["messages"]
    assert (len(messages), messages[-1]["text"]) == (told + 1, "One more thing")
    assert len({message["id"] for message in messages}) == told + 1


def test_two_threads_have_two_numbers(api: Desk) -> None:
    to = ends(api)
    for text in ("One", "Two"):
        api.post("/v1/sms", {**to, "message": text})
    threads = [
        api.get(f"/v1/inquiries/{it['id']}")["data"]["messageThreadId"]
        for it in api.get("/v1/inquiries")["inquiries"][:2]
    ]
    assert len(set(threads)) == 2
    assert [it["isFirstInquiry"] for it in api.get("/v1/inquiries", leadId=to["leadId"])["inquiries"]] == [False, True]


def test_unknown_ends_and_threads_are_not_found(api: Desk) -> None:
    to = ends(api)
    other = next(it for it in api.records("inquiries") if it["source"] == "SMS")["data"]["messageThreadId"]
    for wrong in (
        {"userId": "usr_nobody"},
        {"leadId": "ld_nobody"},
        {"messageThreadId": 999},
        {"messageThreadId": other},
    ):
        api.refused(404, "POST", "/v1/sms", {**to, "message": "Hello", **wrong})
