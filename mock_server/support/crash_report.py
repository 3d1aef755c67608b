"""Report faults of the program itself: one line on the terminal, and a file with all details.

``SOPHIIE_MOCK_DEBUG=1`` prints the details on the terminal instead.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

VARIABLE = "SOPHIIE_MOCK_DEBUG"
_HOME = Path(__file__).parents[2]
_PACKAGES = ("mock_server", "contracts")


def describe_crash(error: BaseException, redact: Callable[[str], str]) -> str:
    """Describe ``error`` in one line that names the file with the details. ``redact`` takes secrets out of both."""
    rest = redact("".join(traceback.format_exception(error)))
    line = redact(_headline(error))
    if os.environ.get(VARIABLE):
        return f"{line} → please report it with this:\n{rest}"
    file = _keep(rest)
    if file:
        return f"{line} → please report it with {file} (read that first: it may quote what was being read)"
    return f"{line} → please set {VARIABLE}=1, do it again and report what is printed"


def _headline(error: BaseException) -> str:
    """Name the kind of fault and its place. The message is left to the file, for it may quote somebody's data."""
    if isinstance(error, OSError) and error.strerror:
        file = f"{error.filename}: " if error.filename else ""
        return f"{file}{error.strerror} (at {_place(error)}), which is not provided for"
    return f"{type(error).__name__} at {_place(error)}, a bug of sophiie-mock"


def _place(error: BaseException) -> str:
    """File and line of the innermost call in our own code."""
    place = "an unknown place"
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(_HOME) and file.relative_to(_HOME).parts[0] in _PACKAGES:
            place = f"{file.relative_to(_HOME)}:{frame.lineno}"
    return place


def _keep(text: str) -> str:
    """Write a new file that only its owner can read, and return its name; nothing if no file can be written."""
    try:
        descriptor, name = tempfile.mkstemp(prefix="sophiie-mock-", suffix=".txt")
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{sys.version}\n{text}")
    except OSError:
        return ""
    return name
