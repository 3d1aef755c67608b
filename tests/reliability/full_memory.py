"""Questions about memories that are full: a journal of large bodies, inboxes, who waits for what never comes.

Each question is asked while somebody else asks for one lead after the other: how long that took at most is told, and by
how much the server has grown.
"""

import contextlib
import gzip
import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from client import KEY
from frame import Size
from under_test import UnderTest

LARGE = 60_000  # bytes of a body: the journal keeps it whole
SIZES: Mapping[Size, tuple[int, int]] = {"full": (900, 250), "small": (2, 2)}
"""Requests of each kind, and how many wait at an inbox. 780 fill a journal, 270 an inbox. Small has one kind."""
HUGE_COUNT: Mapping[Size, int] = {"full": 20, "small": 1}
MAX_KIB = 128 * 1024
"""By how much the server may grow, whatever is asked: a journal and its inboxes are 64 MiB at most, and between what is
kept lie holes of as much: what came and went beside it."""
_LOST = "/v1/nowhere/%2F/" + "x" * 150

BODIES: Mapping[str, bytes] = {
    "plain": b'{"firstName": "Ana", "notes": "%s"}' % (b"we spoke about pipes " * (LARGE // 21)),
    "secrets": b'{"firstName": "Ana", "notes": "%s"}' % (b"bearer abcdefgh sk_live_a " * (LARGE // 26)),
    "chains": b'{"firstName": "%s"}' % (b"-eyJ" * (LARGE // 4)),
    "numbers": b'{"n": [%s]}' % b",".join([b"1.2345678901234567890"] * (LARGE // 22)),
    "lists": b'{"n": [%s]}' % b",".join([b"[]"] * (LARGE // 3)),
    "escapes": b'{"n": "%s"}' % (b"\\u0041" * (LARGE // 6)),
    "letters": b"abababbabaab" * (LARGE // 12),
}
HUGE = 900_000  # bytes of a body that is kept in part, or not at all
HUGE_BODIES: Mapping[str, bytes] = {
    "lists": b'{"n": [%s]}' % b",".join([b"[]"] * (HUGE // 3)),
    "numbers": b'{"n": [%s]}' % b",".join([b"1.2345678901234567890"] * (HUGE // 22)),
    "objects": b'{"n": [%s]}' % b",".join([b'{"a":1.5}'] * (HUGE // 10)),
    "deep": b'{"n": [%s]}' % b",".join([b"[" * 90 + b"]" * 90] * (HUGE // 181)),
}
_ANY_ORDER = {"ignoreArrayOrder": True, "ignoreExtraElements": True}
_PATTERNS: Mapping[str, Any] = {
    "expressions": {"bodyPatterns": [{"matches": "(a+)+$"}, {"doesNotMatch": "(?:a|b)*a(?:a|b){400}"}]},
    "a long expression": {"bodyPatterns": [{"matches": ".{1,900}"}]},
    "looks around": {"urlPathPattern": "(?=a)(a+)+"},
    "lists in any order": {"bodyPatterns": [{"equalToJson": {"n": [[]] * 15_000}, **_ANY_ORDER}]},
    "numbers in any order": {"bodyPatterns": [{"equalToJson": {"n": [1.5] * 2_727}, "ignoreArrayOrder": True}]},
    "objects that all fit": {"bodyPatterns": [{"equalToJson": [{"a": {}}] * 800, **_ANY_ORDER}]},
    "many parameters": {"queryParameters": {str(n): {"matches": "(x+x+)+y"} for n in range(50)}},
}


@dataclass
class Asked:
    """What was asked, how long others waited at most while it was answered, and what was wrong."""

    questions: int = 0
    others: float = 0.0
    grown: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.questions} questions about full memories: others waited {self.others:.2f} s at most, "
            f"grown by {self.grown // 1024} MB"
        )


def call(
    port: int, method: str, path: str, body: bytes = b"", key: str = "", *, packed: bool = False
) -> tuple[int, int]:
    """Status and length of an answer, which is read to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    headers = {"Content-Type": "application/json"} if body else {}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    headers |= {"Content-Encoding": "gzip"} if packed else {}
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, len(answer.read())
    finally:
        connection.close()


def questions() -> Iterator[tuple[str, str, Any]]:
    """Method, path, body."""
    for query in ("limit=2000", "limit=2000&ignored=true", "limit=2000&unmatched=true"):
        yield "GET", f"/requests?{query}", None
    yield from (("GET", path, None) for path in ("/requests/unmatched", "/coverage?scope=server", "/requests/req_1"))
    yield "POST", "/requests/find?limit=2000", {}
    for pattern in _PATTERNS.values():
        meant = {**pattern, "allowUnknown": True}
        yield "POST", "/requests/count", meant
        yield "POST", "/verify", {"request": meant, "exactly": 1}
        yield "POST", "/verify", {"inOrder": [{"method": "POST"}, meant]}
    yield "GET", "/inbox/full", None
    yield "POST", "/inbox/full/expect", {"match": {"n": 1}, "timeout": 0}
    yield from (("GET", f"/webhooks/{noun}?limit=1000", None) for noun in ("events", "deliveries"))
    yield from (
        ("GET", path, None) for path in ("/records/leads", "/snapshots/@now/export", "/snapshots/@now/diff/@now")
    )


@contextmanager
def somebody_else(port: int, asked: Asked) -> Iterator[None]:
    """One who asks for a lead again and again."""
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            began = time.monotonic()
            status, _ = call(port, "GET", "/v1/leads?limit=1", key=KEY)
            asked.others = max(asked.others, time.monotonic() - began)
            if status != 200:
                asked.wrong.append(f"{status} for somebody else")

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def waiting(port: int, count: int) -> Iterator[None]:
    """So many who wait at the inbox for what never comes."""

    def wait() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            call(port, "POST", "/__admin/inbox/full/expect", b'{"match": {"n": -1}, "timeout": 20}')

    threads = [threading.Thread(target=wait, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield
    call(port, "POST", "/__admin/inbox/full", b'{"n": -1}')
    for thread in threads:
        thread.join()


def filled(port: int, kind: str, count: int) -> None:
    """On one connection."""
    sent = BODIES[kind] if kind != "letters" else b'{"n": 0}'
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
        for number in range(count):
            for path, body in (("/v1/leads" if number % 10 else _LOST, BODIES[kind]), ("/__admin/inbox/full", sent)):
                headers = {"Content-Type": "application/json"}
                headers |= {"Authorization": f"Bearer {KEY}"} if path.startswith("/v1") else {}
                connection.request("POST", path, body, headers)
                connection.getresponse().read()


def huge_bodies(port: int, asked: Asked, count: int) -> None:
    """Bodies that take long to be read, sent to whatever reads bodies; and packed ones that are larger by far."""
    for body in list(HUGE_BODIES.values())[: None if count > 1 else 1]:
        for _ in range(count):
            for path, key in (("/v1/leads", KEY), ("/__admin/inbox/huge", ""), ("/__admin/verify", "")):
                asked.questions += 1
                status, _ = call(port, "POST", path, body, key)
                if status not in (200, 400):
                    asked.wrong.append(f"{status} for a huge body to {path}")
        matches: tuple[dict[str, Any], ...] = ({"n": [[]]}, {"n.a": 1}, {})
        for match in matches:
            _ask(port, asked, "POST", "/inbox/huge/expect", {"match": match, "count": 1000, "timeout": 0})
    bomb = gzip.compress(bytes(300_000_000 if count > 1 else 2_000_000), 1)
    for path, key in (("/v1/leads", KEY), ("/__admin/inbox/huge", ""), ("/__admin/verify", "")):
        asked.questions += 1
        status, _ = call(port, "POST", path, bomb, key, packed=True)
        if status not in (200, 413):
            asked.wrong.append(f"{status} for a bomb to {path}")


def full_memories(server: UnderTest, size: Size) -> Asked:
    """Fill them with each kind of body and ask every question."""
    count, waiters = SIZES[size]
    asked = Asked()
    before = server.resident
    for kind in list(BODIES)[: 1 if size == "small" else None]:
        filled(server.port, kind, count)
        with somebody_else(server.port, asked):
            for method, path, body in questions():
                _ask(server.port, asked, method, path, body)
            with waiting(server.port, waiters):
                for _ in range(min(count, 50)):
                    _ask(server.port, asked, "POST", "/inbox/full", {"n": 0})
    asked.grown = max(0, server.resident - before)
    if size == "full" and asked.grown > MAX_KIB:
        asked.wrong.append(f"grown by {asked.grown // 1024} MB")
    with somebody_else(server.port, asked):
        huge_bodies(server.port, asked, HUGE_COUNT[size])
    if size == "full" and (grown := server.resident - before) > 2 * MAX_KIB:
        asked.wrong.append(f"grown by {grown // 1024} MB after huge bodies")
    return asked


def _ask(port: int, asked: Asked, method: str, path: str, body: Any) -> None:
    asked.questions += 1
    status, length = call(port, method, f"/__admin{path}", json.dumps(body).encode() if body is not None else b"")
    refused = "(?=" in json.dumps(body)
    if status not in ((400,) if refused else (200, 404, 406, 409)) or not (length or path == "/inbox/full"):
        asked.wrong.append(f"{status} for {method} {path} {str(body)[:60]}")
