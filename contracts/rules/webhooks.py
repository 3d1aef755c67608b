"""Rules for webhooks: which events subscribers get, how often, with which body and id, and until when."""

from contracts.rules.rule import Group, Rule
from contracts.spec.provenance import Provenance

_HOOKS, _OURS = Group.WEBHOOKS, Provenance.INFERRED

ONCE = Rule("told_once", _HOOKS, "Each subscriber must be told of an event once", _OURS, "gap:webhook-retries")
IN_ORDER = Rule("told_in_order", _HOOKS, "A subscriber must be told of events in their order", _OURS,
                "gap:webhook-retries")  # fmt: skip
BODY = Rule("webhook_body", _HOOKS, "A delivery must have the documented body", _OURS, "gap:webhook-payload")
AGREES = Rule("webhook_agrees", _HOOKS, "A delivery must say what the record says", _OURS, "gap:webhook-payload")
ID = Rule("webhook_id", _HOOKS, "A repeat must keep its id, another event must have another", _OURS,
          "gap:webhook-headers")  # fmt: skip
AGAIN = Rule("webhook_repeated", _HOOKS, "A failed delivery must be made again, and then no more", _OURS,
             "gap:webhook-retries")  # fmt: skip
ONLY = Rule("told_as_subscribed", _HOOKS, "A subscriber must be told of its own trigger only", _OURS,
            "gap:webhook-events")  # fmt: skip
SILENT = Rule("no_event_without_a_cause", _HOOKS, "What causes no event must tell nobody", _OURS, "gap:webhook-events")
REFUSED = Rule("refused_tells_nobody", _HOOKS, "A refused call must tell nobody", _OURS, "gap:lead-write-effects")
ENDED = Rule("unsubscribed_hears_nothing", _HOOKS, "After unsubscribing nothing must be delivered",
             Provenance.DOCUMENTED,
             "https://docs.sophiie.ai/docs/api-reference-zapier/unsubscribe-from-webhook")  # fmt: skip
ONE_ENDED = Rule("unsubscribing_ends_one", _HOOKS, "Unsubscribing must end one subscription and no other", _OURS,
                 "gap:zapier-subscribe-duplicate")  # fmt: skip
FOREIGN_END = Rule("foreign_unsubscribing", _HOOKS, "Another organization must not end a subscription", _OURS,
                   "gap:zapier-unsubscribe-unknown")  # fmt: skip
GONE = Rule("gone_ends_subscription", _HOOKS, "After an answer of 410 nothing must be delivered", _OURS,
            "gap:webhook-gone")  # fmt: skip
