"""Notice when the event loop serves nobody: the watchdog behind ``--debug-stalls``.

A beat runs on the loop every 20 ms. When it comes late, it asks how the time since the last beat was spent. A *stall*
is 100 ms or more of the loop thread's own processor time, or of a call that blocked it. Time in which the thread was
ready to run but had no processor does not count, nor does time in which other threads worked.

A round of the loop that serves hundreds of requests, each for a moment, is no stall: only the processor time of one
piece of work counts, from one wait of a task to the next. A garbage collection counts for the piece of work in which
it begins. No stack shows it, so the report names it if it is what took long.
"""

import asyncio
import gc
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from mock_server.world.clock import ThreadTime, is_asleep, wall_and_thread_time

log = logging.getLogger("mock_server.event_loop.stall_watchdog")

MIN_STALL_SECONDS = 0.1
_BEAT_SECONDS = 0.02
_LOOK_SECONDS = 0.02
_NOTE_AFTER_SECONDS = 0.06  # earlier than a stall: it may end just after
_STACK_FRAMES = 12


@dataclass(frozen=True)
class Stall:
    """One time in which the loop stood still: seconds of its own work and of a blocking call, and the stack."""

    worked: float
    blocked: float
    stack: str = ""

    @property
    def seconds(self) -> float:
        """How long no other request was served."""
        return self.worked + self.blocked

    def __str__(self) -> str:
        spent = f"{self.seconds * 1000:.0f} ms (worked {self.worked * 1000:.0f}, blocked {self.blocked * 1000:.0f})"
        return f"the event loop stood still for {spent}:\n{self.stack or 'it went on before its place was noted'}"


def report(stall: Stall) -> None:
    """Write a stall into the log."""
    log.error("%s", stall)


@contextmanager
def watch_stalls(on_stall: Callable[[Stall], None] = report) -> Iterator[None]:
    """Watch the running event loop until the block ends; ``on_stall`` is called on the loop after each stall."""
    watchdog = _Watchdog(asyncio.get_running_loop(), on_stall)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.stop()


class _Watchdog:
    """The beat on the loop judges. A thread beside it only notes where the loop is while a piece of work takes long."""

    _longest: float
    _piece: float
    _where: str | traceback.StackSummary
    _stack: str | traceback.StackSummary

    def __init__(self, loop: asyncio.AbstractEventLoop, on_stall: Callable[[Stall], None]) -> None:
        self._loop = loop
        self._on_stall = on_stall
        self._loop_thread, self._native_thread = threading.get_ident(), threading.get_native_id()
        self._asleep = 0  # looks at the late loop that found its thread asleep
        self._stack = ""  # of the piece of work that goes on
        self._look_began = 0.0  # the look for garbage, in the thread's processor time
        self._begin(ThreadTime.now())
        self._stopped = threading.Event()
        self._onlooker = threading.Thread(target=self._look, name="stall-watchdog", daemon=True)

    def start(self) -> None:
        self._begin(ThreadTime.now())
        self._timer = self._loop.call_later(_BEAT_SECONDS, self._beat)
        self._factory = self._loop.get_task_factory()
        self._loop.set_task_factory(lambda loop, work, **more: asyncio.Task(_Watched(work, self), loop=loop, **more))
        gc.callbacks.append(self._collecting)
        self._onlooker.start()

    def stop(self) -> None:
        """Judge the time until now, and end."""
        self._timer.cancel()
        gc.callbacks.remove(self._collecting)
        self._loop.set_task_factory(self._factory)
        self._judge()
        self._stopped.set()
        self._onlooker.join()

    def next_piece(self) -> None:
        """Note that another piece of work begins."""
        wall, thread = wall_and_thread_time()
        spent = thread - self._piece
        if self._stack and (spent > self._longest or not self._where):
            self._where = self._stack
        self._longest = max(self._longest, spent)
        self._piece, self._since, self._stack = thread, wall, ""

    def _begin(self, now: ThreadTime) -> None:
        self._last = now
        self._piece, self._since = now.thread, now.wall  # when the piece of work that goes on began
        self._longest, self._where = 0.0, ""  # of the pieces since the last beat

    def _beat(self) -> None:
        self._judge()
        self._timer = self._loop.call_later(_BEAT_SECONDS, self._beat)

    def _judge(self) -> None:
        self.next_piece()
        now = ThreadTime.now()
        spent = time_spent(self._last, now, _LOOK_SECONDS * (self._asleep + 1))
        where = self._where if isinstance(self._where, str) else "".join(self._where.format())
        stall = Stall(self._longest, spent.blocked, where)
        self._asleep = 0
        self._begin(now)
        if stall.seconds >= MIN_STALL_SECONDS:
            self._on_stall(stall)

    def _collecting(self, phase: str, info: Mapping[str, int]) -> None:
        """Note a long garbage collection as the place of a stall.

        The watching thread cannot run during a collection, and would see only what comes after it. Python calls this
        function in whichever thread the collection happens.
        """
        if threading.get_ident() != self._loop_thread:
            return
        _, thread = wall_and_thread_time()
        if phase == "start":
            self._look_began = thread
        elif (spent := thread - self._look_began) > _NOTE_AFTER_SECONDS:
            self._stack = f"  Python looked for garbage for {spent * 1000:.0f} ms (generation {info['generation']})\n"

    def _look(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            now, _ = wall_and_thread_time()
            if now - self._since > _NOTE_AFTER_SECONDS and not self._stack:
                self._stack = _place_of(sys._current_frames().get(self._loop_thread))
            if now - self._last.wall > 2 * _BEAT_SECONDS and is_asleep(self._native_thread):
                self._asleep += 1


def _place_of(frame: FrameType | None) -> traceback.StackSummary:
    """Note where a thread is, without its source lines: reading a file would wait for the thread, again and again."""
    found: list[traceback.FrameSummary] = []
    while frame is not None and len(found) < _STACK_FRAMES:
        found.append(
            traceback.FrameSummary(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, lookup_line=False)
        )
        frame = frame.f_back
    return traceback.StackSummary.from_list(reversed(found))


class _Watched(Coroutine[Any, Any, Any]):
    """A coroutine that tells the watchdog when each of its steps begins."""

    def __init__(self, work: Coroutine[Any, Any, Any], watchdog: _Watchdog) -> None:
        self._work = work
        self._watchdog = watchdog

    def send(self, value: Any) -> Any:
        """Run the next step of the coroutine."""
        self._watchdog.next_piece()
        return self._work.send(value)

    def throw(self, *error: Any) -> Any:
        """Run the next step of the coroutine with an error."""
        self._watchdog.next_piece()
        return self._work.throw(*error)

    def close(self) -> None:
        """End the coroutine."""
        self._work.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._work.__await__()


def time_spent(before: ThreadTime, now: ThreadTime, asleep: float) -> Stall:
    """How long the thread kept its loop from serving others between two beats.

    Its own processor time always counts. If the system says how long the thread waited for a processor, a blocking call
    counts as well: the time beyond the beat, without that wait and the other threads' work. It counts for no more than
    the thread was seen ``asleep`` (seconds), because a virtual machine can stand still itself.
    """
    own = now.thread - before.thread
    if now.queued is None or before.queued is None:
        return Stall(own, 0.0)
    others = (now.process - before.process) - own
    blocked = (now.wall - before.wall) - _BEAT_SECONDS - own - (now.queued - before.queued) - max(others, 0.0)
    return Stall(own, max(min(blocked, asleep), 0.0))
