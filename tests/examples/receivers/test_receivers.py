"""A sound receiver keeps every rule; one with a planted weakness breaks the rule that is about it."""

from collections.abc import Iterator
from typing import Any

import pytest
from business import WEAKNESSES, Receiver
from kill_matrix import BREAKS
from plain_server import serving

from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.testing import Sophiie, workspace

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def signing() -> Iterator[MockServer]:
    """A server that signs, and tries again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOPHIIE_MOCK_WEBHOOK_SECRET", SECRET)
        with MockServer(Settings(port=0, quiet=True, sign="standard", retries="standard", rate_limit="off")) as server:
            yield server


@pytest.fixture
def mine(signing: MockServer) -> Iterator[Sophiie]:
    with workspace(signing.url, world="small") as made:
        yield made


def check(sophiie: Sophiie, weakness: str = "", **options: Any) -> Any:
    """Check the receiver with this weakness."""
    receiver = Receiver(sophiie.url, sophiie.api_key, sophiie.webhooks.secret, weakness)
    with serving(receiver) as url:
        return sophiie.receiver.check(f"{url}/hook", probe=f"{url}/people/{{lead}}", **options)


@pytest.mark.slow
def test_one_rule_is_judged_for_the_sound_and_the_weak(mine: Sophiie) -> None:
    result = check(mine, only=["verifies-time"])
    assert (result.exit_code, len(result.not_judged)) == (0, 9)

    with pytest.raises(AssertionError, match="a good signature that is twenty minutes old"):
        check(mine, "takes-old", only=["verifies-time"])
    assert mine.webhooks.faults.all() == []


def test_without_a_visible_effect_nothing_is_proved(mine: Sophiie) -> None:
    with (
        serving(Receiver(mine.url, "", mine.webhooks.secret)) as url,
        pytest.raises(AssertionError, match="answer 503"),
    ):
        mine.receiver.check(f"{url}/hook", only=["acknowledges-fast"])


def test_what_is_wrong_with_a_check_is_said_without_a_traceback(
    mine: Sophiie, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, why in (
        (["http://127.0.0.1:1/", "--url", mine.url, "--only", "nothing"], "there is no rule `nothing` of receivers"),
        (["http://127.0.0.1:1/", "--url", mine.url, "-q"], "connection refused"),
        (["http://127.0.0.1:1/?token=mine-alone", "--url", mine.url, "-q"], "token=***: connection refused"),
        (["http://me:mine@127.0.0.1:1/", "--url", mine.url], "no user information and no fragment"),
        (["http://127.0.0.1:1/", "--url", "http://127.0.0.1:1"], "http://127.0.0.1:1"),
        (["http://127.0.0.1:1/", "--url", mine.url, "--secret-file", "x"], "signs with its own secret"),
        (["http://127.0.0.1:1/", "--report", "pdf=x"], "no kind `pdf`"),
        (["not a url", "--url", mine.url], "no http or https URL of a receiver"),
    ):
        assert main(["receiver-check", *arguments]) == 2, arguments
        assert why in capsys.readouterr().err


@pytest.mark.slow
def test_the_sound_receiver_keeps_every_rule(mine: Sophiie) -> None:
    assert check(mine).verdict == "10 of 10 rules judged, all kept"


def test_every_weakness_breaks_a_rule() -> None:
    assert sorted(WEAKNESSES) == sorted(BREAKS)


# One of each kind; `make receivers` tries them all, in three frameworks.
SOME = ("races", "notes-before-work", "takes-first-signature", "strict-fields", "last-write-wins", "drops-in-burst")


@pytest.mark.slow
@pytest.mark.parametrize("weakness", SOME)
def test_each_weakness_is_found(mine: Sophiie, weakness: str) -> None:
    with pytest.raises(AssertionError, match=f"FAIL {BREAKS[weakness]}"):
        check(mine, weakness, only=[BREAKS[weakness]])
