"""A cache of parsed files in the user's cache folder, as JSON.

It keeps the data of the program's own YAML files, and that a document of ours passed its checks. An entry is named by
the hash of everything that it was made from, so no entry is ever out of date. A user's or a vendor's files are never
copied there. Without a cache folder, or with a broken entry, all work is done as at the first start, which takes
1.4 times as long.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

_LAYOUT = 1  # one more when the reader makes something else of the same bytes
_MAX_FILES = 64  # a checkout under work leaves one for each state of a fixture


def cached(raw: bytes, parse: Callable[[], Any]) -> Any:
    """Return the result of ``parse(raw)``, from the cache if it is there."""
    with suppress(LookupError):
        return recall(raw)
    value = parse()
    remember(raw, value)
    return value


def recall(raw: bytes) -> Any:
    """Return the value that is cached for ``raw``. Raises LookupError if there is none."""
    try:
        return orjson.loads(_file(raw).read_bytes())
    except (OSError, ValueError):
        raise LookupError from None


def remember(raw: bytes, value: Any) -> None:
    """Cache a value for the next start, if the cache can be written."""
    with suppress(OSError, TypeError):
        _keep(_file(raw), orjson.dumps(value))


def _file(raw: bytes) -> Path:
    """The file of an entry. Raises FileNotFoundError if no home folder is known:

    no ``HOME``, and no such system user.
    """
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if not os.path.isabs(folder):
        raise FileNotFoundError(folder)
    return Path(folder) / "sophiie-mock" / f"{hashlib.sha256(raw).hexdigest()}.{_LAYOUT}.json"


def _keep(file: Path, text: bytes) -> None:
    """Write an entry whole or not at all, for another start may read it at this moment."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    others = list(file.parent.glob("*.json"))
    for other in others if len(others) >= _MAX_FILES else ():
        other.unlink(missing_ok=True)
    partial = file.with_suffix(f".{os.getpid()}")
    partial.write_bytes(text)
    partial.replace(file)
