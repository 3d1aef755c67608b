import pytest

from mock_server.behaviours.registry import behaviour, by_hand


def test_an_operation_has_one_behaviour() -> None:
    known = by_hand("POST /v1/sms")
    with pytest.raises(ValueError, match="POST /v1/sms"):
        behaviour("POST /v1/sms")(lambda call: call.documented())
    assert by_hand("POST /v1/sms") is known is not None
    assert by_hand("POST /v1/nothing") is None
