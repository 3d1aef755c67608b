"""Stores a published document, with its source, its date and its hash in a file beside it.

A document that somebody has changed by hand is never overwritten.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contracts.changes.versions import version_of
from contracts.errors import CannotRun
from contracts.spec.text_file import content
from contracts.transport.document_fetch import checked_url, fetch_document
from mock_server.errors import SpecError
from mock_server.support.bounded_files import MAX_BYTES, read_bytes

PUBLISHED = "https://api.sophiie.ai/openapi"
SIDE_SUFFIX = ".source.json"
_REMEDY = "give the URL or the file of an OpenAPI document"
_MAX_SIDE_BYTES = 64 * 1024


class Outcome(StrEnum):
    """The result of a pull."""

    FIRST = "first"
    UNCHANGED = "unchanged"
    CHANGED = "changed"


@dataclass(frozen=True)
class Pull:
    """One pull: its result, the file that has the document, and the hashes before and after."""

    outcome: Outcome
    file: Path
    source: str
    sha256: str
    before: str = ""

    @property
    def short_hash(self) -> str:
        """The first digits of the hash, enough to tell two documents apart by eye."""
        return self.sha256[:12]

    def to_dict(self) -> dict[str, Any]:
        """The pull as plain data."""
        return {
            "outcome": self.outcome.value,
            "file": str(self.file),
            "source": self.source,
            "sha256": self.sha256,
            "before": self.before or None,
        }


def pull(source: str, output: str = "") -> Pull:
    """Fetch or read a document, check that it is one, and store it. Raises CannotRun, and then stores nothing."""
    from_web = "://" in source
    url = checked_url(source) if from_web else source
    raw = fetch_document(url) if from_web else content(source, MAX_BYTES, _REMEDY)
    shown = _without_query(url) if from_web else source
    is_json = raw.lstrip()[:1] == b"{"
    file = Path(output or f"sophiie-openapi.{'json' if is_json else 'yaml'}")
    if file.suffix == ".json" and not is_json:
        raise CannotRun(f"{shown} is no JSON, and {file} should be", "name a file that ends in .yaml")
    _check(raw, shown)
    return _stored(file, raw, shown)


def _check(raw: bytes, shown: str) -> None:
    try:
        version_of(read_bytes(raw, shown, SpecError, []), Path(shown))
    except SpecError as fault:
        raise CannotRun(str(fault)) from None


def _stored(file: Path, raw: bytes, source: str) -> Pull:
    """Write the document and its side file, if it is new and nobody has changed the old one."""
    digest = sha256(raw).hexdigest()
    there = sha256(content(file, MAX_BYTES, "remove it")).hexdigest() if file.exists() else ""
    side = Path(f"{file}{SIDE_SUFFIX}")
    if there and there != digest and there not in _pulled(side):
        raise CannotRun(
            f"{file} has changes that were not pulled, so it is not overwritten",
            "keep your corrections in an overlay (`serve --overlay`), or name another file with -o",
        )
    outcome = Outcome.UNCHANGED if there == digest else Outcome.CHANGED if there else Outcome.FIRST
    if outcome is not Outcome.UNCHANGED or not side.exists():
        moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        noted = {"source": source, "pulled": moment, "sha256": digest, "before": there or None}
        # The side file comes first: it has both hashes, so a stop in between leaves nothing that looks changed by hand.
        _written(side, (json.dumps(noted, indent=2) + "\n").encode())
        _written(file, raw)
    return Pull(outcome, file, source, digest, there)


def _pulled(side: Path) -> tuple[str, ...]:
    """The hashes that pulls have stored; none if no pull has, or its note cannot be read."""
    try:
        noted = json.loads(content(side, _MAX_SIDE_BYTES, ""))
    except (CannotRun, ValueError, RecursionError):
        return ()
    values = [noted.get("sha256"), noted.get("before")] if isinstance(noted, dict) else []
    return tuple(value for value in values if isinstance(value, str))


def _written(file: Path, raw: bytes) -> None:
    """Write a file as a whole or not at all. Raises CannotRun."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(raw)
        beside.replace(file)
    except OSError as fault:
        beside.unlink(missing_ok=True)
        raise CannotRun(f"{file}: {fault.strerror or fault}", "name a file in a folder that you may write") from None


def _without_query(url: str) -> str:
    """The URL without its query, which may hold a key."""
    return urlsplit(url)._replace(query="").geturl()
