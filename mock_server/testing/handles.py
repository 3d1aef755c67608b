"""Handles on one workspace for tests: one class for each noun."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mock_server.support.text import short_repr
from mock_server.testing.admin_client import AdminClient, Api, plain
from mock_server.testing.answer_parts import Headers, given, raw, slow
from mock_server.testing.blocking import waits
from mock_server.testing.errors import Refused
from mock_server.testing.literals import TransportFault, Trigger
from mock_server.testing.request_pattern import pattern
from mock_server.testing.webhook_faults import WebhookFaults
from mock_server.world.clock import parse

_SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_test&user_id=usr_test"


class World:
    """The business behind the workspace: ``world.leads`` are its leads, ``world.records("leads/notes")`` any kind."""

    def __init__(self, control: AdminClient, made: Mapping[str, Any]) -> None:
        self._control = control
        self.name: str = made["world"]
        self.start: str = made["start"]

    def __getattr__(self, kind: str) -> Sequence[Any]:
        if kind.startswith("_"):
            raise AttributeError(kind)
        try:
            return self.records(kind.rstrip("_"))  # an underscore behind a name that Python keeps
        except Refused as refused:
            raise AttributeError(str(refused)) from None

    def records(self, kind: str) -> Sequence[Any]:
        """Every record of a kind as it is now, newest first."""
        items: Sequence[Any] = self._control("GET", f"/records/{kind}")["items"]
        return items

    def count(self, kind: str) -> int:
        """Count the records of a kind.

        Raises Refused for an unknown kind: a typing error would count to 0.
        """
        return int(self._control("GET", f"/records/{kind}?limit=0")["total"])


class Clock:
    """The workspace's time. It stands still unless the workspace was made otherwise."""

    def __init__(self, control: AdminClient) -> None:
        self._control = control

    @property
    def now(self) -> datetime:
        """The time of the workspace."""
        return parse(self._control("GET", "/clock")["now"])

    def freeze(self) -> Any:
        """Stop the clock."""
        return self._control("POST", "/clock/freeze", {})

    def run(self) -> Any:
        """Let the clock run again."""
        return self._control("POST", "/clock/run", {})

    def set(self, now: datetime | str) -> Any:
        """Set the clock to a moment."""
        return self._control("POST", "/clock/set", {"now": plain(now)})

    def advance(self, by: timedelta | float) -> Any:
        """Move the clock on by so many seconds. Work that becomes due is done on return, and is returned."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return self._control("POST", "/clock/advance", {"seconds": seconds})


class Inbox:
    """A webhook receiver. Subscribe its ``url``: a delivery has arrived when a call here returns, without sleeping."""

    def __init__(self, control: AdminClient, api: Api, base: str, path: str) -> None:
        self._control = control
        self._api = api
        self._path = path
        self.url = base + path

    def subscribe(self, *triggers: Trigger | str) -> list[int]:
        """Subscribe as an integration would, through the API; return the subscriptions' ids.

        Raises Refused with the possible triggers; then nothing is subscribed.
        """
        if not triggers:
            raise TypeError("name a trigger, as LEAD_CREATED")
        made: list[int] = []
        for trigger in triggers:
            try:
                made.append(int(self._api("POST", _SUBSCRIBE, {"hookUrl": self.url, "trigger": trigger})["id"]))
            except Refused:
                for id in made:
                    self._control("DELETE", f"/webhooks/subscriptions/{id}")
                raise
        return made

    def answer(self, /, status: int = 200, delay: float = 0.0, **headers: str) -> None:
        """Let the inbox answer like this from now on.

        ``answer(503, retry_after="120")``, with ``_`` for the ``-`` of a header.
        """
        named = {name.strip("_").replace("_", "-"): value for name, value in headers.items()}
        self._control("PUT", self._path, {"status": status, "delay": delay, "headers": named})

    @waits
    def expect(self, match: Mapping[str, Any] | None = None, *, count: int = 1, timeout: float = 0.0) -> list[Any]:
        """Check that at least ``count`` deliveries match (dotted path → value); return their bodies, oldest first.

        ``timeout`` is for deliveries that another thread has yet to cause. Raises AssertionError with what came
        instead.
        """
        __tracebackhide__ = True
        if count < 1:
            raise ValueError("count is 1 or more; expect_none says that nothing came")
        asked = {**_asked(match), "count": count, "timeout": timeout}
        self._settle()
        try:
            found = self._control("POST", f"{self._path}/expect", asked)
        except Refused as refused:
            if "received" not in refused.problem:
                raise
            raise AssertionError(f"{self.url}: {refused}") from None
        return [one["body"] for one in found["received"]]

    @waits
    def expect_none(self, match: Mapping[str, Any] | None = None, *, allow_unknown: bool = False) -> None:
        """Check that no delivery matches. Raises AssertionError with those that do.

        Raises Refused if none could have come: without a subscription, or for a field that no body has, unless
        ``allow_unknown`` says that this is meant.
        """
        __tracebackhide__ = True
        asked = {**_asked(match), "count": 0, "allowUnknown": allow_unknown}
        self._settle()
        try:
            self._control("POST", f"{self._path}/expect", asked)
        except Refused as refused:
            if "received" not in refused.problem:
                raise
            came = [one["body"] for one in refused.problem["received"]]
            raise AssertionError(f"{self.url}: expected nothing, got {came}") from None

    @waits
    def drain(self) -> list[Any]:
        """Return everything that came and was not drained before, once nothing is owed any more."""
        self._settle()
        found = self._control("GET", self._path)["received"]
        self._control("DELETE", self._path)
        return [one["body"] for one in found]

    def _settle(self) -> None:
        self._control("POST", "/webhooks/drain", {})


def _asked(match: Mapping[str, Any] | None) -> dict[str, Any]:
    if match is not None and not isinstance(match, Mapping):
        raise TypeError(f"what a body has, as {{'email': 'ana@example.com'}}, and not {short_repr(match)}")
    return {"match": dict(match or {})}


class Faults:
    """Make requests fail, late or strange. A request is named as in Requests; ``response`` is in WireMock's words."""

    def __init__(self, control: AdminClient) -> None:
        self._control = control

    def add(
        self,
        /,
        request: str = "",
        response: Mapping[str, Any] | None = None,
        *,
        status: int | None = None,
        body: str | bytes | None = None,
        headers: Headers | None = None,
        fault: TransportFault | None = None,
        delay: timedelta | float = 0.0,
        nth: int | None = None,
        count: int | None = None,
        probability: float | None = None,
        seed: int | None = None,
        key: str | None = None,
        query: Mapping[str, Any] | None = None,
        allow_unknown: bool = False,
    ) -> Any:
        """Make requests fail: ``add("GET /v1/leads", status=503, count=2)``, or ``add(fault="TIMEOUT")``.

        ``request`` names the operation, all of them without it. What happens is a ``status`` with ``headers`` and
        perhaps a raw ``body``, or a ``fault``, or only a ``delay`` in seconds; 503 where nothing is said. It happens to
        the ``nth`` request alone, to ``count`` of them at most, with a ``probability``, or to one ``key``'s.
        ``response`` says the same in WireMock's words. The rule as the server keeps it. Raises Refused.
        """
        meant = pattern(self._control.url, request, query, allow_unknown=allow_unknown) if request else {}
        said = {**given(status=status, headers=headers, fault=fault), **raw(body), **slow(delay)}
        limits = given(nth=nth, count=count, probability=probability, seed=seed, key=key)
        what = {**(response or {}), **said} or {"status": 503}
        return self._control("POST", "/faults", {"request": meant, "response": what, **limits})

    def all(self) -> list[Any]:
        """The fault rules of the workspace."""
        return list(self._control("GET", "/faults")["faults"])

    def heal(self) -> None:
        """Remove all fault rules."""
        self._control("DELETE", "/faults")


class Webhooks:
    """How deliveries are signed, where the server signs them (``--sign standard``), and their ``faults``."""

    def __init__(self, control: AdminClient) -> None:
        self._control = control
        self.faults = WebhookFaults(control)

    @property
    def secret(self) -> str:
        """The secret to verify signatures with: ``standardwebhooks.Webhook(sophiie.webhooks.secret)``."""
        return str(self._control("GET", "/webhooks/secrets")["secrets"][0])

    def rotate(self, *, keep_old: bool = True) -> str:
        """Take a new secret, and return it. The one before stays valid beside it unless ``keep_old`` is false."""
        return str(self._control("POST", "/webhooks/secrets/rotate", {"keepOld": keep_old})["secrets"][0])


class Snapshot:
    """The workspace at one moment: its records and its time."""

    def __init__(self, control: AdminClient, name: str) -> None:
        self._control = control
        self.name = name

    def restore(self) -> None:
        """Put the workspace back to the moment of the snapshot."""
        self._control("POST", f"/snapshots/{self.name}/restore", {})

    def changes(self) -> Any:
        """The changes since the snapshot."""
        return self._control("GET", f"/snapshots/{self.name}/diff/@now")
