"""One attempt at a delivery: what is sent, and how the delivery changes afterwards."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from mock_server import __version__
from mock_server.store.base import Record, Row
from mock_server.store.state import Transaction
from mock_server.support.text import body_text
from mock_server.webhooks import outbox, retry_schedule, signatures, subscriptions
from mock_server.webhooks.outcome import Outcome, Post
from mock_server.webhooks.rendering import RAW
from mock_server.webhooks.reply import Reply
from mock_server.world.clock import LATEST, epoch_ms, from_epoch_ms, stamp
from mock_server.world.ids import rng

log = logging.getLogger("mock_server")

GONE = 410
_EXCERPT = 2048  # bytes of an answer that are kept, and characters of a header
_NAME = 256
_HEADERS = 50
_ALL_HEADERS = 16_384  # characters of them all: thousands of attempts are kept


def headers(
    delivery: Record, event: Record, secrets: Sequence[str], timestamp: int, body: bytes, *, ours: bool
) -> dict[str, str]:
    """The headers of the next attempt. ``timestamp`` is real time, as receivers compare it with their clock."""
    sent = {
        "content-type": event.get("contentType", "application/json"),
        "user-agent": f"sophiie-mock/{__version__} (unofficial)",
    }
    if ours:
        sent["X-Mock-Event-Id"] = delivery["messageId"]
        sent["X-Mock-Attempt"] = str(turn(delivery))
        sent["X-Mock-Provenance"] = RAW if event["cause"] == RAW else "inferred"
    if secrets:
        sent |= signatures.headers(secrets, delivery["messageId"], timestamp, body)
    return sent


def record(
    tx: Transaction,
    row: Row,
    outcome: Outcome,
    now: datetime,
    steps: retry_schedule.Steps,
    seed: int,
) -> Row:
    """Record an attempt and its effect on the delivery. ``row`` is the delivery as it is now.

    2xx is success. 410 ends the subscription and cancels everything that it is still owed. Everything else is a
    failure, and is tried again as the schedule says. An attempt that our own egress policy refused is not tried again,
    because the policy would refuse it again.
    """
    reply, number = outcome.reply, turn(row.record)
    changes = {"attempts": [*row.record["attempts"], *_stored_posts(row.record, outcome.posts, stamp(now))]}
    if 200 <= reply.status < 300:
        return outbox.finish_delivery(tx, row, outbox.DELIVERED, None, **changes)
    reason = reply.error or f"status {reply.status}"
    if reply.status == GONE:
        settled = outbox.finish_delivery(tx, row, outbox.FAILED, "status 410: the subscription is removed", **changes)
        subscriptions.unsubscribe(tx, row.record["subscriptionId"])
        outbox.cancel_all(tx, row.record["subscriptionId"], "the receiver answered 410 before")
        return settled
    if row.record["state"] != outbox.PENDING:  # cancelled while it was on the wire
        return outbox.finish_delivery(tx, row, row.record["state"], f"{row.record['reason']}; {reason}", **changes)
    delay = None
    if not reply.refused:
        chance = rng(seed, "retry", row.record["id"], number).random()
        delay = retry_schedule.wait(steps, number, chance, _retry_after(reply, now))
        delay = outcome.again if delay is None else delay
    if delay is None:
        log.warning("webhook %s of %s failed: %s", row.id, row.record["trigger"], reason)
        return outbox.finish_delivery(tx, row, outbox.FAILED, reason, **changes)
    due = from_epoch_ms(epoch_ms(now) + round(delay * 1000))
    if due > LATEST:
        return outbox.finish_delivery(
            tx, row, outbox.FAILED, f"{reason}; no clock would show when a retry is due", **changes
        )
    return outbox.finish_delivery(tx, row, outbox.PENDING, reason, dueAt=stamp(due), **changes)


def turn(delivery: Record) -> int:
    """The number of the next attempt at a delivery, from 1. Copies that a fault made are parts of one attempt."""
    return 1 + sum(not attempt.get("copy") for attempt in delivery["attempts"])


def _stored_posts(delivery: Record, posts: Sequence[Post], at: str) -> Iterator[dict[str, Any]]:
    """The posts of an attempt as they are stored; all but the first are marked as copies."""
    start = len(delivery["attempts"]) + 1
    for number, post in enumerate(posts, start):
        reply, copy = post.reply, {"copy": True} if number > start else {}
        yield {
            "number": number,
            "at": at,
            "ms": round(reply.ms, 1),
            "status": reply.status or None,
            "error": reply.error or None,
            "fault": post.fault or None,
            "requestHeaders": dict(post.sent),
            "responseHeaders": _kept_headers(reply.headers),
            "responseBody": body_text(reply.body, _EXCERPT),
            "responseBytes": len(reply.body),
            **copy,
        }


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The first headers of an answer, as many as may be stored."""
    kept: dict[str, str] = {}
    left = _ALL_HEADERS
    for name, text in islice(headers.items(), _HEADERS):
        left -= len(name[:_NAME]) + len(text[:_EXCERPT])
        if left < 0:
            break
        kept[name[:_NAME]] = text[:_EXCERPT]
    return kept


def _retry_after(reply: Reply, now: datetime) -> float | None:
    """Read the seconds from a number or a date; only the answers 429 and 503 may ask for a delay."""
    value = next((text for name, text in reply.headers.items() if name.lower() == "retry-after"), "").strip()
    if reply.status not in (429, 503) or not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
