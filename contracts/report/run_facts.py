"""Facts that a report states about itself: its time, the documents, the versions, and the rules that were checked."""

import os
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from contracts.run.outcome import RunResult
from contracts.spec.document import Document
from mock_server import __version__
from mock_server.config import paths

_SHORT = 12
"""Letters of a digest in a line for people."""


@cache
def versions() -> Mapping[str, str]:
    """The versions of the suite and of the generator."""
    try:
        engine = version("schemathesis")
    except PackageNotFoundError:
        engine = "unknown"
    return {"sophiie-mock": __version__, "schemathesis": engine}


def to_dict(outcome: RunResult) -> dict[str, Any]:
    """Facts about the run for the JSON report: start, versions, documents, rules that were and were not checked."""
    return {
        "started": outcome.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "versions": dict(versions()),
        "documents": [_document(document) for document in outcome.coverage.contract.documents],
        "rules": {
            "checked": [rule for rule, reason in outcome.rules.items() if not reason],
            "notChecked": {rule: reason for rule, reason in outcome.rules.items() if reason},
        },
    }


def _document(document: Document) -> dict[str, str]:
    info = document.raw.get("info")
    info = info if isinstance(info, Mapping) else {}
    return {
        "name": document.name,
        "title": str(info.get("title", "")),
        "version": str(info.get("version", "")),
        "file": path_of(document),
        "sha256": document.digest,
    }


def path_of(document: Document) -> str:
    """The path of a document in its repository, so that other people find it there.

    A built-in document has its path in this project. A document that is in no repository and not below the current
    folder has only its name.
    """
    if document.file is None:
        return document.name
    file = Path(os.path.abspath(document.file))  # without `..`, and with the names that the user has for folders
    if paths.is_ours(document.file):
        return f"openapi/{file.name}"
    for folder in file.parents:
        if (folder / ".git").exists() or folder == Path.cwd():
            return file.relative_to(folder).as_posix()
    return file.name


def lines(facts: Mapping[str, Any]) -> list[str]:
    """Write the time, the versions and the documents for a person, one line each."""
    described = [
        f"{facts['started']} · " + " · ".join(f"{name} {number}" for name, number in facts["versions"].items())
    ]
    for one in facts["documents"]:
        digest = f", SHA-256 {one['sha256'][:_SHORT]}…" if one["sha256"] else ""
        described.append(f"{one['title'] or one['name']} {one['version']}".strip() + f" ({one['file']}{digest})")
    return described


def reasons(facts: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """Group the rules that were not checked by the reason."""
    found: dict[str, list[str]] = {}
    for rule, reason in facts["rules"]["notChecked"].items():
        found.setdefault(reason, []).append(rule)
    return found
