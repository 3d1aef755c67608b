"""What is wrong with a value, in words that say what would be right."""

from typing import Any

import pytest

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.errors import Problem
from mock_server.support.did_you_mean import did_you_mean

CONTRACT = load_contract(Settings())
SUBSCRIBE = "POST /api/webhooks/zapier/subscribe"
HOOK = {"hookUrl": "http://127.0.0.1/", "trigger": "LEAD_CREATED"}


def problems(key: str, value: Any) -> list[Problem]:
    body = CONTRACT.operations[key].body
    assert body is not None
    return body.problems(value)


@pytest.mark.parametrize(
    ("key", "value", "where", "words"),
    [
        ("POST /v1/leads", {}, "/firstName", "is missing"),
        ("PUT /v1/leads/{}", {"phone": "0400 000 000"}, "/phone", "E.164"),
        ("PUT /v1/leads/{}", {"email": "ana"}, "/email", "An e-mail address"),
        ("PUT /v1/leads/{}", {"email": 5}, "/email", "is not of type string or null"),
        (SUBSCRIBE, HOOK | {"trigger": "LEAD_CREATE"}, "/trigger", "one of LEAD_CREATED, LEAD_UPDATED, LEAD_DELETED"),
        (SUBSCRIBE, HOOK | {"hookUrl": "localhost:3000/x"}, "/hookUrl", "An http or https URL"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_would_be_right(key: str, value: Any, where: str, words: str) -> None:
    [problem] = problems(key, value)
    assert problem.where == where
    assert words in str(problem)


def test_a_name_that_is_like_none_is_not_guessed_at() -> None:
    assert did_you_mean("limt", ["limit", "page"]) == "; did you mean `limit`?"
    assert did_you_mean("colour", ["limit", "page"]) == ""
