"""Wait without blocking an event loop: handles that refuse to block one, and their awaitable counterparts."""

import asyncio
import sys
import weakref
from collections.abc import Callable, Coroutine, Mapping
from functools import partial, wraps
from inspect import signature
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import anyio.to_thread

_NEW_NAME = "abandon_on_cancel" in signature(anyio.to_thread.run_sync).parameters
_ABANDON: Mapping[str, Any] = {"abandon_on_cancel" if _NEW_NAME else "cancellable": True}
"""Tells anyio not to wait for the thread of a cancelled call; anyio before 4.1 has another name for it."""

H = TypeVar("H")
P = ParamSpec("P")
T = TypeVar("T")


def in_coroutine() -> bool:
    """Tell whether this thread runs a coroutine of asyncio or of trio.

    A running loop is not enough: Playwright's synchronous interface has one, and a test could not await there.
    """
    running: list[Callable[[], object]] = [asyncio.current_task]
    if "trio.lowlevel" in sys.modules:
        running.append(sys.modules["trio.lowlevel"].current_task)
    return any(_task_or_none(ask) is not None for ask in running)


def _task_or_none(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except RuntimeError:  # no loop runs here
        return None


def waits(method: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[H, P], T]:
    """Mark a handle's method that waits for others: it raises RuntimeError if it would block an event loop.

    A receiver on that loop could not answer, and the code under test could not cause what the method waits for.
    """
    name = _name(method)

    @wraps(method)
    def checked(handle: H, /, *args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        if in_coroutine():
            raise RuntimeError(
                f"sophiie.{name}() would hold the running event loop, with all that should answer on it: "
                f"take the fixture `asophiie`, or AsyncSophiie(sophiie), and write `await asophiie.{name}(…)`"
            )
        return method(handle, *args, **kwargs)

    return checked


class Calls:
    """The calls of a workspace's handles that must be awaited. A forgotten one has checked nothing."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    def begin(self, name: str, call: Callable[[], T]) -> Coroutine[Any, Any, T]:
        """Do ``call`` in a thread once the coroutine is awaited."""
        awaited = False

        async def run() -> T:
            nonlocal awaited
            awaited = True
            return await anyio.to_thread.run_sync(call, **_ABANDON)

        def gone() -> None:
            if not awaited:
                self.forgotten.append(name)

        run.__qualname__ = name  # as Python's own warning calls it
        coroutine = run()
        weakref.finalize(coroutine, gone)
        return coroutine

    def complaint(self) -> str:
        """Name the calls that nobody awaited; an empty text if there are none."""
        return "; ".join(f"{name}() was never awaited: write `await` before it" for name in self.forgotten)


class Async(Generic[H]):
    """The awaitable counterpart of a handle: methods are awaited, attributes are read directly."""

    def __init__(self, handle: H, calls: Calls) -> None:
        self._handle = handle
        self._calls = calls


def awaited(method: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[Async[H], P], Coroutine[Any, Any, T]]:
    """Make the awaitable counterpart of a handle's method."""
    name = f"asophiie.{_name(method)}"

    @wraps(method)
    def call(self: Async[H], /, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        return self._calls.begin(name, partial(method, self._handle, *args, **kwargs))

    return call


def _name(method: Callable[..., Any]) -> str:
    """Name a method as a test writes it: ``inbox.expect``, or ``settle`` for one of Sophiie's own."""
    return method.__qualname__.lower().removeprefix("sophiie.").removesuffix(".__call__")
