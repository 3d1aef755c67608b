"""A receiver check drives the mock with this: it makes changes, has them delivered, and reads the outcome.

All of it goes through the control plane, so that every other request in the journal is the receiver's own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Protocol
from urllib.parse import unquote

_SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_check&user_id=usr_check"
_OWN_PATHS = "/api/webhooks/"
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_DRAIN_SECONDS = 50  # less than a client waits for an answer
_DRAINS = 3
_STILL_OWED = 504
_PAGE = 200
_FIRST_NAMES = ("Ana", "Ben", "Chloe", "Dan", "Eva", "Finn", "Grace", "Hugo", "Ivy", "Jack")
CREATED, UPDATED = "LEAD_CREATED", "LEAD_UPDATED"


class Call(Protocol):
    """A way to call the mock."""

    def __call__(self, method: str, path: str, body: Any = None, /) -> Any:
        """Call a route and return its JSON; raise an exception for a refusal."""


@dataclass(frozen=True, slots=True)
class CheckedLead:
    """A lead that the check made. ``marks`` are texts that only it has."""

    id: str
    marks: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReceiverCall:
    """A write of the receiver into the mock that was accepted."""

    method: str
    text: str

    def mentions(self, texts: Sequence[str]) -> bool:
        """Tell whether the URL or the body holds one of these texts."""
        return any(text in self.text for text in texts)


class MockDriver:
    """The check's side of the mock, for one workspace."""

    def __init__(self, control: Call, api: Call, seed: int) -> None:
        self.control = control
        self._api = api
        self._random = Random(seed)
        self._numbers = count(1)
        # Another run on the same records has other names, or its leads could not be told from these.
        known = int(control("GET", "/records/leads?limit=0")["total"])
        self._prefix = f"Rcv{self._random.randrange(10**6):06}n{known}"
        self.settings: Mapping[str, Any] = control("GET", "/settings")
        self._subscriptions: dict[int, bool] = {}
        """The subscriptions in use, each with whether the check has made it."""
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

    def subscribe(self, url: str, trigger: str = CREATED) -> int:
        """Subscribe the receiver, or take the subscription that it has made itself."""
        known = self.control("GET", f"/webhooks/subscriptions?trigger={trigger}")["items"]
        own = next((int(one["id"]) for one in known if one["hookUrl"] == url), None)
        id = own or int(self._api("POST", _SUBSCRIBE, {"hookUrl": url, "trigger": trigger})["id"])
        self._subscriptions.setdefault(id, own is None)
        return id

    def unsubscribe(self, id: int) -> None:
        """Remove a subscription, unless it was the receiver's own."""
        if self._subscriptions.pop(id, False):
            listed = self.control("GET", "/webhooks/subscriptions?limit=1000")["items"]
            if any(one["id"] == id for one in listed):  # an answer 410 has removed it
                self.control("DELETE", f"/webhooks/subscriptions/{id}")

    def close(self) -> None:
        """Remove everything that the check has set up, but for its leads."""
        self.heal()
        for id in list(self._subscriptions):
            self.unsubscribe(id)
        if self._ticked:
            self.control("POST", "/clock/run", {})

    def leads(self, number: int = 1) -> list[CheckedLead]:
        """Let leads come in, in one change with an event for each."""
        drafts = []
        for _ in range(number):
            mark = self.word()
            name = self._random.choice(_FIRST_NAMES)
            drafts.append({"firstName": name, "lastName": mark, "email": f"{mark.lower()}@example.com"})
        made = self.control("POST", "/records/leads", {"records": drafts, "emit": True})["records"]["leads"]
        shown = [{"id": str(one["id"]), "mark": one["lastName"], "mail": one["email"]} for one in made]
        shared = len({one["phone"] for one in made}) < len(made)  # telephones for fiction are few
        phones = [[] if shared else [str(one["phone"])] for one in made]
        return [CheckedLead(one["id"], (*one.values(), *phone)) for one, phone in zip(shown, phones, strict=True)]

    def rename(self, lead: CheckedLead, name: str) -> None:
        """Change a lead's first name, a second later than anything before."""
        self.advance(1)
        self.control("PUT", f"/records/leads/{lead.id}?emit=true", {"firstName": name})

    def event(self, lead: CheckedLead, trigger: str, back: int = 0) -> str:
        """The id of the newest event of a lead, or one further ``back``."""
        found = self.control("GET", f"/webhooks/events?recordId={lead.id}&type={trigger}")["items"]
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

    def refuse_calls(self) -> str:
        """Let every call of the receiver fail with 503; return the id of the rule."""
        return str(self.control("POST", "/faults", {"response": {"status": 503}})["id"])

    def accept_calls(self, rule: str) -> None:
        """Let the receiver's calls go well again."""
        self.control("DELETE", f"/faults/{rule}")

    def cancel_owed(self, subscription: int) -> None:
        """Cancel what a subscription is still owed, or it would come while the next trial is made."""
        owed = self.control("GET", f"/webhooks/deliveries?subscriptionId={subscription}&state=pending")["items"]
        for delivery in owed:
            self.control("POST", f"/webhooks/deliveries/{delivery['id']}/cancel")

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
        """The newest deliveries of a subscription, oldest first."""
        path = f"/webhooks/deliveries?subscriptionId={subscription}&limit={number}"
        return list(self.control("GET", path)["items"][::-1])

    def newest_request(self) -> int:
        """The number of the newest request in the journal."""
        found = self.control("GET", "/requests?limit=1")["requests"]
        return _number(found[0]) if found else 0

    def calls_since(self, number: int) -> list[ReceiverCall]:
        """The accepted writes of the receiver after a request, oldest first."""
        found = [entry for entry in self._journal(number) if _is_write(entry)]
        return [ReceiverCall(entry["method"], _text(entry)) for entry in found[::-1]]

    def answered(self, number: int, status: int) -> bool:
        """Tell whether a call of the receiver after a request was answered with a status."""
        return any(entry["status"] == status for entry in self._journal(number))

    def _journal(self, number: int) -> Iterator[Mapping[str, Any]]:
        """The entries after a request, newest first."""
        for offset in count(0, _PAGE):
            page = self.control("GET", f"/requests?limit={_PAGE}&offset={offset}")["requests"]
            for entry in page:
                if _number(entry) <= number:
                    return
                yield entry
            if len(page) < _PAGE:
                return


def _status(refusal: Exception) -> int | None:
    """The HTTP status of a refused call; None if the mock has not answered."""
    problem = getattr(refusal, "problem", None)
    status = getattr(refusal, "status", problem.get("status") if isinstance(problem, dict) else None)
    return status if isinstance(status, int) else None


def _number(entry: Mapping[str, Any]) -> int:
    """The place of a request in the order of arrival: its id is ``req_7``."""
    return int(str(entry["id"]).rpartition("_")[2])


def _is_write(entry: Mapping[str, Any]) -> bool:
    accepted = isinstance(entry["status"], int) and 200 <= entry["status"] < 300
    return accepted and entry["method"] in _WRITES and not entry["path"].startswith(_OWN_PATHS)


def _text(entry: Mapping[str, Any]) -> str:
    request = entry["request"]
    body = request.get("body")
    said = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return f"{entry['method']} {unquote(str(request['url']))} {said}"
