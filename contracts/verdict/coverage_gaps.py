"""Gaps of a run: what the client should have met of the operations that it uses: statuses, events, values."""

import json
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from contracts.lint.client_run import ClientRun
from contracts.lint.lint_exceptions import ANY, LintException
from contracts.lint.missing_notes import STATUS_NEVER_MET, VALUE_NEVER_MET, missing_statuses, missing_values
from contracts.spec.document import Operation
from contracts.verdict.action import Action, ActionKind
from contracts.verdict.subscriptions import Subscription

_OF_THE_BODY = ("400", "422")
"""Statuses that only a client meets that sends data of its users."""
_OF_THE_PROGRAM = ("405", "406", "411", "413", "414", "415", "431")
"""Statuses that say that a client is wrong as a program. No test has to show what it does then."""
_SHOWN_VALUES = 4


class CoverageGaps:
    """The gaps of one run. ``exceptions`` are those of the lint; ``url`` is the mock that the commands are for."""

    def __init__(self, run: ClientRun, exceptions: Sequence[LintException], url: str) -> None:
        self._run, self._exceptions, self._url = run, exceptions, url

    def statuses(self) -> Iterator[Action]:
        """One action for each documented status that the client met in none of its operations."""
        met = {str(call.status) for call in self._run.calls if call.operation}
        wanted: dict[str, Operation] = {}
        for key, calls in self._run.used.items():
            operation = self._run.contract.operations[key]
            if self._excepted(STATUS_NEVER_MET.id, key):
                continue
            for status in missing_statuses(operation, calls):
                if status not in (*met, *_OF_THE_PROGRAM) and (operation.body or status not in _OF_THE_BODY):
                    wanted.setdefault(status, operation)
        for status, operation in sorted(wanted.items(), key=lambda pair: (pair[0] != "429", pair[0])):
            rule = {"request": {"operation": operation.key}, "response": {"status": int(status)}, "count": 1}
            yield Action(
                ActionKind.STATUS, f"Let your client meet the status {status}", f"{operation.key} documents it",
                self._post("/faults", rule), operation.key,
                f'sophiie.faults.add("{operation.key}", {{"status": {status}}}, count=1)',
            )  # fmt: skip

    def events(self, subscriptions: Collection[Subscription], delivered: Collection[str]) -> Iterator[Action]:
        """One action for each event that the client subscribed to, and that was never delivered."""
        for trigger in dict.fromkeys(one.trigger for one in subscriptions):
            if trigger not in delivered:
                yield Action(
                    ActionKind.EVENT, f"Let your client meet the event {trigger}", "subscribed to, and never delivered",
                    f"sophiie-mock trigger {shlex.quote(trigger)}",
                )  # fmt: skip

    def values(self) -> Iterator[Action]:
        """One action for each member of a list's records that has documented values which the client never met."""
        for key, calls in self._run.used.items():
            listing = self._run.listings.get(key)
            if listing is None or self._excepted(VALUE_NEVER_MET.id, key) or "{" in listing.operation.path:
                continue
            kind = listing.operation.path.rpartition("/")[2]
            own = {name: part for name, part in listing.item_properties().items() if not part.get("readOnly")}
            for name, values in missing_values(listing.operation, calls).items():
                if name in own:
                    yield self._value(key, kind, name, values)

    def _value(self, key: str, kind: str, name: str, values: Sequence[str]) -> Action:
        shown = ", ".join(values[:_SHOWN_VALUES]) + (" …" if len(values) > _SHOWN_VALUES else "")
        records = {"records": [{name: value} for value in values]}
        return Action(
            ActionKind.VALUE, f"Let your client meet more values of `{name}`", f"{key}: never met {shown}",
            self._post(f"/records/{kind}", records), key, f'sophiie.add("{kind}", {name}="{values[0]}")',
        )  # fmt: skip

    def _excepted(self, rule: str, key: str) -> bool:
        return any(one.rule == rule and one.operation in (ANY, key) for one in self._exceptions)

    def _post(self, path: str, body: Mapping[str, Any]) -> str:
        text = shlex.quote(json.dumps(body))
        return f"curl -sS -X POST {self._url}/__admin{path} -H 'content-type: application/json' -d {text}"
