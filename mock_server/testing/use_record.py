"""Records how tests use the API: the requests of each, and the fields that they read of the answers.

``SOPHIIE_MOCK_RECORD_USE`` names the file: a line of JSON for each workspace, for ``sophiie-mock spec diff --used``.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_server.testing.errors import Refused
from mock_server.testing.read_answers import Reads, tracked
from mock_server.testing.sophiie import Sophiie

VARIABLE = "SOPHIIE_MOCK_RECORD_USE"
FORM = "sophiie-mock use 1"
_RUN = "PYTEST_XDIST_TESTRUNUID"  # equal for all workers of one run
_MAX_ENTRIES = 10_000
_KEY = pytest.StashKey["UseFile | None"]()


class UseFile:
    """The file of one run, begun anew by the first process that writes to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        head = {"form": FORM, "run": os.environ.get(_RUN, str(os.getpid()))}
        if self._head() != head:
            path.write_text(json.dumps(head) + "\n", "utf-8")

    def _head(self) -> Any:
        with suppress(OSError, ValueError), self._path.open(encoding="utf-8") as file:
            return json.loads(file.readline(10_000))
        return None

    def write(self, line: Mapping[str, Any]) -> None:
        """Add one workspace, in one write: several processes may share the file."""
        data = (json.dumps(line) + "\n").encode()
        with self._path.open("ab", buffering=0) as file:
            file.write(data)


def use_file(config: pytest.Config) -> UseFile | None:
    """The file that the environment names; None if it names none."""
    if _KEY not in config.stash:
        path = os.environ.get(VARIABLE, "").strip()
        config.stash[_KEY] = UseFile(Path(path).absolute()) if path else None
    return config.stash[_KEY]


class UseRecord:
    """Records one workspace: what its tests sent and read. ``test`` is the test, or the module whose tests share it."""

    def __init__(self, file: UseFile, sophiie: Sophiie, test: str) -> None:
        self._file, self._sophiie, self._test = file, sophiie, test
        self._reads: dict[str, tuple[str, Reads]] = {}
        sophiie.client.event_hooks["response"].append(self.watch)
        sophiie.answer_hook = self.watch_async

    def watch(self, response: httpx.Response) -> None:
        """Note from now on what is read of an answer."""
        id = response.headers.get("x-mock-request-id", "")
        if id:
            reads = Reads()
            self._reads[id] = _running(self._test), reads
            response.__class__ = _ReadResponse
            response.__dict__["reads"] = reads

    async def watch_async(self, response: httpx.Response) -> None:
        """Note what is read of an answer to an asynchronous client."""
        self.watch(response)

    def close(self) -> None:
        """Write what is known, before the workspace goes."""
        try:
            found = self._sophiie.control("GET", f"/requests?limit={_MAX_ENTRIES}")
        except Refused as refused:
            self._file.write({"test": self._test, "requests": [], "lost": str(refused)})
            return
        lost = found["meta"]["total"] > len(found["requests"]) or found.get("requestJournalDisabled")
        entries = [self._entry(one) for one in reversed(found["requests"])]
        self._file.write(
            {"test": self._test, "requests": entries, **({"lost": "the journal is short"} if lost else {})}
        )

    def _entry(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of a journal's entry that say how the API is used; the answer's body is left out."""
        test, reads = self._reads.get(one["id"], (self._test, None))
        request = {name: one["request"].get(name) for name in ("method", "url", "body", "bodyCut")}
        media = one["request"]["headers"].get("content-type")
        return {
            "test": test,
            "request": {**request, "headers": {"content-type": media} if media else {}},
            "response": {"status": one["response"]["status"]},
            **{name: one[name] for name in ("fault", "mapping", "preferred") if one.get(name)},
            **({} if reads is None else reads.to_dict()),
        }


def _running(test: str) -> str:
    """The test that pytest runs now; ``test`` if it does not say."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0] or test


class _ReadResponse(httpx.Response):
    """An answer that notes what is read of it."""

    reads: Reads
    _inside = False

    def json(self, **options: Any) -> Any:
        """The value of the body, which notes what is read of it."""
        self._inside = True
        try:
            value = super().json(**options)
        finally:
            self._inside = False
        found = tracked(value, self.reads)
        self.reads.hand_over(found, "")
        return found

    @property
    def content(self) -> bytes:
        """The bytes of the body; nobody knows what is read of them."""
        if not self._inside:
            self.reads.whole()
        return super().content

    @property
    def text(self) -> str:
        """The text of the body; nobody knows what is read of it."""
        if not self._inside:
            self.reads.whole()
        return super().text
