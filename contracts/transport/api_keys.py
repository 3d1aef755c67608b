"""The keys of an API: from standard input, a file, or the environment. A key is never an argument, because others can
read the arguments of a process.
"""

import re
import sys
from collections.abc import Mapping

from contracts.errors import CannotRun
from contracts.spec.text_file import content, decoded
from contracts.transport.exchange import OTHER_VARIABLE, TOKEN_VARIABLE

_MAX_KEY_BYTES = 64 * 1024


def key_from(file: str, from_input: bool, environment: Mapping[str, str]) -> str:
    """Read the key from its source; empty when nothing came in, or when the environment has none.

    Raises CannotRun when the text is not a key, or when a file has none.
    """
    if from_input:
        stream = sys.stdin.buffer
        raw = stream.readline(_MAX_KEY_BYTES) if sys.stdin.isatty() else stream.read(_MAX_KEY_BYTES)
        text = decoded(raw, "standard input")
        return _only_line(text, "standard input") if text.strip() else ""
    if file:
        return _only_line(decoded(content(file, _MAX_KEY_BYTES, "name a file with nothing but the key"), file), file)
    return from_environment(TOKEN_VARIABLE, environment)


def other_key_from(environment: Mapping[str, str]) -> str:
    """The key of a second organization, or nothing. Raises CannotRun."""
    return from_environment(OTHER_VARIABLE, environment)


def from_environment(variable: str, environment: Mapping[str, str]) -> str:
    """Read a key from a variable; empty when it is not set. Raises CannotRun for what is no key."""
    text = environment.get(variable, "").strip("\ufeff \t\r\n")
    return _only_line(text, variable) if text else ""


def _only_line(text: str, place: str) -> str:
    """Return the one line that is not blank. An error never repeats the content."""
    lines = [line.strip("\ufeff \t") for line in text.splitlines() if line.strip("\ufeff \t")]
    if len(lines) != 1:
        what = f"{len(lines)} lines, and a key is one" if lines else "no key in it"
        raise CannotRun(f"{place}: {what}", "leave nothing but the key there")
    odd = re.search(r"[^\x21-\x7e]", lines[0])
    if odd:
        what = "a blank" if odd[0].isspace() else f"U+{ord(odd[0]):04X}"
        raise CannotRun(f"{place}: character {odd.start() + 1} of the key is {what}, which no key has",
                        "leave nothing but the key there")  # fmt: skip
    return lines[0]
