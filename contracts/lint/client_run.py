"""The calls of a client in their order, as the rules of the lint look at them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from contracts.spec.document import Contract, Operation, blank
from contracts.spec.resources import Family, Listing, families, listings
from contracts.traffic import unknown_requests
from contracts.traffic.api_home import home
from contracts.traffic.context import EntryContext
from contracts.traffic.recording import JOURNAL, Part, Recorded, Recording
from contracts.transport.exchange import NOT_JSON, Exchange

_ORIGIN = "http://recorded"
_PERSON = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+[0-9][0-9 ()-]{6,18}")


@dataclass(frozen=True, eq=False)  # each is itself: comparing messages would make long runs slow
class Call:
    """One request of the client with its answer; status 0 if it got none. ``path`` is the contract's path."""

    entry: Recorded
    path: str
    operation: Operation | None

    @property
    def exchange(self) -> Exchange:
        """The messages."""
        return self.entry.exchange

    @property
    def context(self) -> EntryContext:
        """The circumstances: time, test, workspace."""
        return self.entry.context

    @property
    def status(self) -> int:
        """The status of the answer; 0 if there was none."""
        return self.entry.exchange.status

    @property
    def succeeded(self) -> bool:
        """True when the status is 2xx."""
        return self.entry.exchange.succeeded

    @property
    def method(self) -> str:
        """The method."""
        return self.entry.exchange.method

    @property
    def writes(self) -> bool:
        """True if HTTP says that the method may change something."""
        return self.method not in ("GET", "HEAD", "OPTIONS", "TRACE", "QUERY")

    @property
    def key(self) -> str:
        """The key of the operation; empty if the contract has none for it."""
        return self.operation.key if self.operation else ""

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query."""
        return dict(parse_qsl(self.exchange.query, keep_blank_values=True))

    @cached_property
    def same(self) -> tuple[str, str, tuple[tuple[str, str], ...], bytes]:
        """Method, path, query and body: calls that are equal in it ask for the same. The order of members is free."""
        body = self.exchange.sent_body if self.sent is None else json.dumps(self.sent, sort_keys=True).encode()
        return self.method, self.path, tuple(sorted(self.query.items())), body

    @cached_property
    def sent(self) -> Any:
        """The JSON value of the sent body; None if there is none."""
        value = replace(self.exchange, body=self.exchange.sent_body).json
        return None if value is NOT_JSON else value

    @cached_property
    def words(self) -> Set[str]:
        """Every word of the URL and of the body; an id that the client uses is among them."""
        return {*words(unquote(self.exchange.url)), *words(self.exchange.sent_body.decode("utf-8", "ignore"))}

    @property
    def time(self) -> float | None:
        """The time in seconds; None if the recording does not tell it."""
        return self.context.at.timestamp() if self.context.at else None

    def to_dict(self) -> dict[str, Any]:
        """The call as plain data, without values: the id or number by which the recording has it."""
        where = self.context.id or f"entry {self.entry.number}"
        return {"id": where, "operation": self.key or self.method, "status": self.status, "place": self.entry.pointer}


@dataclass(frozen=True)
class ClientRun:
    """Everything that a recording has of a client. Each stream is one client at work: a workspace, and in it a test."""

    contract: Contract
    calls: Sequence[Call]
    requests_to_other_places: int = 0

    @cached_property
    def streams(self) -> Sequence[Sequence[Call]]:
        """The calls of each client at work, in their order."""
        found: dict[tuple[str, str], list[Call]] = {}
        for call in self.calls:
            test = call.context.test
            found.setdefault((call.context.workspace, test.id if test else ""), []).append(call)
        return tuple(found.values())

    @cached_property
    def listings(self) -> Mapping[str, Listing]:
        """The list operations of the contract, by key."""
        return {listing.key: listing for listing in listings(self.contract)}

    @cached_property
    def families(self) -> Sequence[Family]:
        """The collections of the contract."""
        return families(self.contract)

    @cached_property
    def used(self) -> Mapping[str, Sequence[Call]]:
        """The calls by the key of their operation, in the order of the contract."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            if call.operation:
                found.setdefault(call.key, []).append(call)
        return {key: found[key] for key in self.contract.operations if key in found}


def client_run(contract: Contract, recording: Recording, base: str = "") -> ClientRun:
    """The calls of a recording to the API."""
    place = home(contract, recording, base)
    calls = []
    for entry in _in_order(recording):
        path = place.path(entry.exchange.url) if place else None
        operation = contract.find(entry.exchange.method, path) if path is not None else None
        if path is None or (operation is None and unknown_requests.exempt_reason(contract, entry.exchange, path)):
            continue
        calls.append(_call(contract, entry, path, operation))
    return ClientRun(contract, calls, recording.size - len(calls))


def _call(contract: Contract, entry: Recorded, path: str, operation: Operation | None) -> Call:
    query = urlsplit(entry.exchange.url).query
    key = operation.key if operation else ""
    url = f"{_ORIGIN}{path}" + (f"?{query}" if query else "")
    placed = replace(entry.exchange, url=url, operation=key, words=contract.words)
    return Call(replace(entry, exchange=placed), path, operation)


def _in_order(recording: Recording) -> Iterable[Recorded]:
    """The entries as they were made. A journal shows the newest first, also where its clock stands still."""
    every = sorted([*recording.entries, *recording.unanswered], key=lambda entry: entry.number)
    if recording.kind == JOURNAL:
        return every[::-1]
    moments = [entry.context.at for entry in every]
    if any(moment is None for moment in moments):
        return every
    return sorted(every, key=lambda entry: entry.context.at.timestamp() if entry.context.at else 0.0)


def clock_moves(calls: Sequence[Call]) -> bool:
    """Tell whether time passes between calls. On a clock that stands still, nothing can be said of waiting."""
    times = {call.time for call in calls}
    return None not in times and len(times) > 1


def whole_body(call: Call) -> bool:
    """Tell whether the sent body is known as a whole."""
    return call.entry.request is Part.WHOLE


def persons(call: Call) -> Set[str]:
    """The mail addresses and telephones in a sent body: they say whom a write is about."""
    members = call.sent.values() if isinstance(call.sent, Mapping) else ()
    return {value for value in members if isinstance(value, str) and _PERSON.fullmatch(value)}


def words(text: str) -> Sequence[str]:
    """The words of a text; most ids are one."""
    return re.findall(r"[\w-]+", text)


def kinds(operation: Operation | None) -> Set[str]:
    """The kind of record that an operation is about: the last name in its path. Empty for an unknown operation."""
    steps = [step for step in blank(operation.path).split("/") if step and step != "{}"] if operation else []
    return {singular(step.lower()) for step in steps[-1:]}


def singular(word: str) -> str:
    """The singular of a plural English word."""
    return re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")
