"""Rules for requests that no operation describes: HTTP says how to answer them."""

from contracts.rules.rule import Group, Rule
from contracts.spec.provenance import Provenance

UNKNOWN_PATH = Rule(
    "unknown_path", Group.PROTOCOL, "An unknown path must be 404 with the envelope", Provenance.INFERRED,
    "gap:unknown-path",
)  # fmt: skip
METHOD = Rule(
    "unsupported_method", Group.PROTOCOL, "A method that is not documented must be 405 with Allow",
    Provenance.INFERRED, "gap:method-not-allowed",
)  # fmt: skip
MEDIA_TYPE = Rule(
    "media_type", Group.PROTOCOL, "A body of another type must be refused", Provenance.INFERRED, "gap:body-refusals"
)
TOO_LARGE = Rule(
    "too_large", Group.PROTOCOL, "A body that is too large must be refused with 413", Provenance.INFERRED,
    "gap:body-refusals",
)  # fmt: skip
ALLOW = Rule("allow_header_conformance", Group.PROTOCOL, "Allow must name the documented methods", Provenance.INFERRED)
REQUIRED_HEADER = Rule("missing_required_header", Group.PROTOCOL, "A request without a required header must be refused")
HEAD = Rule("head_as_get", Group.PROTOCOL, "HEAD must be answered as GET is", Provenance.INFERRED, "gap:head-method")
