"""Rules for requests: valid ones must be accepted, invalid ones refused."""

from contracts.rules.rule import Group, Rule
from contracts.spec.provenance import Provenance

ACCEPTED = Rule("positive_data_acceptance", Group.INPUT, "A valid request must be accepted")
REFUSED = Rule("negative_data_rejection", Group.INPUT, "An invalid request must be refused")
BAD_JSON = Rule(
    "malformed_body", Group.INPUT, "A body that is no JSON must be refused", Provenance.INFERRED, "gap:bad-request"
)
UNKNOWN_QUERY = Rule(
    "unknown_query_ignored", Group.INPUT, "An unknown query parameter must change nothing", Provenance.INFERRED,
    "gap:unknown-query-parameters",
)  # fmt: skip
EXPECTED_QUERY = Rule("query_validated", Group.INPUT, "A query value out of bounds must be refused")
"""The rule for values beyond the document's bounds: too small, too large, no number, not in the enumeration."""
MISSING = Rule("missing_parameter", Group.INPUT, "A request without a required parameter must be refused")
NOT_ASKED = Rule(
    "unasked_member_ignored", Group.INPUT, "A member that a write does not take must change nothing",
    Provenance.INFERRED, "gap:unknown-body-keys",
)  # fmt: skip
