"""Python looks for garbage again and again, in all there is: the longest pauses of a server, and a tenth of a start."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def building_for_good() -> Generator[None, None, None]:
    """Garbage is not looked for while something is built that stays to the end, nor in it afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def not_looked_for() -> Generator[None, None, None]:
    """Garbage is not looked for while something large is made: each look would walk through what there is already."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
