"""What our own YAML files hold, kept as JSON in the user's cache folder: a start reads it ten times as fast.

Files are named by the hash of what was parsed, so nothing in there is ever out of date. Only the files that came with
the program are kept: what is a user's, or a vendor's, is not copied anywhere. Without a cache folder, or with a
broken file in it, the YAML is parsed as at the first start.
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


def kept(raw: bytes, parse: Callable[[], Any]) -> Any:
    """What ``parse`` makes of ``raw``, from the cache when it is there."""
    folder = _folder()
    file = folder / f"{hashlib.sha256(raw).hexdigest()}.{_LAYOUT}.json"
    with suppress(OSError, ValueError):
        return orjson.loads(file.read_bytes())
    value = parse()
    with suppress(OSError, TypeError):
        _keep(file, orjson.dumps(value))
    return value


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "sophiie-mock"


def _keep(file: Path, text: bytes) -> None:
    """Whole or not at all: another start may read it at this moment."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    others = list(file.parent.glob("*.json"))
    for other in others if len(others) >= _MOST else ():
        other.unlink(missing_ok=True)
    partial = file.with_suffix(f".{os.getpid()}")
    partial.write_bytes(text)
    partial.replace(file)
