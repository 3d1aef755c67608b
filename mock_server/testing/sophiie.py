"""One workspace of a running server, with everything that can be done to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal, Unpack
from urllib.parse import quote

import httpx

from mock_server.testing.added import Added, as_written
from mock_server.testing.admin_client import AdminClient, Api, plain
from mock_server.testing.answer_parts import given
from mock_server.testing.blocking import Calls, in_coroutine
from mock_server.testing.errors import Refused
from mock_server.testing.evolution import Evolution
from mock_server.testing.handles import Clock, Faults, Inbox, Snapshot, Webhooks, World
from mock_server.testing.literals import AppointmentAction, BuiltInWorld, Contact, RecordKind
from mock_server.testing.receiver import Receiver
from mock_server.testing.recipe import Recipe, sent
from mock_server.testing.requests import Requests
from mock_server.testing.stubs import Stub, StubOptions, add_stub

_TOLD = 5  # requests in the report of a failing test, and deliveries of each state
_PATIENCE = 5.0  # seconds for each question of a report, and for the end: a server that hangs holds up no session


@contextmanager
def workspace(
    url: str,
    token: str = "",
    *,
    frozen: bool = True,
    world: BuiltInWorld | Recipe | None = None,
    seed: int | None = None,
    now: datetime | str | None = None,
    rate_limit: int | Literal["observe", "off"] | None = None,
    id: str | None = None,
) -> Iterator["Sophiie"]:
    """A fresh workspace of the server at ``url``, gone afterwards::

        with workspace(server.url, world="small", now="2026-03-04T09:00:00+11:00") as sophiie: ...

    ``world`` is the name of a built-in one, the path of a recipe, or the recipe itself as a mapping; the server's own
    without it, and so are ``seed``, ``now`` (when its clock starts) and ``rate_limit`` (requests a minute). Its clock
    stands still unless ``frozen`` is false. ``token`` is for a server that others can reach too. Raises Refused; and
    AssertionError at the end for a call that should have been awaited and was not, as it has checked nothing.
    """
    asked = given(id=id, seed=seed, now=plain(now), rateLimit=rate_limit)
    if world is not None:
        asked["world"] = sent(world)
    made = AdminClient(url, token=token)("POST", "/workspaces", {"frozen": frozen, **asked})
    sophiie = Sophiie(url, made, AdminClient(url, token=token, workspace=made["id"]))
    try:
        yield sophiie
        if complaint := sophiie.calls.complaint():
            raise AssertionError(complaint)
    finally:
        sophiie.close()


def _credentials(made: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with which a client of httpx shows the key as the document says."""
    places = made.get("credentials") or {"headers": {"Authorization": f"Bearer {made['key']}"}}  # of an older server
    return {"headers": places["headers"], "params": places.get("query"), "cookies": places.get("cookies")}


class Sophiie:
    """One workspace. ``client`` is an httpx client with its key; ``control`` calls any control route for it."""

    def __init__(self, url: str, made: Mapping[str, Any], control: AdminClient) -> None:
        self.url = url
        self.id: str = made["id"]
        self.api_key: str = made["key"]
        self.credentials = _credentials(made)
        self.seed: int = made["seed"]
        self.organization: Mapping[str, Any] = made["organization"]
        self.control = control
        self.world = World(control, made)
        self.clock = Clock(control)
        self.requests = Requests(control)
        self.faults = Faults(control)
        self.webhooks = Webhooks(control)
        self.receiver = Receiver(control, Api(url, self.api_key), self.seed)
        self.calls = Calls()
        self.closed = False
        self.answer_hook: Any = None  # of an asynchronous client, while the use of the API is recorded
        self._snapshots = 0

    def __repr__(self) -> str:
        return f"<Sophiie {self.id} at {self.url}>"

    @cached_property
    def client(self) -> httpx.Client:
        """A new client of httpx that shows the key of the workspace, where the document wants it."""
        return httpx.Client(base_url=self.url, **self.credentials, verify=False, trust_env=False)

    @cached_property
    def inbox(self) -> "Inbox":
        """A receiver of webhooks that comes with the server."""
        return self.inbox_named("test")

    def inbox_named(self, name: str) -> "Inbox":
        """Another inbox of the workspace, with a name of its own."""
        return Inbox(self.control, Api(self.url, self.api_key), f"{self.url}/__admin", f"/inbox/{self.id}/{name}")

    def simulate(
        self,
        /,
        kind: Contact | Literal["appointment"],
        *,
        from_: str | None = None,
        about: str | None = None,
        count: int | None = None,
        over: timedelta | float | None = None,
        action: AppointmentAction | None = None,
        appointment_id: str | int | None = None,
        start: datetime | str | None = None,
    ) -> Any:
        """Let something happen to the business; the answer says what was made of it.

        ``simulate("call", about="blocked drain")`` lets somebody call. ``from_`` says who it is: a lead's id, a phone
        number, a mail address, ``"known"`` for any lead; without it somebody new comes. ``count=10, over=60`` spreads
        ten contacts over 60 seconds. ``simulate("appointment", action="book", from_=lead["id"],
        start="2026-03-05T09:00:00+11:00")`` books a visit; ``move`` and ``cancel`` take the next one, or that of
        ``appointment_id``. Raises Refused.
        """
        who = {} if from_ is None else {"from": from_}
        seconds = over.total_seconds() if isinstance(over, timedelta) else over
        how = given(about=about, count=count, over=seconds, action=action, start=plain(start))
        which = given(appointmentId=appointment_id)
        return self.control("POST", "/simulate", {"kind": kind, **who, **how, **which})

    def add(
        self, kind: RecordKind | str, /, *records: Mapping[str, Any] | str, emit: bool = False, **fields: Any
    ) -> Added:
        """Write records by hand; what is not said is made up consistently::

            ada = sophiie.add("leads", firstName="Ada", appointments=[{"on": "next tuesday 10:00"}])
            sophiie.client.get(f"/v1/leads/{ada.id}")

        Either one record by its ``fields``, or several as mappings. A record may hold others, names stand for ids
        (``lead="Ada"``), and times are told in words, relative to the workspace's now. ``emit`` lets webhooks tell of
        it. All of them are written, or none. Raises Refused with a pointer to what is wrong.
        """
        written = [as_written(it) for it in (*records, *([fields] if fields or not records else []))]
        made = self.control("POST", f"/records/{kind}", {"records": written, "emit": emit})
        return Added(kind, made["records"])

    def change(self, kind: RecordKind | str, id: str | int, /, *, emit: bool = False, **fields: Any) -> Any:
        """Change fields of a record by hand, and return it as it is now: ``change("leads", ada.id, email=None)``.

        Raises Refused.
        """
        path = f"/records/{kind}/{quote(str(id), safe='')}?emit={str(emit).lower()}"
        return self.control("PUT", path, as_written(fields))

    def remove(self, kind: RecordKind | str, id: str | int, /, *, emit: bool = False) -> Any:
        """Remove a record by hand, with all that hangs below it; the answer counts what is gone. Raises Refused."""
        path = f"/records/{kind}/{quote(str(id), safe='')}?emit={str(emit).lower()}"
        return self.control("DELETE", path)

    def stub(self, /, request: str, **answer: Unpack[StubOptions]) -> Stub:
        """Put an answer in place of the server's own, for good or for the length of a ``with``::

            sophiie.stub("GET /v1/organization", status=502, body="<html>Bad gateway</html>", times=1)
            with sophiie.stub("GET /v1/members", json={"members": [], "totalCount": 0}): ...

        ``request`` is meant as in ``requests``; ``query`` and ``sent`` (a JSON body) narrow it. A ``json`` answer must
        keep the contract unless ``allow_invalid`` is true; a raw ``body`` may be anything. The first ``after`` requests
        pass by, then ``times`` of them are answered, each after ``delay`` seconds. Stubs of one ``scenario`` answer
        ``when`` it is in that state, and ``then`` put it into another; its first state is "Started".
        Raises Refused with the reason, as a pointer into the answer.
        """
        return add_stub(self.control, request, answer)

    def evolve(self, evolutions: str | int = 1) -> Evolution:
        """Answer as the API may do tomorrow, for good or for the length of a ``with``::

            with sophiie.evolve("null+extra-field"): ...

        A seed draws a mix of all kinds. Each answer names what it got in ``X-Mock-Evolve``. Raises Refused.
        """
        return Evolution(self.control, str(evolutions))

    def snapshot(self) -> "Snapshot":
        """Save everything as it is now, so that the test can return to it."""
        self._snapshots += 1
        name = f"snapshot-{self._snapshots}"
        self.control("POST", "/snapshots", {"name": name})
        return Snapshot(self.control, name)

    def settle(self) -> Any:
        """Wait until every webhook that is due has been delivered, or has failed.

        In a coroutine nothing may wait, as the receiver may be on its loop: there the answer must be awaited.
        """
        return self.calls.begin("sophiie.settle", self._settle) if in_coroutine() else self._settle()

    def _settle(self) -> None:
        self.control("POST", "/webhooks/drain", {})

    def reset(self) -> None:
        """Return the workspace to its seed."""
        self.control("POST", "/reset", {})

    def close(self) -> None:
        """Remove the workspace. If the server has ended, or has removed it already, nothing is done."""
        self.closed = True
        if "client" in self.__dict__:
            self.client.close()
        with suppress(Refused):
            self.control("DELETE", f"/workspaces/{self.id}", timeout=_PATIENCE)

    def report(self) -> str:
        """Report on the workspace for a failing test: how it was made, which requests were sent, what is still owed.

        If the server does not answer, the report gives the reason.
        """
        lines = [f"world {self.world.name}, seed {self.seed}, now {self.world.start}, workspace {self.id}"]
        lines += [f"forgotten: {line}" for line in [self.calls.complaint()] if line]
        try:
            lines += [*self._asked(), *self._owed()]
        except Exception as fault:  # whatever it is, the test's own failure matters more
            lines.append(f"no more is known: {fault}")
        return "\n".join(lines)

    def _asked(self) -> Iterator[str]:
        with suppress(Refused):  # a receiver that is slow is no reason to say nothing
            self.control("POST", "/webhooks/drain", {"timeout": 1}, timeout=_PATIENCE)
        found = self.control("GET", f"/requests?limit={_TOLD}", timeout=_PATIENCE)
        none = "" if found["requests"] else " none came with this workspace's key"
        yield f"last {len(found['requests'])} of {found['meta']['total']} requests, newest first:{none}"
        for one in found["requests"]:
            why = f"  {'; '.join(one['explain'])}" if one["explain"] else ""
            yield f"  {one['id']} {one['method']} {one['request']['url']} {one['status']}{why}"

    def _owed(self) -> list[str]:
        owed = [
            f"  {state}: {_delivery_line(one)}" for state in ("pending", "failed") for one in self._deliveries(state)
        ]
        return ["webhooks that were not delivered:", *owed] if owed else []

    def _deliveries(self, state: str) -> Any:
        return self.control("GET", f"/webhooks/deliveries?state={state}&limit={_TOLD}", timeout=_PATIENCE)["items"]


def _delivery_line(delivery: Mapping[str, Any]) -> str:
    return f"{delivery['trigger']} to {delivery['url']}\n    {delivery['reason'] or 'due ' + delivery['dueAt']}"
