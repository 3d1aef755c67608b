"""A generator that searches without end is stopped; one that waits for its turn on a busy machine is not."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.transport.engine_transport import can_write
from contracts.transport.stuck_generator import NothingWasSent, bounded

pytestmark = pytest.mark.slow
_GUARD: Any = SimpleNamespace(sent=0, expire=lambda: False)


def _in_a_thread(work: Any) -> list[str]:
    """What ended some work that sends nothing: itself, or the limit of 0.2 seconds."""
    ended: list[str] = []

    def run() -> None:
        try:
            work()
            ended.append("itself")
        except NothingWasSent:
            ended.append("the limit")

    with bounded(_GUARD, 0.2):
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(0.1)  # the alarm comes between two waits
    return ended


def test_a_generator_that_only_computes_is_stopped() -> None:
    def search() -> None:
        while True:
            pass

    assert _in_a_thread(search) == ["the limit"]


def test_a_generator_that_waits_is_not_stopped() -> None:
    assert _in_a_thread(lambda: threading.Event().wait(2.5)) == ["itself"]


@pytest.mark.parametrize(
    ("types", "can"),
    [
        (["application/x-ndjson"], False),
        (["application/x-protobuf", "csv"], False),
        (["application/x-ndjson", "application/vnd.own+json; charset=utf-8"], True),
        (["multipart/form-data"], True),
        (["*/*"], True),
    ],
)
def test_a_body_can_be_written_if_one_of_its_types_can(types: list[str], can: bool) -> None:
    assert can_write(types) == can
