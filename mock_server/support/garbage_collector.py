"""Keep Python's full garbage collections short: they are a server's longest pauses, and a tenth of its start."""

import gc
from collections.abc import Generator, Mapping
from contextlib import contextmanager

_OLDEST = 2  # generation: a look there is one in all there is
_THRESHOLDS = (700, 10, 5)
"""Python's own thresholds, except that full collections come twice as often: each then has half the work."""


@contextmanager
def building_for_good() -> Generator[None, None, None]:
    """Collect no garbage while objects are built that stay to the end, and never examine these objects later.

    Only for a process that is wholly ours: whatever else there is in it is never examined either.
    """
    with collector_paused():
        yield
        gc.freeze()


@contextmanager
def collector_paused() -> Generator[None, None, None]:
    """Collect no garbage while a large object is made: each collection would walk through all that exists."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def building_a_world() -> Generator[None, None, None]:
    """Collect no garbage while records are made that stay long. Where old objects are set aside, they are so at once.

    A server inside a user's process must set nothing aside: the user's own objects would be among it.
    """
    with collector_paused():
        yield
        if any(isinstance(each, _SetAside) for each in gc.callbacks):
            gc.freeze()


class _SetAside:
    """Called by the collector; exempts all that is left after a full collection."""

    def __call__(self, phase: str, info: Mapping[str, int]) -> None:
        if phase == "stop" and info["generation"] == _OLDEST:
            gc.freeze()


@contextmanager
def set_aside_when_old() -> Generator[None, None, None]:
    """Exempt the objects that survived a full collection from the next ones. Only for a process that is wholly ours.

    Otherwise each full collection takes as long as the journals are large: with 100,000 requests in them everybody
    waits 600 ms. An exempt object is still freed as soon as nothing refers to it. Only a cycle of references would stay
    for ever, so requests, connections and workspaces leave none behind; a test checks that.
    """
    before, freeze = gc.get_threshold(), _SetAside()
    gc.set_threshold(*_THRESHOLDS)
    gc.callbacks.append(freeze)
    try:
        yield
    finally:
        gc.callbacks.remove(freeze)
        gc.set_threshold(*before)


def free_what_was_set_aside() -> None:
    """Collect all garbage, also among the exempt objects. No request is served meanwhile."""
    gc.unfreeze()
    gc.collect()
