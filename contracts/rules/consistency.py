"""Rules for data that several operations show: they must agree."""

from contracts.rules.rule import Group, Rule
from contracts.spec.provenance import Provenance

_TIME, _LIST = Group.TIME, Group.COLLECTIONS
_SAID, _EXAMPLE, _OURS = Provenance.DOCUMENTED, Provenance.EXAMPLE, Provenance.INFERRED
_LEAD = "https://docs.sophiie.ai/docs/api-reference/leads/get-lead-details"
_RECENT = "https://docs.sophiie.ai/docs/api-reference-zapier/get-recent-appointments"

DETAIL = Rule("detail_agrees", _TIME, "An item must read the same in its list and by itself", _SAID, _LEAD)
CHILD = Rule("child_of_parent", _LIST, "What is listed under a record must belong to it", _SAID, _LEAD)
COUNTERS = Rule("unread_counters", _TIME, "A lead's counters must count its unread inquiries", _OURS, _LEAD)
LAST = Rule("last_inquiry", _TIME, "A lead's last inquiry must be its newest", _EXAMPLE, _LEAD)
READ = Rule("lead_read", _TIME, "A lead with inquiries is read when none of them is unread", _OURS, _LEAD)
FIRST = Rule("first_inquiry", _TIME, "A lead has one first inquiry, its oldest", _OURS, _LEAD)
MEMBERS = Rule("members_agree", _TIME, "Both lists of members must show the same people", _OURS, "gap:member-views")
RECENT = Rule("recent_are_newest", _TIME, "The recent items must be the newest ones", _SAID, _RECENT)
RECENT_SAME = Rule("recent_agrees", _TIME, "A recent item must say what the item says", _OURS, "gap:zapier-item-ids")
DURATION = Rule("call_duration", _TIME, "A call lasts from its start to its end", _EXAMPLE,
                "https://docs.sophiie.ai/docs/api-reference/inquiries/get-inquiry")  # fmt: skip
SPAN = Rule("start_before_end", _TIME, "What starts must end later", _OURS)
TURNS = Rule("turns_in_order", _TIME, "Turns must be in order, each with an id of its own", _OURS)
INNER = Rule("agrees_within", _TIME, "What an answer says twice must be the same", _OURS)
DISTINCT = Rule("distinct_numbers", _LIST, "A number must stand for one thing", _OURS)
WEEK = Rule("week_of_hours", _TIME, "Opening hours must cover a week, and make sense", _OURS, "gap:availability-shape")
HISTORY = Rule("history_told", _TIME, "What happens to a lead must stand in its activities once", _OURS,
               "gap:activity-events")  # fmt: skip
REFERENCE = Rule("reference_exists", _TIME, "A reference must lead to a record", _OURS)
EXPANDED = Rule("expanded_agrees", _TIME, "What expanding adds must be what stands there by itself", _OURS,
                "gap:inquiry-expand-lead")  # fmt: skip
