"""The contract as an Overlay corrects it: the assumptions of its file first, then its actions."""

import copy
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from contracts.errors import CannotRun
from contracts.spec.document import Contract, Document, load
from mock_server.config import paths as data
from mock_server.errors import SpecError
from mock_server.support.bounded_files import read_file
from mock_server.support.json_pointer import split
from mock_server.support.overlay import Overlay, load_overlay, parse_overlay
from mock_server.support.readable_file import read_readable

Patch = Mapping[str, Any]


def load_overlaid(spec: str, overlay: str) -> Contract:
    """The documents of ``load`` with the Overlay in a file applied; without a file, just these. Raises CannotRun."""
    contract = load(spec)
    if not overlay:
        return contract
    try:
        found = load_overlay(overlay, SpecError)
    except SpecError as fault:
        raise CannotRun(str(fault)) from None
    digest = sha256(read_readable(Path(overlay))).hexdigest()
    return Contract([_overlaid(document, found, spec, digest) for document in contract.documents])


def corrected(contract: Contract, overlay: Mapping[str, Any]) -> Contract:
    """Our contract with an Overlay that is not in a file yet. Raises SpecError."""
    found = parse_overlay(overlay, "overlay", SpecError)
    return Contract([_overlaid(document, found, "", "") for document in contract.documents])


def _overlaid(document: Document, overlay: Overlay, spec: str, digest: str) -> Document:
    raw: Any = document.raw
    if overlay.assumptions and not spec:
        raw = copy.deepcopy(raw)
        for patch in _patches(overlay.assumptions):
            if patch["document"] == document.name:
                _apply(raw, patch)
    raw = overlay.applied(raw, "" if spec else document.name)
    mark = sha256(f"{document.digest} {digest}".encode()).hexdigest()
    return Document(document.name, raw, document.file, mark)


def _patches(assumptions: Sequence[str]) -> list[Patch]:
    """The patches of our ledger for ``id=choice``. Raises CannotRun for a choice that it does not have."""
    gaps = {gap["id"]: gap for gap in read_file(data.OPENAPI / "gaps.yaml", SpecError, ours=True)["gaps"]}
    found: list[Patch] = []
    for assumption in assumptions:
        name, _, choice = assumption.partition("=")
        gap = gaps.get(name, {})
        if choice != gap.get("choice") and choice not in gap.get("switch", {}):
            raise CannotRun(f"--overlay: no choice `{assumption}` in the ledger", "write the file again with `learn`")
        found += gap.get("switch", {}).get(choice, ())
    return found


def _apply(root: Any, patch: Patch) -> None:
    """One operation of RFC 6902 as the ledger writes them: add, remove, replace, move."""
    match patch["op"]:
        case "remove":
            _take(root, patch["path"])
        case "move":
            _put(root, patch["path"], _take(root, patch["from"]))
        case "replace":
            _take(root, patch["path"])
            _put(root, patch["path"], patch["value"])
        case _:
            _put(root, patch["path"], patch["value"])


def _holder(root: Any, pointer: str) -> tuple[Any, str]:
    *way, last = split(pointer)
    for step in way:
        root = root[int(step)] if isinstance(root, list) else root[step]
    return root, last


def _put(root: Any, pointer: str, value: Any) -> None:
    holder, key = _holder(root, pointer)
    if isinstance(holder, list):
        holder.insert(len(holder) if key == "-" else int(key), copy.deepcopy(value))
    else:
        holder[key] = copy.deepcopy(value)


def _take(root: Any, pointer: str) -> Any:
    holder, key = _holder(root, pointer)
    return holder.pop(int(key)) if isinstance(holder, list) else holder.pop(key)
