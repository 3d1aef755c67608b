"""Bent signatures are wrong in the one way that a careless verifier does not see."""

import base64

from mock_server.stubbing import delivery_faults as faults
from mock_server.webhooks.altered_signatures import HEADER, alter
from mock_server.webhooks.signatures import derived_secret, headers

GOOD = headers([derived_secret(1, "w", 0)], "evt_1", 1, b"{}")


def _bent(fault: str) -> str:
    bent = alter(GOOD, fault)
    assert bent | {HEADER: GOOD[HEADER]} == GOOD
    return bent[HEADER]


def test_an_altered_signature_differs_at_its_end_alone() -> None:
    for number in range(50):
        good = headers([derived_secret(number, "w", 0)], "evt_1", 1, b"{}")
        bent = alter(good, faults.ALTERED_SIGNATURE)[HEADER]
        assert bent[:38] == good[HEADER][:38]
        right, wrong = (base64.b64decode(text.partition(",")[2], validate=True) for text in (good[HEADER], bent))
        assert len(wrong) == 32
        assert wrong != right


def test_a_cut_signature_is_the_start_of_the_good_one() -> None:
    assert GOOD[HEADER].startswith(_bent(faults.CUT_SIGNATURE))
    assert len(_bent(faults.CUT_SIGNATURE)) == len("v1,") + 8


def test_an_unreadable_signature_has_no_signature_of_v1() -> None:
    unknown, nonsense = _bent(faults.UNREADABLE_SIGNATURE).split()
    assert (unknown[:3], nonsense) == ("v0,", "v1,%%%")


def test_an_empty_signature_leaves_its_header() -> None:
    assert _bent(faults.EMPTY_SIGNATURE) == ""
