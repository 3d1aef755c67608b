"""Properties of the terminal. Apart from ``tables``, which bring a library along."""

import os
import sys
from typing import TextIO


def on_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout.isatty()


def coloured(out: TextIO) -> bool:
    """Colour and bold are for terminals, and never with ``NO_COLOR`` (no-color.org)."""
    return out.isatty() and not os.environ.get("NO_COLOR")
