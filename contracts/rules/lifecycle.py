"""Rules for a record from its creation to its deletion."""

from contracts.rules.rule import Group, Rule
from contracts.spec.provenance import Provenance

_CREATE = "https://docs.sophiie.ai/docs/api-reference/leads/create-lead"
_UPDATE = "https://docs.sophiie.ai/docs/api-reference/leads/update-lead"
_DELETE = "https://docs.sophiie.ai/docs/api-reference/leads/delete-lead"
_LIFE = Group.LIFECYCLE
_SAID, _OURS = Provenance.DOCUMENTED, Provenance.INFERRED

AS_SENT = Rule("created_as_sent", _LIFE, "A new record must hold what was sent", _SAID, _CREATE)
DEFAULTS = Rule("created_defaults", _LIFE, "What was not sent must have its default", _OURS, "gap:response-nullability")
FRESH_ID = Rule("created_fresh_id", _LIFE, "A new record must have an id of its own", _SAID, _CREATE)
READ_BACK = Rule("read_back", _LIFE, "A record must read as it was written", _SAID, _CREATE)
LISTED = Rule("listed_once", _LIFE, "A record must be in its list once, as it is", _SAID, _CREATE)
COUNTED = Rule("counted", _LIFE, "The total must follow what is created and deleted", _SAID, _CREATE)
APPLIED = Rule("update_applied", _LIFE, "An update must set what it names", _SAID, _UPDATE)
KEEPS = Rule("update_keeps", _LIFE, "An update must leave the rest alone", _OURS, "gap:empty-update")
KEPT_EXACTLY = Rule("kept_exactly", _LIFE, "What is written must be kept exactly, in every view", _SAID, _CREATE)
AT_ONCE = Rule(
    "concurrent_kept", _LIFE, "Of two requests at the same moment neither may undo the other", _SAID, _UPDATE
)
EMPTIED = Rule("emptied", _LIFE, "An empty list or object must take the place of what was there", _OURS,
               "gap:transfer-settings")  # fmt: skip
NULLED = Rule("null_clears", _LIFE, "A null must clear the field", _OURS, "gap:null-clears-field")
OTHERS = Rule("others_untouched", _LIFE, "A write must leave other records alone", _SAID, _UPDATE)
NO_OTHER = Rule("no_other_effect", _LIFE, "A request must change what it is about, and nothing else", _OURS,
                "gap:lead-write-effects")  # fmt: skip
NO_EFFECT = Rule("refused_without_effect", _LIFE, "A refused write must change nothing", _OURS, "gap:bad-request")
CONFLICT = Rule("conflict", _LIFE, "A clash must be answered with 409", _OURS, "gap:lead-conflict")
FREED = Rule("conflict_ends", _LIFE, "A deleted record must not clash any more", _OURS, "gap:lead-conflict")
GONE = Rule("use_after_free", _LIFE, "A deleted record must be gone from everywhere", _SAID, _DELETE)
CHILDREN = Rule("children_gone", _LIFE, "What belongs to a deleted record must be gone", _SAID, _DELETE)
SECOND_DELETE = Rule("second_delete", _LIFE, "Deleting twice must be answered with 404", _OURS, "gap:second-delete")
UNKNOWN_ID = Rule("unknown_id", _LIFE, "An id that nothing has must be answered with 404", _SAID, _DELETE)
CAUSED = Rule("consequence", _LIFE, "An action must leave what it is documented to leave", _SAID,
              "https://docs.sophiie.ai/docs/api-reference/sms/send-sms")  # fmt: skip

CREATED_AT = Rule("created_at_fixed", Group.TIME, "The moment of creation must never move", _OURS)
CREATED_NOW = Rule("created_now", Group.TIME, "A new record must be the newest", _OURS)
UPDATED_AT = Rule(
    "updated_at_follows", Group.TIME, "The moment of the last change must never lie before an earlier one", _OURS
)
ORDER = Rule("moments_in_order", Group.TIME, "Nothing may be changed before it is created", _OURS)
FUTURE = Rule("nothing_from_the_future", Group.TIME, "Nothing may have been created later than now", _OURS)
