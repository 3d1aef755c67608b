from dataclasses import Field, fields
from typing import Any

import pytest
from messages import assert_message

from mock_server.config.settings import Settings, flag, table, typed, variable
from mock_server.errors import SettingsError


@pytest.mark.parametrize("item", table(), ids=lambda item: item.name)
def test_every_setting_says_what_it_is_for(item: Field[Any]) -> None:
    assert item.metadata["help"].endswith((".", ".)"))


@pytest.mark.parametrize("item", table(), ids=lambda item: item.name)
def test_every_default_is_a_value_of_its_setting(item: Field[Any]) -> None:
    assert typed(item, item.default) == item.default


def test_a_setting_has_one_flag_and_one_variable() -> None:
    assert flag("rate_limit") == "--rate-limit"
    assert variable("rate_limit") == "SOPHIIE_MOCK_RATE_LIMIT"
    shorts = [item.metadata["short"] for item in table() if item.metadata["short"]]
    assert len(set(shorts)) == len(shorts)


def test_settings_hold_no_secret_so_that_they_can_be_shown() -> None:
    files = [item.name for item in fields(Settings) if item.metadata["metavar"] == "FILE"]
    named = [item.name for item in fields(Settings) if {"key", "token", "secret"} & set(item.name.split("_"))]

    assert set(named) <= set(files)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.1.20", False),
        ("127.evil.example", False),
        ("localhost.evil.example", False),
    ],
)
def test_only_this_machines_own_addresses_count_as_loopback(host: str, loopback: bool) -> None:
    assert Settings(host=host).loopback is loopback


@pytest.mark.parametrize(("written", "limit"), [("observe", 60), ("off", 0), ("1", 1), ("60", 60), ("12345", 12345)])
def test_a_rate_limit_is_a_number_or_a_word(written: str, limit: int) -> None:
    assert Settings(rate_limit=written).limit == limit


@pytest.mark.parametrize("written", ["0", "-1", "²", "٣", "", "1e3", "60/m", "9" * 5000, "Observe"])
def test_what_is_no_rate_limit_is_refused(written: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings(rate_limit=written)
    assert_message(str(refused.value).partition(" is neither ")[2], "no rate limit")


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"port": 65536}, ["--port"]),
        ({"port": -1}, ["--port"]),
        ({"port": True}, ["--port"]),
        ({"journal_size": -1, "max_body": -1}, ["--max-body", "--journal-size"]),
        ({"log_format": "xml"}, ["--log-format"]),
        ({"state": "a\0b"}, ["--state"]),
        ({"mock_headers": "maybe"}, ["--mock-headers"]),
        ({"assume": 5}, ["--assume"]),
    ],
)
def test_settings_that_cannot_be_used_cannot_be_made(values: dict[str, Any], names: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(**values)
    assert [problem.where for problem in caught.value.problems] == names
