"""Every route with every kind of id of another workspace: it must be as if there were no such thing.

B asks with its own key, or under its own name at the control plane, and puts A's ids wherever an id can stand: in the
path, in the query, in the body. Nothing of A may be in an answer, an id of A's is treated as one of nobody's, and A is
as it was afterwards.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from starlette.routing import Mount, Route

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation
from mock_server.testing import Sophiie, workspace
from mock_server.world.ids import rng

Id = str | int
START = "2026-03-04T09:00:00Z"
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
# Naming a workspace there is not reaching into it, and these wait or end other things.
LEFT_OUT = ("/workspaces/{id}", "/inbox/{workspace}/{name}", "/inbox/{workspace}/{name}/expect", "/records/{kind:path}")
BODIES = (
    ("/webhooks/deliveries/redeliver", lambda id: {"newId": False, "ids": [str(id)]}),
    ("/simulate", lambda id: {"kind": "call", "from": str(id)}),
    ("/simulate", lambda id: {"kind": "appointment", "action": "cancel", "appointmentId": id}),
    ("/faults", lambda id: {"response": {"status": 500}, "key": str(id), "count": 1}),
    ("/requests/find", lambda id: {"urlPath": f"/v1/leads/{id}"}),
    ("/verify", lambda id: {"request": {"urlPath": f"/v1/leads/{id}"}, "exactly": 1}),
)
ANYBODYS = re.compile(r"\d{4}-\d\d-\d\dT|req_\d+$")
FILLED = {"redeliver": {"newId": False}, "resend": {"newId": False}, "expect": {"timeout": 0}}


@dataclass(frozen=True)
class Asked:
    """A request of B's. ``surface`` is where the id stands, for the message."""

    method: str
    path: str
    body: Any
    surface: str
    control: bool = False


def stir(a: Sophiie) -> None:
    """Something of everything that has an id, and more of it than a fresh workspace has."""
    for name in ("ana", "bo", "cy"):
        lead = {"firstName": name, "email": f"{name}@example.com", "suburb": "Newtown"}
        a.inbox.subscribe("LEAD_CREATED", "APPOINTMENT_CREATED")
        a.client.post("/v1/leads", json=lead).raise_for_status()
        a.client.post("/v1/faqs", json={"question": f"A-{name}?", "answer": "A's answer"}).raise_for_status()
        a.client.post("/v1/policies", json={"title": f"A-{name}", "content": "A's policy"}).raise_for_status()
        a.faults.add("GET /v1/transfers", {"status": 503})
        a.control("POST", "/mappings", {"id": f"mapping_of_a_{name}", "request": {"urlPath": "/a"}, "response": {}}
                  | {"allowInvalid": True})  # fmt: skip
        a.control("POST", "/snapshots", {"name": f"snapshot-of-a-{name}"})
    a.simulate("appointment", action="book")
    a.simulate("sms", count=9, over=6_000)
    a.settle()


def ids_of(a: Sophiie, b: Sophiie) -> dict[str, Id]:
    """One id of each kind that A has and B has not."""
    own, other = (_records(it) for it in (a, b))
    found: dict[str, Id] = {"api key": a.api_key, "organization": a.organization["id"], "request": "req_30"}
    found |= {"fault": "flt_3", "mapping": "mapping_of_a_bo", "snapshot": "snapshot-of-a-bo"}
    for kind, rows in own.items():
        taken = {str(row["id"]) for row in other.get(kind, ())}
        left = [row["id"] for row in rows if str(row["id"]) not in taken]
        if left:
            found[kind] = left[-1]
    return found


def nobodys(id: Id) -> Id:
    """One that looks alike and is nobody's."""
    if isinstance(id, int):
        return id + 7_654_321
    head, tail = id[: len(id) // 2], id[len(id) // 2 :]
    changed = re.sub(r"[a-z]", "q", re.sub(r"\d", "7", tail))
    return head + (changed if changed != tail else tail[::-1] + "q")


def requests(server: MockServer, id: Id) -> Iterator[Asked]:
    """Everything that can be asked with an id."""
    text = quote(str(id), safe="")
    for operation in server.app.state.workspaces.contract.operations.values():
        yield from _of_operation(operation, id, text)
    (mount,) = (route for route in server.app.routes if isinstance(route, Mount))
    for route in mount.app._app.routes:  # type: ignore[attr-defined]  # below its safety
        if not isinstance(route, Route) or "{" not in route.path or route.path in LEFT_OUT:
            continue
        if ":int}" in route.path and not isinstance(id, int):
            continue
        path = re.sub(r"\{[^}]+\}", text, route.path)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            body = FILLED.get(route.path.rpartition("/")[2], {})
            yield Asked(method, f"/__admin{path}", body, f"{method} {route.path}", control=True)
    for path, body_with in BODIES:
        if "from" in body_with(id) and isinstance(id, int):
            continue  # it would be a phone
        yield Asked("POST", f"/__admin{path}", body_with(id), f"body of {path}", control=True)


def _of_operation(operation: Operation, id: Id, text: str) -> Iterator[Asked]:
    body: Any = generate(operation.body, rng(7, operation.key)) if operation.body else None
    path = re.sub(r"\{[^}]+\}", text, operation.path)
    if path != operation.path:
        yield Asked(operation.method, path, body, f"path of {operation.key}")
    free = re.sub(r"\{[^}]+\}", "none", operation.path)
    for item in operation.parameters:
        if item.location == "query" and item.name not in ("page", "limit"):
            yield Asked(operation.method, f"{free}?{item.name}={text}", body, f"{item.name} of {operation.key}")
    for name in operation.body.properties if operation.body else ():
        if name.lower().endswith("id"):
            yield Asked(operation.method, free, {**body, name: id}, f"body {name} of {operation.key}")


def texts(value: Any) -> Iterator[str]:
    """Every string in it that says something."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from itertools.chain.from_iterable(map(texts, value.values()))
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(map(texts, value))


def secrets_of(a: Sophiie, b: Sophiie) -> frozenset[str]:
    """What only A's records say: sentences, addresses and ids; single words and times may be anywhere."""
    own, other = (set(texts(_records(it))) for it in (a, b))
    return frozenset(it for it in own - other if re.search(r"[ @_\d]", it) and not ANYBODYS.match(it))


class Neighbour:
    """B, who asks, and what only A knows."""

    def __init__(self, b: Sophiie, secrets: frozenset[str]) -> None:
        self._b, self._secrets = b, secrets

    def told(self, asked: Asked, id: Id) -> tuple[int, set[str]]:
        """The status, and what the answer tells of A that was not in the question."""
        headers = {"x-mock-workspace": self._b.id} if asked.control else {}
        answer = self._b.client.request(asked.method, asked.path, json=asked.body, headers=headers)
        try:
            said = set(texts(answer.json()))
        except ValueError:
            said = {answer.text}
        return answer.status_code, {text for text in said & self._secrets if text != str(id)}


def leaks(kinds: int = 0) -> tuple[int, int, Sequence[str]]:
    """How many requests were made, with how many kinds of id, and what is wrong. ``kinds``: no more than these."""
    found: list[str] = []
    made = 0
    with MockServer(Settings(port=0, quiet=True, rate_limit="off")) as server:
        plan: Mapping[str, Any] = {"world": "small", "now": START}
        with workspace(server.url, id="a", seed=5, **plan) as a, workspace(server.url, id="b", seed=3, **plan) as b:
            stir(a)
            ids = ids_of(a, b)
            chosen = rng(1, "kinds").sample(sorted(ids), kinds) if kinds else sorted(ids)
            before, neighbour = _state(a), Neighbour(b, secrets_of(a, b))
            taken = {str(row["id"]) for rows in _records(b).values() for row in rows}
            for kind in chosen:
                id, other = ids[kind], nobodys(ids[kind])
                for asked, same in zip(requests(server, id), requests(server, other), strict=True):
                    made += 1
                    status, told = neighbour.told(asked, id)
                    unknown, _ = neighbour.told(same, other)
                    # A number may be that of another kind of B's, and both have made requests.
                    alike = status == unknown or str(id) in taken or kind == "request"
                    if told or not alike:
                        found.append(
                            f"{asked.surface} with A's {kind}: {status}, nobody's {unknown}; {sorted(told)[:3]}"
                        )
            if _state(a) != before:
                found.append("A has changed")
    return made, len(chosen), found


def _records(it: Sophiie) -> Mapping[str, Any]:
    records: Mapping[str, Any] = it.control("GET", "/snapshots/@now/export")["records"]
    return records


def _state(it: Sophiie) -> Any:
    views = ("/snapshots/@now/export", "/faults", "/mappings", "/snapshots", "/requests", "/clock")
    return [httpx.Response(200, json=it.control("GET", view)).content for view in views]
