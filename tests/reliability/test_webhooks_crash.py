"""No owed webhook is lost, none is invented: the small size of ``webhooks_crash.py``, which says how."""

from pathlib import Path

import pytest
from webhooks_crash import STEPS, run


@pytest.mark.slow
def test_nothing_owed_is_lost_or_invented_wherever_the_server_is_killed(tmp_path: Path) -> None:
    verdict = run(tmp_path, changes=100, random_kills=1, kills_each_step=1)

    assert (verdict.lost, verdict.invented, verdict.changed) == (0, 0, 0)
    assert verdict.deaths == 1 + len(STEPS)
    assert verdict.changes >= 100
