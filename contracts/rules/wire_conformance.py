"""Rules for the transfer of answers: complete, in time, and with each member once."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from contracts.rules.location import Location
from contracts.rules.rule import Group, Rule, Severity, Violation
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import NOT_JSON, Exchange

MEMBER_TWICE = Rule(
    "member_once", Group.PROTOCOL, "An object must not have a member twice", Provenance.DOCUMENTED,
    "https://www.rfc-editor.org/rfc/rfc8259#section-4",
)  # fmt: skip
CHARSET = Rule(
    "json_charset", Group.PROTOCOL, "JSON must not be called anything but UTF-8", Provenance.DOCUMENTED,
    "https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
)  # fmt: skip
SLOW = Rule("slow_answer", Group.PROTOCOL, "An answer should not take ten seconds", severity=Severity.WARNING)
LOST = Rule(
    "whole_answer", Group.PROTOCOL, "A request must get a whole answer", Provenance.DOCUMENTED,
    "https://www.rfc-editor.org/rfc/rfc9112#section-8",
)  # fmt: skip

_CHARSET = re.compile(r"(?i);\s*charset\s*=\s*\"?([\w.:-]{1,40})")
_SLOW = 10.0  # seconds
_LOOKED_AT = 20
"""Answers of each operation and status whose members are counted: it takes time, and answers resemble each other."""


def is_slow(exchange: Exchange) -> bool:
    """Tell whether an answer took so long that most clients have given up."""
    return exchange.seconds > _SLOW


def wire_violations(exchange: Exchange, seen: set[tuple[str, bytes]]) -> Iterator[Violation]:
    """Find a slow answer, and a member that occurs twice in an object: readers do not agree which one counts.

    ``seen`` counts the answers of the same operation and status that were examined.
    """
    if is_slow(exchange):
        yield Violation(SLOW, expected=f"an answer within {_SLOW:.0f} seconds", got=f"{exchange.seconds:.0f} seconds")
    charset = _CHARSET.search(exchange.headers.get("content-type", ""))
    if charset and "json" in exchange.media_type and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        yield Violation(CHARSET, expected="utf-8, or no charset", got=exchange.shown_name(charset[1].lower()))
    if len(seen) >= _LOOKED_AT or exchange.json is NOT_JSON:
        return
    seen.add((str(len(seen)), b""))
    twice: list[str] = []

    def counted(pairs: list[tuple[str, Any]]) -> None:
        names = Counter(name for name, _ in pairs)
        twice.extend(name for name, count in names.items() if count > 1)

    try:
        json.loads(exchange.body, object_pairs_hook=counted)
    except (ValueError, RecursionError):
        return  # read by one parser and not by another: what is odd about it is found elsewhere
    if twice:
        name = exchange.shown_name(twice[0])
        yield Violation(MEMBER_TWICE, Location(name=name), expected="each member once", got=f"{name} twice")
