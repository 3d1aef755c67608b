"""Named tokens of the control plane, in a file that holds their hashes only: a file that leaks opens nothing.

A token has 24 random bytes, so a plain SHA-256 of it cannot be guessed backwards.
"""

import hashlib
import logging
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mock_server.errors import Problem, SettingsError
from mock_server.support.bounded_files import read_file
from mock_server.support.exact_json import write_json
from mock_server.support.text import short_repr

log = logging.getLogger("mock_server")

MAX_TOKENS = 1_000
MAX_QUOTA = 1_000_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OWN_NAME = "admin"
"""The name of the token that a variable gives, or that the server makes; no token of a file has it."""
_HASH = re.compile("[0-9a-f]{64}")
_REMEDY = "write it with `sophiie-mock admin-token`"


@dataclass(frozen=True)
class AdminToken:
    """One token: who has it, and how much that person may use. A quota of None is no limit.

    ``workspaces`` are those that it made and that are there; ``requests`` are control requests a minute.
    """

    name: str
    sha256: str
    made: str
    workspaces: int | None = None
    requests: int | None = None


def hash_of(token: bytes) -> str:
    """How a token is kept: it can be recognised, and not read back."""
    return hashlib.sha256(token).hexdigest()


def read_tokens(path: Path) -> Sequence[AdminToken]:
    """The tokens in a file. Raises SettingsError with the place of what is wrong."""
    kept = read_file(path, SettingsError)
    tokens = kept.get("tokens") if isinstance(kept, dict) else None
    if not isinstance(tokens, list) or len(tokens) > MAX_TOKENS:
        raise SettingsError(Problem(str(path), f"it must hold a list `tokens`, of at most {MAX_TOKENS:,}", _REMEDY))
    found = [_token(one, f"{path}: /tokens/{index}") for index, one in enumerate(tokens)]
    if len({token.name for token in found}) < len(found) or len({token.sha256 for token in found}) < len(found):
        raise SettingsError(Problem(str(path), "two tokens have one name, or one hash", _REMEDY))
    return found


def write_tokens(path: Path, tokens: Sequence[AdminToken]) -> None:
    """Replace the file as a whole; only its owner can read it. Raises SettingsError, also where another one writes."""
    partial = path.with_name(f"{path.name}.new")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(write_json({"tokens": [_kept(token) for token in tokens]}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except FileExistsError:
        what = "another command is writing the tokens, or was stopped while it did"
        raise SettingsError(Problem(str(partial), what, "try again, and remove this file if it stays")) from None
    except OSError as fault:
        raise SettingsError(Problem(str(path), fault.strerror or str(fault), "choose a writable folder")) from None


class AdminTokens:
    """The tokens of a running server: a file that has changed is read again, so a revoked token opens nothing at once.

    A file that cannot be read opens nothing, and the log says why.
    """

    def __init__(self, path: Path) -> None:
        """Raises SettingsError for a file that cannot be read."""
        self._path = path
        self._seen = _version(path)
        self._by_hash = {token.sha256: token for token in read_tokens(path)}

    def find(self, shown: bytes) -> AdminToken | None:
        """The token that a request shows; None for one that is no token, or not any more."""
        if (now := _version(self._path)) != self._seen:
            self._seen = now
            try:
                self._by_hash = {token.sha256: token for token in read_tokens(self._path)}
            except SettingsError as fault:
                log.error("no token of the file opens the control plane: %s", fault)
                self._by_hash = {}
        return self._by_hash.get(hash_of(shown))


def _version(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _kept(token: AdminToken) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(token).items() if value is not None}


def _token(kept: Any, where: str) -> AdminToken:
    if not isinstance(kept, dict):
        raise SettingsError(Problem(where, "it is no object", _REMEDY))
    if unknown := kept.keys() - AdminToken.__dataclass_fields__.keys():
        raise SettingsError(Problem(where, f"{short_repr(min(map(str, unknown)))} is not known here", _REMEDY))
    for name, form in (("name", NAME), ("sha256", _HASH), ("made", re.compile(r"[0-9TZ:.-]{1,40}"))):
        if not isinstance(value := kept.get(name), str) or not form.fullmatch(value) or value == OWN_NAME:
            raise SettingsError(Problem(f"{where}/{name}", "it is not of the form that is asked for", _REMEDY))
    for name in ("workspaces", "requests"):
        value = kept.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_QUOTA):
            what = f"{short_repr(value)} is no whole number from 0 to {MAX_QUOTA:,}"
            raise SettingsError(Problem(f"{where}/{name}", what, _REMEDY))
    return AdminToken(**kept)
