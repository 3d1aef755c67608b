"""Keeps the requests of a pytest session, with the test that made each, for ``lint`` and ``verdict``."""

import json
from collections.abc import Generator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mock_server.config.paths import RUN_FILE
from mock_server.testing.errors import Refused
from mock_server.testing.failure_report import workspaces_in
from mock_server.testing.sophiie import Sophiie

_SENT = "sophiie_run"
_MAX_REQUESTS = 10_000


class RunRecorder:
    """A plugin of pytest. After each test it asks the workspaces that the test used for their new requests."""

    def __init__(self, config: pytest.Config) -> None:
        self.file = config.rootpath / RUN_FILE
        self._requests: list[Mapping[str, Any]] = []
        self._deliveries: dict[str, Mapping[str, Any]] = {}
        self._seen: dict[str, int] = {}
        self._settings: Mapping[str, Any] = {}
        self._dropped = 0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep what a test has asked: after it, while its workspaces are still there."""
        report = yield
        if call.when == "call" or (call.when == "setup" and report.failed):
            for sophiie in workspaces_in(getattr(item, "funcargs", None) or {}):
                with suppress(Refused, OSError):  # a server that is gone has nothing to tell
                    self._keep(sophiie, item)
        return report

    def _keep(self, sophiie: Sophiie, item: pytest.Item) -> None:
        if not self._settings:
            self._settings = sophiie.control("GET", "/settings")
        found = sophiie.control("GET", f"/requests?limit={_MAX_REQUESTS}")
        total = found["meta"]["total"] + found["dropped"]
        new = found["requests"][: total - self._seen.get(sophiie.id, 0)]
        self._dropped += max(0, total - self._seen.get(sophiie.id, 0) - len(new))
        self._seen[sophiie.id] = total
        file, line, _ = item.location
        test = {"id": item.nodeid, "file": Path(file).as_posix(), "line": (line or 0) + 1}
        self._requests += [{**one, "test": test} for one in reversed(new)]
        deliveries = sophiie.control("GET", "/webhooks/deliveries?limit=1000")["items"]
        self._deliveries |= {f"{sophiie.id} {one['id']}": one for one in deliveries}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of xdist has kept."""
        if sent := getattr(node, "workeroutput", {}).get(_SENT):
            part = json.loads(sent)
            self._requests += part["requests"][::-1]
            self._deliveries |= {str(len(self._deliveries) + n): one for n, one in enumerate(part["deliveries"])}
            self._settings, self._dropped = part["settings"], self._dropped + part["dropped"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file; a worker of xdist sends its part to the main process instead."""
        text = json.dumps(self._run(), ensure_ascii=False, indent=1)
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output[_SENT] = text
        else:
            self.file.write_text(text, "utf-8", "backslashreplace")

    def _run(self) -> Mapping[str, Any]:
        """The form of a journal, newest first; secrets are masked there already."""
        return {
            "requests": self._requests[::-1],
            "deliveries": list(self._deliveries.values()),
            "dropped": self._dropped,
            "settings": {name: self._settings.get(name, "") for name in ("spec", "overlay")},
        }
