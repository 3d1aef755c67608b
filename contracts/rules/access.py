"""Rules about access: no key, a wrong key, another organization's key, and the number of requests for a key."""

from contracts.rules.rule import Group, Rule
from contracts.spec.provenance import Provenance

_KEYS = "https://docs.sophiie.ai/docs/api-reference"
_RATE = "https://docs.sophiie.ai/docs/api-reference/rate-limits"
_SAID = Provenance.DOCUMENTED

IGNORED_AUTH = Rule("ignored_auth", Group.ACCESS, "Without a valid key the answer must be 401", _SAID, _KEYS)
SCHEME_CASE = Rule(
    "scheme_in_any_case", Group.ACCESS, "The name of the scheme of a key may have any case (RFC 9110, 11.1)",
    Provenance.INFERRED,
)  # fmt: skip
BEFORE_ROUTING = Rule(
    "key_before_everything", Group.ACCESS, "Without a valid key nothing must be told", Provenance.INFERRED,
    "gap:missing-authorization",
)  # fmt: skip
NO_EFFECT = Rule("refused_key_without_effect", Group.ACCESS, "What has no valid key must change nothing", _SAID, _KEYS)
OTHERS_ITEM = Rule("foreign_item", Group.TENANCY, "A record of another organization must not be found", _SAID, _KEYS)
OTHERS_LIST = Rule("foreign_list", Group.TENANCY, "A list must hold nothing of another organization", _SAID, _KEYS)
OTHERS_WRITE = Rule("foreign_write", Group.TENANCY, "What one organization writes must not reach another", _SAID, _KEYS)
RATE = Rule("rate_limit", Group.LIMITS, "As many requests as documented must pass, and no more", _SAID, _RATE)
RATE_HEADERS = Rule("rate_limit_headers", Group.LIMITS, "A 429 must say limit, rest and seconds left", _SAID, _RATE)
