"""Names that were meant."""

import time

from mock_server.support.did_you_mean import nearest


def test_a_name_is_looked_for_among_so_many_that_nobody_waits() -> None:
    known = [f"value{number}" for number in range(60_000)]
    began = time.thread_time()
    assert nearest("value7x", known) == "value7"
    assert time.thread_time() - began < 0.1
