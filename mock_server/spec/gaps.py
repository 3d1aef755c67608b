"""The ledger of gaps: open questions about the contract, our choices, and how to switch one.

A choice is switched by patching the document (RFC 6902), because the server takes its behaviour from the document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from mock_server.config.paths import is_ours
from mock_server.errors import Problem, SettingsError, SpecError
from mock_server.spec.json_patch import Patch
from mock_server.support.bounded_files import read_file


@dataclass(frozen=True)
class Gap:
    """One open question about the vendor's API. ``switch`` maps other choices to patches of the documents."""

    id: str
    unknown: str
    choice: str
    evidence: str
    alternatives: Sequence[str]
    where: Sequence[str]
    switch: Mapping[str, Sequence[Patch]] = field(default_factory=dict)

    @property
    def switchable(self) -> bool:
        """True when another choice can be made."""
        return bool(self.switch)


def load_gaps(path: Path) -> list[Gap]:
    """Load the ledger in its order. Raises SpecError for an entry without a field, and for a file that is no ledger."""
    ledger = read_file(path, SpecError, ours=is_ours(path))
    entries = ledger.get("gaps") if isinstance(ledger, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SpecError(Problem(f"{path}#/gaps", "no list of gaps", "list them below `gaps`"))
    gaps = []
    for index, entry in enumerate(entries):
        try:
            gaps.append(
                Gap(
                    id=entry["id"],
                    unknown=entry["unknown"],
                    choice=str(entry["choice"]),
                    evidence=entry["evidence"],
                    alternatives=[str(value) for value in entry["alternatives"]],
                    where=entry.get("where", []),
                    switch={str(value): patch for value, patch in (entry.get("switch") or {}).items()},
                )
            )
        except KeyError as missing:
            raise SpecError(Problem(f"{path}#/gaps/{index}", f"lacks {missing}", "add it")) from None
    return gaps


def assume(gaps: Sequence[Gap], assumptions: Sequence[str]) -> dict[str, list[Patch]]:
    """Read assumptions written ``id=value`` as patches by document name (``v1``, ``zapier``).

    Raises SettingsError for an unknown id, a value that is no alternative, and a gap that cannot be switched.
    """
    by_id = {gap.id: gap for gap in gaps}
    patches: dict[str, list[Patch]] = {}
    for assumption in assumptions:
        name, _, value = assumption.partition("=")
        gap = by_id.get(name)
        if gap is None:
            near = get_close_matches(name, by_id, 1)
            remedy = f"did you mean `{near[0]}`?" if near else "`sophiie-mock spec gaps` lists them"
            raise SettingsError(Problem("--assume", f"no gap `{name}`", remedy))
        if value == gap.choice:
            continue
        if value not in gap.switch:
            choices = ", ".join([gap.choice, *gap.switch])
            what = f"`{value}` is no choice for `{name}`" if gap.switch else f"`{name}` cannot be switched"
            raise SettingsError(Problem("--assume", what, f"choices: {choices}"))
        for patch in gap.switch[value]:
            patches.setdefault(str(patch["document"]), []).append(patch)
    return patches
