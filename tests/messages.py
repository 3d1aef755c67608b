"""Hold the words that people read in one file, ``tests/texts/messages.txt``; tests say which message it is.

``WRITE_TEXTS=1`` writes the messages of the tests that are run anew; read the difference before you commit it.
"""

import fcntl
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "texts" / "messages.txt"
IS_WRITING = bool(os.environ.get("WRITE_TEXTS"))
_asked = {"test": "", "times": ""}


def assert_message(said: object, name: str = "", /, **varying: object) -> None:
    """Compare a message with the file, whole.

    Its key there is ``name``, for a message of several tests; without one the test that runs, and how often it asked.
    ``varying`` names what differs from run to run: ``FOLDER=tmp_path`` writes FOLDER in its place.
    """
    text = str(said)
    for shown, value in varying.items():
        text = re.sub(rf"(?<!\w){re.escape(str(value))}(?!\w)", shown, text) if str(value) else text
    key = name or _key_of_this_test()
    if IS_WRITING:
        _write(key, text)
    else:
        held = messages().get(key)
        assert text == held, f"[{key}] says {text!r}, and not {held!r}; if that is meant: see {Path(__file__).name}"


@cache
def messages() -> Mapping[str, str]:
    """The messages of the file by their keys."""
    return _read(FILE.read_text("utf-8"))


def _key_of_this_test() -> str:
    test = os.environ["PYTEST_CURRENT_TEST"].removeprefix("tests/").rpartition(" (")[0]
    test = re.sub(r"@[^@\]]+$", "", test)  # the group of workers that it runs in
    _asked["times"] = _asked["times"] + "+" if test == _asked["test"] else ""
    _asked["test"] = test
    return f"{test} {len(_asked['times']) + 1}" if _asked["times"] else test


def _read(text: str) -> dict[str, str]:
    sections = re.findall(r"^\[(.+)\]\n((?:  .*\n|\n)*)", text, re.MULTILINE)
    return {key: re.sub(r"^  ", "", body, flags=re.MULTILINE).removesuffix("\n") for key, body in sections}


def _write(key: str, text: str) -> None:
    with FILE.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several workers may write at the same time
        file.seek(0)
        held = _read(file.read())
        if held.get(key) != text:
            held[key] = text
            file.truncate(0)
            file.writelines(f"[{key}]\n{_indented(held[key])}" for key in sorted(held))


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in text.split("\n"))


def line_with(text: str, about: str) -> str:
    """The one line of an output that has a word, without the space around it."""
    (line,) = [line.strip() for line in text.splitlines() if about in line]
    return line
