"""A small part of what ``replays.py`` measures: a replay says of each finding what is true of the mock it asks."""

import power
import pytest
import replays
from resetting import reset
from searches import about
from wrapper import Defects

from contracts.replay.replay import ReplayStatus
from contracts.spec.document import Contract
from contracts.transport.target import Target

pytestmark = [pytest.mark.xdist_group("commands"), pytest.mark.slow]


def anew(target: Target, contract: Contract) -> None:
    """As if the mock were started again."""
    reset(target)


@pytest.mark.parametrize(
    "name",
    [
        "delete_does_nothing",  # what the first run made is in the way of the second
        "deleted_is_still_listed",  # one run finds what another one left
        "foreign_members_are_listed",
        "delivered_twice",
    ],
)
def test_a_replay_tells_what_is_broken_from_what_is_mended(
    name: str, target: Target, defects: Defects, contract: Contract
) -> None:
    mutant = power.BY_NAME[name]
    anew(target, contract)
    defects.change(mutant)
    report = replays.report(target, mutant, about(mutant))
    assert replays.wrong(target, report, ReplayStatus.MENDED), "nothing was found, so nothing is shown"
    assert replays.wrong(target, report, ReplayStatus.BROKEN) == []
    anew(target, contract)
    defects.change(mutant)
    assert replays.wrong(target, report, ReplayStatus.BROKEN) == []
    anew(target, contract)
    defects.change()
    assert replays.wrong(target, report, ReplayStatus.MENDED) == []
