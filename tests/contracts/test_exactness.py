"""What is written is kept exactly: the awkward bodies, the first difference, and who is blamed for it."""

import tracemalloc
from collections.abc import Sequence
from typing import Any, cast

import pytest

from contracts.rules.first_difference import Difference, first_difference
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.written_views import Written, appearances, noun_of
from contracts.spec.awkward_values import ROUNDS, AwkwardBodies, _extreme
from contracts.spec.business_rules import UNIQUE
from contracts.spec.document import Contract, load
from contracts.spec.samples import Sampler
from contracts.transport.exchange import Exchange

CONTRACT: Contract = load()
WRITES = [operation for operation in CONTRACT.operations.values() if operation.body is not None]


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.key)
def test_every_round_is_valid_and_unique_where_it_must_be(operation: Any) -> None:
    unique = UNIQUE.get(operation.key.partition(" ")[2], ())
    made = AwkwardBodies(Sampler(), operation, unique)
    bodies = [made.body(turn) for turn in range(ROUNDS)]
    assert all(operation.document.validator(operation.body).is_valid(body) for body in bodies)
    for name in unique:
        assert len({body[name] for body in bodies}) == ROUNDS


def test_texts_three_objects_deep_are_awkward_as_well() -> None:
    made = AwkwardBodies(Sampler(), CONTRACT.operations["POST /v1/scenarios"], ("name",))
    questions = [question for turn in range(ROUNDS) for question in made.body(turn).get("questions", ())]
    options = [option for question in questions for option in question["answerOptions"]]
    texts = [follow_up["question"] for option in options for follow_up in option["followUps"]]
    for kind in ("e\u0301", "\r\n", "\U0001f600", "\u200b", "\u202e", "\0"):
        assert any(kind in text for text in texts)
    assert max(len(option["followUps"]) for option in options) == 2


def test_the_longest_text_takes_no_more_memory_than_it_has_characters() -> None:
    tracemalloc.start()
    longest = _extreme({"maxLength": 100_000}, 0, 1, unique=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(longest) == 100_000
    assert peak < 3_000_000


def test_every_free_text_meets_every_kind_of_letters() -> None:
    operation = CONTRACT.operations["POST /v1/policies"]
    made = AwkwardBodies(Sampler(), operation)
    bodies = [made.body(turn) for turn in range(ROUNDS)]
    for name in ("title", "content"):
        texts = [body[name] for body in bodies]
        for letters in ("\r\n", "\u0301", "\U0001f600", "\u200b", "\u202e", "\u0000", "  ", "\t", "&amp;", "%20"):
            assert any(letters in text for text in texts), ascii(letters)
        assert "null" in texts
        assert any(text.startswith(" ") and text.endswith(" ") for text in texts)
        assert {255, 20_000} & {len(text) for text in texts}


@pytest.mark.parametrize(
    ("sent", "got", "due"),
    [
        ({"a": "b"}, {"a": "b", "c": 1}, None),
        (1, 1.0, None),
        ("a ", "a", Difference("", "'a '", "'a'")),
        (True, 1, Difference("", "True", "1")),
        ("0042", 42, Difference("", "'0042'", "42")),
        ({"a": [{"b": "x"}, {"b": "y"}]}, {"a": [{"b": "x"}, {"b": "z"}]}, Difference("/a/*/b", "'y'", "'z'")),
        ([1], [1, 1], Difference("", "[1]", "[1, 1]")),
        ({"a": 1}, {}, Difference("/a", "1", "None")),
        (
            "x" * 90 + "y",
            "x" * 90,
            Difference("", f"'{'x' * 24}y' at letter 91 of 91", f"'{'x' * 24}' at letter 91 of 90"),
        ),
    ],
)
def test_the_first_difference_is_named(sent: Any, got: Any, due: Difference | None) -> None:
    assert first_difference(sent, got) == due


class Blamed:
    """In place of a client: remembers whom a scenario accuses."""

    def __init__(self) -> None:
        self.operations: list[str] = []

    def broken(self, rule: Any, operation: Any, *evidence: Any, **words: str) -> None:
        self.operations.append(operation.key)


WRITE, LIST, ITEM = (CONTRACT.operations[key] for key in ("POST /v1/leads", "GET /v1/leads", "GET /v1/leads/{}"))
RECENT = CONTRACT.operations["GET /api/webhooks/zapier/leads"]
ANSWER = Exchange("GET", "http://x", {}, b"", 200, {}, b"")
RIGHT, WRONG = {"lastName": "B "}, {"lastName": "B"}


@pytest.mark.parametrize(
    ("views", "due"),
    [
        ([(LIST, RIGHT), (ITEM, RIGHT), (RECENT, RIGHT)], []),
        ([(LIST, RIGHT), (ITEM, WRONG)], [ITEM.key]),
        ([(LIST, WRONG), (ITEM, WRONG)], [WRITE.key]),
        ([(LIST, WRONG)], [WRITE.key, LIST.key]),
        ([(LIST, RIGHT), (ITEM, RIGHT), (RECENT, WRONG)], [RECENT.key]),
        ([(LIST, WRONG), (ITEM, WRONG), (RECENT, WRONG)], [WRITE.key]),
    ],
)
def test_who_shows_another_text_is_blamed(views: Sequence[tuple[Any, Any]], due: list[str]) -> None:
    client, one = Blamed(), Written(WRITE, RIGHT, ANSWER, {"id": "ld_a"})
    for view, shown in views:
        one.compare(view, shown, ANSWER, own=view is not RECENT)
    one.judge(cast(ScenarioClient, client))
    assert client.operations == due


def test_an_answer_that_is_another_text_is_the_writes_fault() -> None:
    client = Blamed()
    assert not Written(WRITE, RIGHT, ANSWER, {"id": "ld_a", **WRONG}).judge_answer(cast(ScenarioClient, client))
    assert client.operations == [WRITE.key]


def test_a_record_is_found_wherever_an_answer_shows_it() -> None:
    answer = {
        "items": [{"originalId": "ld_a", "x": 1}, {"leadId": "ld_a", "leadDetails": {"x": 2}, "lead": {"id": "ld_a"}}]
    }
    assert list(appearances(answer, "ld_a", "lead")) == [{"originalId": "ld_a", "x": 1}, {"x": 2}, {"id": "ld_a"}]
    assert [noun_of(path) for path in ("/v1/leads", "/v1/policies")] == ["lead", "policy"]
