"""The rules that a webhook receiver must keep, each with the way to mend a breach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceiverRule:
    """One rule: its name in options and reports, its title, and the remedy for a receiver that breaks it."""

    name: str
    title: str
    remedy: str


ACKNOWLEDGES_FAST = ReceiverRule(
    "acknowledges-fast",
    "A delivery is answered 2xx at once",
    "store the event, answer 2xx, and do the work afterwards; be reachable at the final URL, without a redirect",
)
IS_IDEMPOTENT = ReceiverRule(
    "is-idempotent",
    "A delivery that comes again has no second effect",
    "remember the id of each event (`webhook-id`; the body's `id` where nothing is signed) under a unique key, in the "
    "transaction of the work itself: a look first and a note later lets two deliveries pass that come together",
)
IS_ORDER_SAFE = ReceiverRule(
    "is-order-safe",
    "Events that come late or in another order lead to the right end",
    "compare `updatedAt` of the event with what is stored and keep the newer; do not skip an event because a newer one "
    "of another record came first",
)
VERIFIES_SIGNATURES = ReceiverRule(
    "verifies-signatures",
    "Signatures are verified, and every good one is taken",
    "verify HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{raw body}` before the body is parsed, accept if any of "
    "the signatures in the header matches, and answer 401 otherwise; look header fields up without regard to capitals",
)
VERIFIES_TIME = ReceiverRule(
    "verifies-time",
    "A delivery with an old timestamp is refused",
    "refuse a `webhook-timestamp` that is more than five minutes away from now, so that nobody can replay a delivery",
)
IGNORES_FORGED = ReceiverRule(
    "ignores-forged",
    "A forged delivery has no effect, and does not spoil the genuine one",
    "verify the signature before anything else, also before the id is remembered: otherwise the genuine delivery looks "
    "like a repeat",
)
TOLERATES_UNKNOWN = ReceiverRule(
    "tolerates-unknown",
    "Unknown members and unknown events are no errors",
    "read the members that you need and leave the others; answer 2xx to an event of a kind that you do not know",
)
SURVIVES_BURST = ReceiverRule(
    "survives-burst",
    "Many events, in a row or at once, all have their effect, once",
    "write each record by itself, not a whole file or a counter that another request reads meanwhile; store events "
    "in a queue that lasts, without a bound that drops them, and answer 2xx only for a stored event",
)
RECOVERS = ReceiverRule(
    "recovers-from-own-failure",
    "An event whose work has failed is not lost",
    "answer 5xx if the work fails, and remember the id only when the work is done: otherwise the repeat looks done; "
    "note each step that is done, so that the repeat leaves it out",
)

IGNORES_ITSELF = ReceiverRule(
    "ignores-itself",
    "The events that its own writes cause do not set it off again",
    "leave out what you have caused yourself: compare the record with what you have written last, or leave out an "
    "inquiry that came of your own SMS",
)

RECEIVER_RULES = (
    ACKNOWLEDGES_FAST,
    IS_IDEMPOTENT,
    IS_ORDER_SAFE,
    VERIFIES_SIGNATURES,
    VERIFIES_TIME,
    IGNORES_FORGED,
    TOLERATES_UNKNOWN,
    SURVIVES_BURST,
    RECOVERS,
    IGNORES_ITSELF,
)
"""All rules, in the order of reports."""
