"""The result of ``receiver-check``, read from its JSON report."""

import shlex
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from contracts.errors import CannotRun
from contracts.receiver.subjects import DEFAULT_TRIGGER, SUBJECTS
from contracts.spec.json_file import JsonNode, opened
from contracts.verdict.action import Action, ActionKind
from contracts.verdict.subscriptions import Subscription

DEFAULT_FILE = "sophiie-mock.receiver.json"
REMEDY = f"write it with `sophiie-mock receiver-check URL --report json={DEFAULT_FILE}`"
_EXAMPLE = "http://127.0.0.1:8000/hook"


class ReceiverReport:
    """A JSON report of ``receiver-check``; without a file, nothing is known of a receiver."""

    def __init__(self, file: str = "") -> None:
        self.known = bool(file)
        if not file:
            return
        whole = opened(Path(file), REMEDY)
        if not isinstance(whole.value, dict) or "receiver" not in whole.value:
            raise CannotRun(f"{file}: no report of receiver-check", REMEDY)
        self._url, self._code = whole.get("receiver", str), whole.get("exitCode", int)
        self._trigger = whole.get("trigger", str, "")
        self.verdict = whole.get("verdict", str, "")
        self._findings = [_Finding(node) for node in whole.items("findings")]

    def actions(self, subscriptions: Collection[Subscription]) -> Iterator[Action]:
        """List what is left to do about the client's receiver; nothing if it subscribed none of its own."""
        if self.known:
            yield from (finding.action() for finding in self._findings)
            if self._code == 2:
                yield self._check(self._url, "the check could not see what the receiver does", self._trigger)
            return
        own = next((one for one in subscriptions if one.receiver), None)
        if own:
            detail = "your client subscribes a receiver of its own, and nothing has checked it"
            yield self._check(own.receiver, detail, own.trigger)

    def _check(self, url: str, detail: str, trigger: str) -> Action:
        about = f" --trigger {trigger}" if trigger in SUBJECTS and trigger != DEFAULT_TRIGGER else ""
        command = f"sophiie-mock receiver-check {shlex.quote(url or _EXAMPLE)}{about} --report json={DEFAULT_FILE}"
        return Action(ActionKind.RECEIVER, "Check your webhook receiver", detail, command)

    def to_dict(self) -> dict[str, Any]:
        """The report in short."""
        return {"checked": self.known, "verdict": self.verdict if self.known else ""}


class _Finding:
    def __init__(self, node: JsonNode) -> None:
        self._rule, self._command = node.get("rule", str), node.get("command", str, "")
        self._detail = f"expected {node.get('expected', str, '')}; got {node.get('got', str, '')}"
        self._remedy = node.get("remedy", str, "")

    def action(self) -> Action:
        """The action that mends it."""
        detail = f"{self._detail}. {self._remedy}".strip()
        return Action(ActionKind.RECEIVER, f"Mend your receiver: {self._rule}", detail, self._command)
