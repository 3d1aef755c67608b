"""Keep Python's full garbage collections short: they are a server's longest pauses, and a tenth of its start."""

import gc
from collections.abc import Generator, Mapping
from contextlib import contextmanager

_OLDEST = 2  # generation: a look there is one in all there is
_THRESHOLDS = (700, 10, 5)
"""Python's own thresholds, except that full collections come twice as often: each then has half the work."""


@contextmanager
def building_for_good() -> Generator[None, None, None]:
    """Collect no garbage while objects are built that stay to the end, and never examine these objects later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
def set_aside_when_old() -> Generator[None, None, None]:
    """Exempt the objects that survived a full collection from the next ones.

    Otherwise each full collection takes as long as the journals are large: with 100,000 requests in them everybody
    waits 600 ms. An exempt object is still freed as soon as nothing refers to it. Only a cycle of references would stay
    for ever, so requests, connections and workspaces leave none behind; a test checks that.
    """

    def freeze(phase: str, info: Mapping[str, int]) -> None:
        if phase == "stop" and info["generation"] == _OLDEST:
            gc.freeze()

    before = gc.get_threshold()
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
