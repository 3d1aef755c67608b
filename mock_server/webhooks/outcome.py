"""The outcome of one attempt at a delivery: usually one post; more if a fault repeats it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mock_server.webhooks.reply import Reply


@dataclass(frozen=True, slots=True)
class Post:
    """One request to the receiver, with its reply. ``fault`` describes the rule that struck it, if one did."""

    reply: Reply
    sent: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The posts of one attempt. ``reply`` decides what becomes of the delivery.

    ``again`` are the seconds until it is made again after a failure, where the schedule knows no further attempt.
    """

    posts: Sequence[Post]
    reply: Reply
    again: float | None = None


def unsent(error: str, fault: str = "") -> Outcome:
    """The outcome of an attempt that could not be sent, and will not be tried again."""
    reply = Reply(error=error, refused=True)
    return Outcome([Post(reply, {}, fault)], reply)
