"""``sophiie-mock.observed.yaml``: an OpenAPI Overlay with the assumptions that follow beside it, and no value."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from contracts.errors import CannotRun
from contracts.learn.behaviour_actions import behaviour_actions
from contracts.learn.contract_comparison import ContractComparison
from contracts.learn.difference import Difference, DifferenceKind
from contracts.learn.gap_answers import GapAnswer, Verdict, answer_gaps
from contracts.learn.gap_ledger import KnownGap
from contracts.learn.overlay_actions import Action, OverlayActions
from contracts.learn.recorded_shapes import recorded_shapes
from contracts.learn.unshared_schemas import contested, unshared
from contracts.shapes.exchanges import ShapeRecording
from contracts.spec.document import Contract
from contracts.spec.overlaid import corrected

_MAX_ROUNDS = 4
DEFAULT_FILE = "sophiie-mock.observed.yaml"
_HEAD = """\
# Written by `sophiie-mock learn` from recordings of the real API; it holds shapes and counts, and no value of them.
# `sophiie-mock serve --overlay FILE` and `check --overlay FILE` read it, and so does any tool that knows Overlays.
"""


@dataclass(frozen=True)
class Learned:
    """Everything that recordings say of the contract."""

    answers: Sequence[GapAnswer]
    differences: Sequence[Difference]
    actions: Sequence[Action]
    exchanges: int

    @property
    def assumptions(self) -> list[str]:
        """The choices of the ledger that the recordings show to be other ones."""
        return [answer.assumption for answer in self.answers if answer.assumption]

    def to_overlay(self) -> dict[str, Any]:
        """The Overlay document, with extensions for what no Overlay can say."""
        known = [answer.to_dict() for answer in self.answers if answer.verdict is not Verdict.OPEN]
        others = [one.describe() for one in self.differences if not self._has_action(one)]
        return {
            "overlay": "1.0.0",
            "info": {"title": "Observed on the real API", "version": self._last()},
            "x-assumptions": self.assumptions,
            "x-gaps": known,
            "x-not-in-a-document": others,
            "actions": list(self.actions),
        }

    def _has_action(self, one: Difference) -> bool:
        start = f"{one.operation} {one.status}"
        text = f"{start} {one.mismatch.pointer}:" if one.mismatch.steps else f"{start}:"
        return any(str(action["description"]).startswith(text) for action in self.actions)

    def _last(self) -> str:
        days = [answer.last for answer in self.answers if answer.last]
        days += [one.last for one in self.differences]
        return max(days).isoformat() if days else "0"


def learn(contract: Contract, gaps: Sequence[KnownGap], recordings: Sequence[ShapeRecording]) -> Learned:
    """Ask recordings everything that they can answer."""
    comparison = ContractComparison(contract)
    comparison.add(recordings)
    answers = answer_gaps(gaps, recordings, comparison.agrees)
    settled = {key for answer in answers if answer.assumption and "status" in answer.gap.id
               for key in answer.gap.operations}  # fmt: skip
    differences = comparison.differences()
    assumptions = [answer.assumption for answer in answers if answer.assumption]
    actions = [
        *_corrections(contract, recordings, differences, settled, assumptions),
        *behaviour_actions(contract, recordings),
    ]
    for _ in range(_MAX_ROUNDS if actions or assumptions else 0):
        more = _more_actions(contract, recordings, assumptions, actions)
        if not more:
            break
        actions += more
    return Learned(answers, differences, actions, sum(len(recording.exchanges) for recording in recordings))


def _corrections(
    contract: Contract, recordings: Sequence[ShapeRecording], differences: Sequence[Difference], settled: set[str],
    assumptions: Sequence[str],
) -> list[Action]:  # fmt: skip
    """The actions for what a document says: statuses first, then schemas.

    An operation whose answers alone differ gets a schema of its own before that.
    """
    statuses = [one for one in differences if one.mismatch.kind is DifferenceKind.STATUS]
    actions = OverlayActions(contract, recordings).actions(statuses, settled)
    if actions or assumptions:
        contract = _with(contract, actions, assumptions)
        differences = _differences(contract, recordings)
    own = list(unshared(contract, contested(contract, recorded_shapes(recordings), differences)))
    better = _with(contract, own) if own else contract
    rest = [one for one in differences if one.mismatch.kind is not DifferenceKind.STATUS]
    return [*actions, *own, *OverlayActions(better, recordings).actions(rest)]


def _differences(contract: Contract, recordings: Sequence[ShapeRecording]) -> list[Difference]:
    comparison = ContractComparison(contract)
    comparison.add(recordings)
    return comparison.differences()


def _with(contract: Contract, actions: Sequence[Action], assumptions: Sequence[str] = ()) -> Contract:
    """The contract as these actions and choices correct it."""
    return corrected(contract, _plain({"overlay": "1.0.0", "actions": [*actions], "x-assumptions": [*assumptions]}))


def _plain(value: Any) -> Any:
    """A copy with plain texts, because names and words are of types of their own."""
    return json.loads(json.dumps(value))


def _more_actions(
    contract: Contract, recordings: Sequence[ShapeRecording], assumptions: Sequence[str], actions: Sequence[Action]
) -> list[Action]:
    """The actions that are still missing: a correction of a shared component may be wrong for another operation."""
    better = _with(contract, actions, assumptions)
    return OverlayActions(better, recordings, later=True).actions(_differences(better, recordings))


def save_observed(learned: Learned, path: Path) -> None:
    """Write the file. Raises CannotRun."""
    text = yaml.safe_dump(_plain(learned.to_overlay()), sort_keys=False, allow_unicode=True, width=110)
    try:
        path.write_text(_HEAD + text, "utf-8")
    except OSError as fault:
        raise CannotRun(
            f"{path}: {fault.strerror or fault}", "name a file that can be written: --output FILE"
        ) from None
