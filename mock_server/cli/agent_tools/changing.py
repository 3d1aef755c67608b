"""The tools that change something, in the mock and nowhere else."""

from typing import Any

from mock_server.cli.agent_tools.running_mock import RunningMock
from mock_server.cli.client import segment, segments
from mock_server.errors import Problem, SettingsError


class Changing:
    """One method for each noun that can be changed. All raise SettingsError."""

    def __init__(self, mock: RunningMock) -> None:
        self._mock = mock

    def start_server(self, world: str = "", seed: int | None = None, now: str = "", reset: bool = False) -> Any:
        """Start a fresh fake API for you, with a world (default, small, empty, busy, edge), a seed, a start time.

        `reset`: instead, put the running one back to its seed.
        """
        if reset:
            return self._mock.client().control("POST", "/reset", {})
        self._mock.start(world=world, seed=seed, now=now)
        client = self._mock.client()
        return {"baseUrl": client.url, "key": client.working_key()}

    def write_records(
        self, kind: str, records: list[dict[str, Any]] | None = None, id: str = "",
        change: dict[str, Any] | None = None, remove: bool = False, emit: bool = False,
    ) -> Any:  # fmt: skip
        """Add `records` of a kind (what you leave out is made up), or `change` or `remove` the one with `id`.

        `emit`: webhooks tell of it.
        """
        client = self._mock.client()
        if not id:
            return client.control("POST", f"/records/{segments(kind)}", {"records": records or [{}], "emit": emit})
        path = f"/records/{segments(kind)}/{segment(id)}?emit={str(emit).lower()}"
        return client.control("DELETE", path) if remove else client.control("PUT", path, change or {})

    def move_clock(self, advance_seconds: float = 0, set_to: str = "", freeze: bool | None = None) -> Any:
        """Move the clock of the fake: what is due by then happens, such as retries of webhooks and visits."""
        if set_to and advance_seconds:
            raise SettingsError(Problem("move_clock", "set_to and advance_seconds both say where to",
                                        "give one of them"))  # fmt: skip
        client = self._mock.client()
        before = client.control("GET", "/clock")
        if freeze is not None:
            client.control("POST", f"/clock/{'freeze' if freeze else 'run'}", {})
        try:
            if set_to:
                client.control("POST", "/clock/set", {"now": set_to})
            elif advance_seconds:
                client.control("POST", "/clock/advance", {"seconds": advance_seconds})
        except SettingsError:
            if freeze is not None:  # nothing of what is refused happens
                client.control("POST", f"/clock/{'freeze' if before['frozen'] else 'run'}", {})
            raise
        return client.control("GET", "/clock")

    def set_fault(
        self, operation: str = "", status: int | None = None, delay_ms: int | None = None, fault: str = "",
        count: int | None = 1, clear: bool = False,
    ) -> Any:  # fmt: skip
        """Let an operation fail: with a status (429, 500 …), a delay, or a `fault` such as CONNECTION_RESET_BY_PEER,
        TIMEOUT or GARBAGE_BODY. `count` times, or always with null. `clear`: take all faults away.
        """
        client = self._mock.client()
        if clear:
            return client.control("DELETE", "/faults")
        asked = {"status": status, "fixedDelayMilliseconds": delay_ms, "fault": fault or None}
        response = {name: value for name, value in asked.items() if value is not None}
        if not operation or not response:
            raise SettingsError(Problem("set_fault", "no operation, or nothing that happens to it",
                                        "give operation `GET /v1/leads` and a status"))  # fmt: skip
        rule = {"request": {"operation": operation}, "response": response}
        return client.control("POST", "/faults", {**rule, **({"count": count} if count else {})})

    def simulate(self, kind: str, about: str = "", from_: str = "", action: str = "", count: int | None = None) -> Any:
        """Let people get in touch with the business: kind is call, sms, email, chat, webform, or appointment with
        `action` book, move or cancel. `from_`: a phone, a mail address, a lead's id, or `known`.
        """
        asked = {"kind": kind, "about": about, "from": from_, "action": action, "count": count}
        return self._mock.client().control("POST", "/simulate", {name: it for name, it in asked.items() if it})
