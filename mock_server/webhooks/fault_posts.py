"""Posts one message as a fault wants it: once, several times, at once, or to where the receiver points."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from mock_server.stubbing import delivery_faults as faults
from mock_server.stubbing.delivery_faults import DeliveryStrike
from mock_server.webhooks.outcome import Outcome, Post
from mock_server.webhooks.reply import Reply

_GONE = 410
_ASKS_AGAIN = (307, 308)
_MAX_REDIRECTS = 5


class Gate(Protocol):
    """The client through which posts leave."""

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, verify: bool = True, method: str = "POST"
    ) -> Awaitable[Reply]:
        """Make one post, or the request of another ``method``. It never raises for a receiver."""


@dataclass(slots=True)
class Message:
    """The bytes of an attempt. ``before`` is another message that a fault sends first."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"
    verify: bool = True
    fault: str = ""
    before: "Message | None" = None


async def make(gate: Gate, message: Message, strike: DeliveryStrike | None) -> Outcome:
    """Post a message, and its copies if the fault makes any."""
    poster = _Poster(gate, message)
    if strike is None:
        posts = [await poster.post()]
        return Outcome(posts, posts[0].reply)
    rule = strike.rule
    match rule.fault:
        case faults.DUPLICATE:
            posts = [await poster.post() for _ in range(1 + rule.copies)]
        case faults.CONCURRENT_DUPLICATE:
            posts = await asyncio.gather(*(poster.post() for _ in range(1 + rule.copies)))
        case faults.SLOW_ANSWER:
            posts = await poster.impatiently(rule.seconds)
        case faults.REPEATED_AFTER_410:
            return await poster.after_gone(rule.copies)
        case faults.ANSWER_LOST:
            return _lost_answer(await poster.post(), rule.seconds)
        case faults.FOLLOWED_REDIRECT:
            posts = await poster.following()
            return Outcome(posts, posts[-1].reply)
        case _:
            before = [await _Poster(gate, message.before).post()] if message.before else []
            posts = [*before, await poster.post()]
            return Outcome(posts, posts[-1].reply)
    accepted = [post.reply for post in posts if 200 <= post.reply.status < 300]
    return Outcome(posts, (accepted or [posts[-1].reply])[0])


def _lost_answer(post: Post, seconds: float) -> Outcome:
    """The outcome of an attempt whose answer did not arrive: a failure, whatever the receiver has done."""
    if post.reply.refused or not post.reply.status:
        return Outcome([post], post.reply)
    error = f"its answer {post.reply.status} was taken for a 500"
    return Outcome([replace(post, reply=replace(post.reply, error=error))], Reply(500, error=error), seconds)


class _Poster:
    """Posts one message as often as it is asked to."""

    def __init__(self, gate: Gate, message: Message) -> None:
        self._gate = gate
        self._message = message

    async def post(self, url: str = "") -> Post:
        it = self._message
        reply = await self._gate.post(url or it.url, it.body, it.headers, verify=it.verify, method=it.method)
        return Post(reply, it.headers, it.fault)

    async def impatiently(self, seconds: float) -> list[Post]:
        """Post again beside the first post if that has no answer after some seconds; wait for both."""
        first = asyncio.create_task(self.post())
        try:
            done, _ = await asyncio.wait([first], timeout=seconds)
            second = [] if done else [await self.post()]
            return [await first, *second]
        finally:
            first.cancel()

    async def after_gone(self, copies: int) -> Outcome:
        """Post again after an answer 410, which still ends the subscription."""
        posts = [await self.post()]
        again = copies if posts[0].reply.status == _GONE else 0
        return Outcome([*posts, *[await self.post() for _ in range(again)]], posts[0].reply)

    async def following(self) -> list[Post]:
        """Follow answers that point to another place on the same server, a few times."""
        url = self._message.url
        posts = [await self.post()]
        while posts[-1].reply.status in _ASKS_AGAIN and len(posts) <= _MAX_REDIRECTS:
            named = (text for name, text in posts[-1].reply.headers.items() if name.lower() == "location")
            url = _joined(url, next(named, ""))
            if _origin(url) != _origin(self._message.url):
                break  # nobody named that host
            posts.append(await self.post(url))
        return posts


def _joined(url: str, location: str) -> str:
    """The place that an answer points to; empty for a text that is no place."""
    try:
        return urljoin(url, location)
    except ValueError:  # half of an IPv6 address: the text is the receiver's
        return ""


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
