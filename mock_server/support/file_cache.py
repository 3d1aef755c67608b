"""A cache of parsed files in the user's cache folder, as JSON.

That is what their YAML holds, and that a document of ours was found sound. Files are named by the hash of what it was
made of, so nothing in there is ever out of date. Only the files that came with the program are kept: what is a
user's, or a vendor's, is not copied anywhere. Without a cache folder, or with a broken file in it, all of it is done
as at the first start, which takes 1.4 times as long.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

_LAYOUT = 1  # one more when the reader makes something else of the same bytes
_MOST = 64  # files; a checkout under work leaves one for each state of a fixture


def cached(raw: bytes, parse: Callable[[], Any]) -> Any:
    """The result of ``parse(raw)``, from the cache when it is there."""
    with suppress(LookupError):
        return recall(raw)
    value = parse()
    remember(raw, value)
    return value


def recall(raw: bytes) -> Any:
    """The value that was remembered for ``raw``. Raises LookupError when there is none."""
    try:
        return orjson.loads(_file(raw).read_bytes())
    except (OSError, ValueError):
        raise LookupError from None


def remember(raw: bytes, value: Any) -> None:
    """For the next start, if it can be."""
    with suppress(OSError, TypeError):
        _keep(_file(raw), orjson.dumps(value))


def _file(raw: bytes) -> Path:
    """Raises FileNotFoundError where no folder is the user's: ``HOME`` is not set, and the system has no such user."""
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if not os.path.isabs(folder):
        raise FileNotFoundError(folder)
    return Path(folder) / "sophiie-mock" / f"{hashlib.sha256(raw).hexdigest()}.{_LAYOUT}.json"


def _keep(file: Path, text: bytes) -> None:
    """Whole or not at all: another start may read it at this moment."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    others = list(file.parent.glob("*.json"))
    for other in others if len(others) >= _MOST else ():
        other.unlink(missing_ok=True)
    partial = file.with_suffix(f".{os.getpid()}")
    partial.write_bytes(text)
    partial.replace(file)
