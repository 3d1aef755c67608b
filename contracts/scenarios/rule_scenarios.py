"""A table of the scenarios that check each rule, so that a report can say whether the rule was checked."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.rules import (
    access,
    consistency,
    error_texts,
    input,
    lifecycle,
    openapi_core_judge,
    protocol,
    request_conformance,
    response_conformance,
    webhooks,
    wire_conformance,
)
from contracts.rules import collections as lists
from contracts.rules.rule import Rule
from contracts.spec import business_rules

ANSWERS = tuple(
    rule.name
    for module in (response_conformance, wire_conformance, error_texts, openapi_core_judge)
    for rule in vars(module).values()
    if isinstance(rule, Rule)
)
"""Rules about every answer, whatever the request was."""
TRAFFIC = tuple(rule.name for rule in vars(request_conformance).values() if isinstance(rule, Rule))
"""Rules about recorded requests."""
ENGINE = "engine"

_ASSERTED: tuple[tuple[tuple[Rule, ...], tuple[str, ...]], ...] = (
    ((lists.PARTITION, lists.LIMIT, lists.CURRENT, lists.COUNT, lists.PAGES, lists.UNIQUE), ("pages", "read")),
    ((lists.PAGE_KEEPS,), ("pages", "filters", "expansion")),
    ((lists.DEFAULT, lists.FIRST, lists.PAST), ("pages",)),
    ((lists.NEWEST,), ("pages", "repeats")),
    ((lists.STABLE,), ("pages", "catalogue", "single")),
    ((lists.SOUND,), ("filters", "filter")),
    ((lists.COMPLETE, lists.COMBINED, lists.UNKNOWN, lists.FILTER_KEEPS), ("filters",)),
    ((lists.KEEPS,), ("expansion", "expand")),
    ((lists.ADDS, lists.BARE), ("expansion",)),
    ((lists.CATALOGUE,), ("catalogue",)),
    ((input.REFUSED,), ("refusals", "bounds", "bounds-of-updates", ENGINE)),
    ((input.BAD_JSON, protocol.MEDIA_TYPE, protocol.TOO_LARGE), ("bodies",)),
    ((input.UNKNOWN_QUERY,), ("queries",)),
    ((input.EXPECTED_QUERY,), ("queries", "bounds")),
    ((protocol.HEAD,), ("heads",)),
    ((protocol.UNKNOWN_PATH,), ("unknown-paths",)),
    ((protocol.METHOD,), ("methods", ENGINE)),
    ((protocol.ALLOW, protocol.REQUIRED_HEADER), (ENGINE,)),
    ((access.IGNORED_AUTH,), ("keys", "schemes", ENGINE)),
    ((access.BEFORE_ROUTING,), ("keys",)),
    ((access.SCHEME_CASE,), ("schemes",)),
    ((access.NO_EFFECT,), ("refused-keys",)),
    ((access.OTHERS_ITEM,), ("foreign-items", "foreign-message", "foreign-single")),
    ((access.OTHERS_LIST,), ("foreign-lists", "foreign-filters", "foreign-organization")),
    ((access.OTHERS_WRITE,), ("foreign-writes", "foreign-items", "foreign-message")),
    ((access.RATE, access.RATE_HEADERS), ("limits",)),
    ((lifecycle.AS_SENT,), ("creation", "writes")),
    ((lifecycle.DEFAULTS,), ("creation", "exactness")),
    ((lifecycle.LISTED,), ("creation",)),
    ((lifecycle.CREATED_NOW,), ("creation", "subscription")),
    ((lifecycle.FRESH_ID,), ("creation", "repeats", "subscription")),
    ((lifecycle.COUNTED,), ("creation", "deletion")),
    ((lifecycle.READ_BACK,), ("creation", "update", "writes")),
    ((lifecycle.APPLIED, lifecycle.KEEPS), ("update", "whole-changes", "writes")),
    ((lifecycle.KEPT_EXACTLY,), ("exactness",)),
    ((input.MISSING,), ("required",)),
    ((input.NOT_ASKED,), ("unasked",)),
    ((lifecycle.NULLED, lifecycle.EMPTIED, lifecycle.UPDATED_AT), ("update",)),
    ((lifecycle.OTHERS,), ("creation", "update", "deletion", "deletion-of-all", "effects", "named")),
    ((lifecycle.NO_EFFECT,), ("refusals", "bounds", "bounds-of-updates", "conflicts", "unknown-ids")),
    ((lifecycle.AT_ONCE,), ("concurrent-changes", "concurrent-creations")),
    ((lifecycle.CONFLICT,), ("conflicts", "concurrent-conflicts", "whole-changes")),
    ((lifecycle.FREED,), ("conflicts",)),
    ((lifecycle.GONE,), ("deletion", "writes", ENGINE)),
    ((lifecycle.CHILDREN,), ("deletion", "deletion-of-all")),
    ((lifecycle.SECOND_DELETE,), ("deletion", "concurrent-deletions", "subscription")),
    ((lifecycle.UNKNOWN_ID,), ("unknown-ids", "message", "repeats", "subscription")),
    ((lifecycle.CAUSED,), ("message", "call", "effects", "repeats")),
    ((lifecycle.NO_OTHER,), ("effects", "wording-after", "details")),
    ((lifecycle.CREATED_AT,), ("pages", "update")),
    ((lifecycle.ORDER,), ("creation", "moments", f"effects[{business_rules.ACTIVITIES}]")),
    ((lifecycle.FUTURE,), ("moments", f"effects[{business_rules.ACTIVITIES}]")),
    ((consistency.SPAN,), ("moments", "within", "details", "week")),
    ((consistency.DETAIL,), ("agreement", "details", "agreement-last", "agreement-calls", "item")),
    ((consistency.CHILD,), ("agreement", "history", "notes")),
    ((consistency.COUNTERS, consistency.READ, consistency.FIRST), (f"agreement[{business_rules.LEADS}]",)),
    ((consistency.LAST,), (f"agreement[{business_rules.LEADS}]", "agreement-last", "effects")),
    (
        (consistency.REFERENCE,),
        (
            "references",
            "services",
            "history",
            "notes",
            f"agreement[{business_rules.LEADS}]",
            f"agreement[{business_rules.APPOINTMENTS}]",
        ),
    ),
    ((consistency.EXPANDED,), (f"agreement[{business_rules.INQUIRIES}]",)),
    ((consistency.MEMBERS,), (f"agreement[{business_rules.MEMBERS}]",)),
    ((consistency.RECENT,), ("agreement-recent",)),
    ((consistency.RECENT_SAME,), ("agreement-recent", "wording", "wording-after")),
    ((consistency.TURNS,), ("within", "details", "week")),
    ((consistency.INNER,), ("details", "groups", "agreement-calls")),
    ((consistency.DISTINCT,), ("within", "groups")),
    ((consistency.WEEK,), ("week",)),
    ((consistency.HISTORY,), ("history",)),
    ((consistency.DURATION,), ("agreement-calls",)),
    ((webhooks.ONCE,), ("webhooks", "webhooks-many", "webhooks-company")),
    ((webhooks.ONE_ENDED,), ("webhooks-company",)),
    ((webhooks.IN_ORDER,), ("webhooks-many",)),
    ((webhooks.BODY,), ("webhooks",)),
    ((webhooks.ONLY,), ("webhooks", "webhooks-foreign")),
    ((webhooks.FOREIGN_END,), ("webhooks-foreign",)),
    ((webhooks.AGREES,), ("webhooks", "webhooks-many", "webhooks-repeated")),
    ((webhooks.ID, webhooks.AGAIN), ("webhooks-repeated",)),
    ((webhooks.REFUSED,), ("webhooks-refused",)),
    ((webhooks.SILENT,), ("webhooks-silent", "webhooks-company")),
    ((webhooks.ENDED, webhooks.GONE), ("webhooks-ended",)),
)

RUNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {rule.name: runs for rules, runs in _ASSERTED for rule in rules}
    | {"ensure_resource_availability": (ENGINE,)}  # a check of the engine's own
)
"""For each rule, topics of scenarios that check it, or names of single scenarios."""
EVERYWHERE = (*ANSWERS, input.ACCEPTED.name)
"""Rules that any scenario checks, because some request in it must succeed."""
