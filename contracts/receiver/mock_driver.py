"""A receiver check drives the mock with this: it makes changes, has them delivered, and reads the outcome.

All of it goes through the control plane, so that every other request in the journal is the receiver's own.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from random import Random
from typing import Any

from contracts.receiver.receiver_calls import Call, ReceiverCalls
from contracts.receiver.subjects import DEFAULT_TRIGGER, CheckedRecord, Subject, find_subject

_SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_check&user_id=usr_check"
_DRAIN_SECONDS = 50  # less than a client waits for an answer
_DRAINS = 3
_STILL_OWED = 504
_OWN_EVENTS = 40
"""Events that the receiver's own writes may have caused between those of the check."""


class MockDriver:
    """The check's side of the mock, for one workspace."""

    def __init__(self, control: Call, api: Call, seed: int, subject: Subject | None = None) -> None:
        self.control = control
        self.subject = subject or find_subject(DEFAULT_TRIGGER)
        self.receiver = ReceiverCalls(control)
        self._made: set[str] = set()
        """The ids of the records that the check made."""
        self._api = api
        self._random = Random(seed)
        self._numbers = count(1)
        # Another run on the same records has other names, or its leads could not be told from these.
        known = int(control("GET", "/records/leads?limit=0")["total"])
        self._prefix = f"Rcv{self._random.randrange(10**6):06}n{known}"
        self.settings: Mapping[str, Any] = control("GET", "/settings")
        self._subscriptions: dict[int, bool] = {}
        """The subscriptions in use, each with whether the check has made it."""
        self._earlier = self._unmade(1_000)
        """The ids of events from before the check."""
        self._faults: list[str] = []
        # While it stands still, nothing is tried again but when the check moves it.
        self._ticked = not control("GET", "/clock")["frozen"]
        control("POST", "/clock/freeze", {})

    @property
    def signs(self) -> bool:
        """True if the mock signs its deliveries."""
        return bool(self.settings.get("sign") == "standard")

    @property
    def limited(self) -> bool:
        """True if the mock limits the receiver's calls."""
        return self.settings.get("rate_limit") not in ("observe", "off")

    def word(self) -> str:
        """A text that occurs nowhere else."""
        return f"{self._prefix}x{next(self._numbers)}x"

    def subscribe(self, url: str, trigger: str = "") -> int:
        """Subscribe the receiver, or take the subscription that it has made itself."""
        trigger = trigger or self.subject.trigger
        known = self.control("GET", f"/webhooks/subscriptions?trigger={trigger}")["items"]
        own = next((int(one["id"]) for one in known if one["hookUrl"] == url), None)
        if own is None:
            return self.subscribe_again(url, trigger)
        self._subscriptions.setdefault(own, False)
        return own

    def subscribe_again(self, url: str, trigger: str = "") -> int:
        """Subscribe the receiver once more, as deliveries of one subscription never come at the same moment."""
        wanted = {"hookUrl": url, "trigger": trigger or self.subject.trigger}
        id = int(self._api("POST", _SUBSCRIBE, wanted)["id"])
        self._subscriptions[id] = True
        return id

    def unsubscribe(self, id: int) -> None:
        """Remove a subscription, unless it was the receiver's own."""
        if self._subscriptions.pop(id, False):
            listed = self.control("GET", "/webhooks/subscriptions?limit=1000")["items"]
            if any(one["id"] == id for one in listed):  # an answer 410 has removed it
                self.control("DELETE", f"/webhooks/subscriptions/{id}")

    def close(self) -> None:
        """Remove everything that the check has set up, but for its records."""
        self.heal()
        for id in list(self._subscriptions):
            self.unsubscribe(id)
        if self._ticked:
            self.control("POST", "/clock/run", {})

    def records(self, number: int = 1) -> list[CheckedRecord]:
        """Cause so many events, each of a new record."""
        subject = self.subject
        if subject.change is None and not subject.removes:
            return self.unheard(number, emit=True)
        made = self.unheard(number)
        for record in made:
            if subject.removes:
                self.control("DELETE", f"/records/{subject.kind}/{record.id}?emit=true")
            else:
                self.control("PUT", f"/records/{subject.kind}/{record.id}?emit=true", subject.change)
        return made

    def unheard(self, number: int = 1, *, emit: bool = False) -> list[CheckedRecord]:
        """Make records in one change, with an event for each or without any."""
        drafts = [self.subject.draft(self.word(), self._random) for _ in range(number)]
        asked = {"records": drafts, "emit": emit}
        answer = self.control("POST", f"/records/{self.subject.kind}", asked)["records"]
        made = self.subject.checked(answer[self.subject.kind])
        self._made |= {record.id for record in made}
        return made

    def change(self, record: CheckedRecord, changes: Mapping[str, Any]) -> None:
        """Change a record, a second later than anything before."""
        self.advance(1)
        self.control("PUT", f"/records/{self.subject.kind}/{record.id}?emit=true", changes)

    def event(self, record: CheckedRecord, trigger: str, back: int = 0) -> str:
        """The id of the newest event of a record, or one further ``back``."""
        found = self.control("GET", f"/webhooks/events?recordId={record.id}&type={trigger}")["items"]
        return str(found[back]["id"])

    def resend(self, event: str) -> None:
        """Deliver an event to those who subscribe now, with the id that it has."""
        self.control("POST", f"/webhooks/events/{event}/resend", {"newId": False})
        self.drain()

    def fault(self, name: str, subscription: int, **limits: Any) -> None:
        """Let deliveries of a subscription go wrong."""
        made = self.control("POST", "/webhooks/faults", {"fault": name, "subscriptionId": subscription, **limits})
        self._faults.append(str(made["id"]))

    def heal(self) -> None:
        """Let deliveries go well again; rules of the user's own stay."""
        while self._faults:
            self.control("DELETE", f"/webhooks/faults/{self._faults.pop()}")

    def refuse_calls(self, operation: str = "") -> str:
        """Let every call of the receiver, or of one operation, fail with 503; return the id of the rule."""
        request = {"request": {"operation": operation}} if operation else {}
        return str(self.control("POST", "/faults", {**request, "response": {"status": 503}})["id"])

    def accept_calls(self, rule: str) -> None:
        """Let the receiver's calls go well again."""
        self.control("DELETE", f"/faults/{rule}")

    def cancel_owed(self, subscription: int) -> None:
        """Cancel what a subscription is still owed, or it would come while the next trial is made."""
        for delivery in self.waiting(subscription):
            self.cancel(delivery)

    def drain(self) -> bool:
        """Wait until everything that is due was delivered; False if the receiver takes too long for that."""
        return any(self._drained() for _ in range(_DRAINS))

    def _drained(self) -> bool:
        try:
            self.control("POST", "/webhooks/drain", {"timeout": _DRAIN_SECONDS})
        except Exception as refusal:  # the callers of the command line and of tests have an exception each
            if _status(refusal) != _STILL_OWED:
                raise
            return False
        return True

    def advance(self, seconds: float) -> None:
        """Move the clock of the workspace."""
        self.control("POST", "/clock/advance", {"seconds": seconds})

    def deliveries(self, subscription: int, number: int) -> list[Mapping[str, Any]]:
        """The newest deliveries of a subscription, oldest first, without those that its own writes have caused."""
        listed, foreign = f"limit={number + _OWN_EVENTS}", self._unmade(number + _OWN_EVENTS)
        found = self.control("GET", f"/webhooks/deliveries?subscriptionId={subscription}&{listed}")["items"]
        return [one for one in found if str(one["eventId"]) not in foreign][:number][::-1]

    def caused_by_receiver(self) -> int:
        """The number of events since the beginning that came of the receiver's own writes, as far as it is listed."""
        return len(self._unmade(_OWN_EVENTS) - self._earlier)

    def _unmade(self, number: int) -> set[str]:
        """The ids of those among the newest events whose records the check has not made."""
        path = f"/webhooks/events?type={self.subject.trigger}&limit={number}"
        return {str(one["id"]) for one in self.control("GET", path)["items"] if one.get("recordId") not in self._made}

    def waiting(self, subscription: int) -> Sequence[Mapping[str, Any]]:
        """The deliveries that a subscription is still owed, oldest first."""
        path = f"/webhooks/deliveries?subscriptionId={subscription}&state=pending&limit=1000"
        return list(self.control("GET", path)["items"][::-1])

    def cancel(self, delivery: Mapping[str, Any]) -> None:
        """Cancel a delivery that is owed."""
        self.control("POST", f"/webhooks/deliveries/{delivery['id']}/cancel")


def _status(refusal: Exception) -> int | None:
    """The HTTP status of a refused call; None if the mock has not answered."""
    problem = getattr(refusal, "problem", None)
    status = getattr(refusal, "status", problem.get("status") if isinstance(problem, dict) else None)
    return status if isinstance(status, int) else None
