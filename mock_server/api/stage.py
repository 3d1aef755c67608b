"""The stages of a request, in order: a request is at one of them, or ended at one of them."""

from enum import StrEnum


class Stage(StrEnum):
    """A stage of a request. The value is its word in the journal and in ``explain``."""

    AUTHENTICATION = "authentication"
    RATE_LIMIT = "rate limit"
    FAULT = "fault"
    OVERRIDE = "mapping"
    ROUTE = "route"
    VALIDATION = "validation"
    PREFERENCE = "preference"
    BEHAVIOUR = "behaviour"
    SELF_CHECK = "self-check"
    EVENT = "event"
    ANSWER = "answer"
