"""The mock behind the name of a production host: what it holds, and what it is asked to change."""

import http.client
import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from recording import KEY, Answer, Recording, Seen, recording

from contracts.spec.document import Contract, load
from contracts.transport.target import Target, mock

CONTRACT: Contract = load()
COLLECTIONS = (
    *("/v1/leads", "/v1/faqs", "/v1/policies", "/v1/scenarios", "/v1/transfers"),
    *("/v1/inquiries", "/v1/appointments", "/v1/members"),
)


@dataclass
class Production:
    """``hook`` is told of each request before (True) and after it took effect, with the answer's status."""

    target: Target
    host: Recording = field(default_factory=lambda: Recording(""))
    hook: Callable[[Seen, bool], None] = lambda seen, before: None
    made: set[str] = field(default_factory=set)
    """Paths of the records that were made through the host."""
    foreign: list[str] = field(default_factory=list)
    """Writes to anything else."""

    def answer(self, seen: Seen) -> Answer:
        self.hook(seen, True)
        answer = self.ask(seen.method, seen.path, seen.body)
        self._note(seen, answer)
        self.hook(seen, False)
        return answer

    def ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        """The mock itself, with its own key."""
        connection = http.client.HTTPConnection(urlsplit(self.target.origin).netloc, timeout=10)
        headers = {"Authorization": f"Bearer {self.target.key}", "Content-Type": "application/json"}
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        answer = response.status, {"content-type": response.headers["content-type"]}, response.read()
        connection.close()
        return answer

    def _note(self, seen: Seen, answer: Answer) -> None:
        if seen.method == "POST" and answer[0] < 300:
            self.made |= {f"{seen.path}/{record['id']}" for record in _records(json.loads(answer[2]))}
        elif seen.method not in ("GET", "HEAD") and seen.path not in self.made:
            self.foreign.append(f"{seen.method} {seen.path}")

    @property
    def organization(self) -> str:
        return str(json.loads(self.ask("GET", "/v1/organization")[2])["id"])

    def holds(self) -> dict[str, Any]:
        """Every record by its path, whole."""
        return {f"{path}/{record['id']}": record for path in COLLECTIONS for record in self._all(path)}

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        for page in range(1, 1000):
            found = list(_records(json.loads(self.ask("GET", f"{path}?page={page}&limit=100")[2])))
            yield from found
            if len(found) < 100:
                return


def _records(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and "id" in value:
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _records(member)
    elif isinstance(value, list):
        for item in value:
            yield from _records(item)


@contextmanager
def production(clock: Callable[[], float] = lambda: 0.0) -> Generator[Production, None, None]:
    with mock(seed=3) as target:
        stand_in = Production(target)
        with recording(lambda *_: (500, {}, b""), clock, stand_in.answer) as host:
            stand_in.host = host
            yield stand_in


__all__ = ["CONTRACT", "KEY", "Production", "production"]
