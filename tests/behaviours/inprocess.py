"""What must be true of a workspace at any time, after any sequence of calls."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from desk import Desk

LEAD_KINDS = ("inquiries", "appointments", "leads/notes", "leads/activities")
UNREAD = {
    "CALL": "unreadCalls",
    "EMAIL": "unreadEmails",
    "CHATBOT": "unreadChatbotThreads",
    "SMS": "unreadSMS",
    "WEBFORM": "unreadWebformSubmissions",
}


def assert_consistent(api: Desk) -> None:
    """What holds in every world holds after any sequence of calls."""
    leads = {lead["id"]: lead for lead in api.records("leads")}
    members = {member["id"] for member in api.records("members")}
    for kind in ("leads", *LEAD_KINDS):
        ids = [record["id"] for record in api.records(kind)]
        assert len(ids) == len(set(ids)), f"an id of {kind} comes twice"
    for kind in LEAD_KINDS:
        for record in api.records(kind):
            assert record["leadId"] in leads, f"a record of {kind} of a lead that is gone"
            assert record.get("userId") is None or record["userId"] in members
    for lead in leads.values():
        mine = [it for it in api.records("inquiries") if it["leadId"] == lead["id"]]
        assert_tallied(lead, mine)
    appointments = {record["id"] for record in api.records("appointments")}
    for note in api.records("leads/notes"):
        assert note["appointmentId"] is None or note["appointmentId"] in appointments


def assert_tallied(lead: Mapping[str, Any], inquiries: Sequence[Mapping[str, Any]]) -> None:
    unread = Counter(it["source"] for it in inquiries if not it["isRead"])
    assert {source: lead[counter] for source, counter in UNREAD.items()} == {
        source: unread[source] for source in UNREAD
    }
    assert lead["hasFlaggedInquiry"] == any(it["isFlagged"] for it in inquiries)
    assert [it["isFirstInquiry"] for it in inquiries] == [number == 0 for number in range(len(inquiries))]
    if not inquiries:
        assert lead["lastInquiry"] is lead["lastInquiryId"] is lead["lastInquiryDate"] is None
        return
    last = inquiries[-1]
    assert lead["read"] == (not unread)
    assert (lead["lastInquiryId"], lead["lastInquiryDate"]) == (last["id"], last["createdAt"])
    assert lead["lastInquiry"] == {name: last[name] for name in lead["lastInquiry"]}
