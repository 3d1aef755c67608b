"""What is old is set aside, so that a look for garbage takes no longer with more to remember; and nothing leaks."""

import gc
import json
import socket
import weakref
from collections import Counter
from collections.abc import Callable, Generator
from http.client import HTTPConnection
from typing import Any

import pytest

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.support.garbage_collector import (
    building_a_world,
    building_for_good,
    free_what_was_set_aside,
    set_aside_when_old,
)

pytestmark = pytest.mark.slow

OURS = ("mock_server", "uvicorn", "uvloop", "starlette", "asyncio", "_asyncio")


@pytest.fixture
def unfrozen() -> Generator[None]:
    """Nothing is set aside before a test, so that counts are its own, and nothing after it."""
    gc.unfreeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("unfrozen")
def test_what_survives_a_whole_look_is_passed_over_by_the_next() -> None:
    before = gc.get_freeze_count()
    with set_aside_when_old():
        kept = [[] for _ in range(1_000)]  # type: ignore[var-annotated]
        gc.collect(1)
        assert gc.get_freeze_count() == before
        gc.collect()
        assert gc.get_freeze_count() >= before + len(kept)
        assert sum(it is kept for it in gc.get_objects()) == 0


@pytest.mark.usefixtures("unfrozen")
def test_what_is_set_aside_is_freed_when_nobody_refers_to_it() -> None:
    with set_aside_when_old():
        kept = [[] for _ in range(1_000)]  # type: ignore[var-annotated]
        gc.collect()
        before = gc.get_freeze_count()
        kept.clear()
        assert gc.get_freeze_count() <= before - 1_000


@pytest.mark.usefixtures("unfrozen")
def test_the_collector_is_left_as_it_was() -> None:
    before = gc.get_threshold(), list(gc.callbacks)
    with set_aside_when_old():
        assert gc.get_threshold() != before[0]
    assert (gc.get_threshold(), gc.callbacks) == before


def test_a_server_in_a_users_process_sets_nothing_aside() -> None:
    before = gc.get_freeze_count()
    with MockServer(Settings(port=0, quiet=True, world="small")) as server:
        client = Client(server)
        client.workspace()
        client.kept.close()
    assert gc.get_freeze_count() <= before
    assert gc.isenabled()


@pytest.mark.usefixtures("unfrozen")
def test_a_process_that_sets_aside_does_so_with_a_large_object_at_once() -> None:
    with set_aside_when_old():
        before = gc.get_freeze_count()
        with building_a_world():
            kept = [[] for _ in range(1_000)]  # type: ignore[var-annotated]
        assert gc.get_freeze_count() >= before + len(kept)


class Client:
    """Asks one server, on one connection or a new one."""

    def __init__(self, server: MockServer) -> None:
        self.port = int(server.url.rpartition(":")[2])
        self.kept = HTTPConnection("127.0.0.1", self.port)

    def ask(self, method: str, path: str, body: Any = None, key: str = "sk_test_local", prefer: str = "") -> Any:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Prefer": prefer}
        self.kept.request(method, path, None if body is None else json.dumps(body), headers)
        return json.loads(self.kept.getresponse().read() or b"null")

    def refused(self) -> None:
        large = {"notes": [{"a": 1.5}] * 30_000}  # read, and refused, in a thread
        bodies: tuple[Any, ...] = ({"firstName": 7}, {"x": "y" * 300}, [], {}, large, {"firstName": large})
        for body in bodies:
            self.ask("POST", "/v1/leads", body)
        self.ask("PATCH", "/v1/leads", {})
        self.ask("GET", "/v1/nowhere")
        self.ask("GET", "/v1/leads/ld_nobody", key="sk_test_other")
        self.ask("GET", "/v1/leads", prefer="code=503")
        self.ask("GET", "/__admin/requests?limit=many")

    def served(self) -> None:
        self.ask("GET", "/v1/leads?limit=2")
        self.ask("POST", "/v1/policies", {"title": "Notice", "content": "Two days."})
        self.ask("GET", "/__admin/requests?limit=5")
        self.ask("POST", "/__admin/simulate", {"kind": "call", "count": 2})
        self.ask("POST", "/__admin/snapshots", {"name": "before"})
        self.ask("POST", "/__admin/reset")

    def connections(self) -> None:
        head = b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_local\r\n"
        whole = head + b"Content-Length: 2\r\n\r\n{}"
        for sent in (whole, whole * 3, head + b"Content-Length: 9\r\n\r\n{", b"no HTTP\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
        for _ in range(3):  # rounds of the loop, in which it learns that they are closed
            self.ask("GET", "/__admin/health")

    def workspace(self) -> None:
        made = self.ask("POST", "/__admin/workspaces", {})
        self.ask("GET", "/v1/leads", key=made["key"])
        self.ask("POST", "/v1/policies", {"title": "Notice", "content": "Two days."}, key=made["key"])
        self.ask("DELETE", f"/__admin/workspaces/{made['id']}")


def garbage(work: Callable[[], None]) -> Counter[str]:
    """What work leaves behind that only a look for garbage frees, by kind; of what others do meanwhile nothing."""
    work()  # what is made once and stays
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        work()
        gc.collect()
        kinds = Counter(f"{type(it).__module__}.{type(it).__qualname__}" for it in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    return Counter({kind: count for kind, count in kinds.items() if kind.startswith(OURS)})


@pytest.mark.parametrize("work", [Client.served, Client.refused, Client.connections, Client.workspace])
def test_nothing_is_left_that_only_a_look_for_garbage_frees(work: Callable[[Client], None]) -> None:
    with MockServer(Settings(port=0, quiet=True, world="small", rate_limit="off")) as server:
        client = Client(server)
        try:
            assert garbage(lambda: work(client)) == Counter()
        finally:
            client.kept.close()


@pytest.mark.usefixtures("unfrozen")
def test_a_circle_that_was_set_aside_is_freed_when_that_is_asked_for() -> None:
    class Circle:
        def __init__(self) -> None:
            self.itself = self

    with building_for_good():
        gone = weakref.ref(Circle())
    gc.collect()
    assert gone() is not None
    free_what_was_set_aside()
    assert gone() is None
