"""Properties of the terminal, in a module apart from ``tables``, which imports a library."""

import os
import sys
from typing import TextIO


def on_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout.isatty()


def coloured(out: TextIO) -> bool:
    """Tell whether to use colour and bold: on terminals, and never with ``NO_COLOR`` (no-color.org)."""
    return out.isatty() and not os.environ.get("NO_COLOR")
