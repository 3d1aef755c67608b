"""The URL of a database: recognized by its scheme, and never one with a password."""

import pytest
from messages import assert_message

from mock_server.config.settings import Settings
from mock_server.errors import SettingsError, StateError
from mock_server.server import open_log
from mock_server.support.postgres_url import is_postgres_url, state_place


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://mock:s3cret@db/mock",
        "postgres://mock:s3cret@db/mock",
        "postgresql://mock:s3c%40ret@db/mock",
        "postgresql://mock:s3/cret@db/mock",
        "postgresql://mock%3As3cret@db/mock",
        "postgresql://mock@db/mock?password=s3cret",
        "postgresql://mock@db/mock?sslmode=require&pass%77ord=s3cret",
        "postgresql://mock@db/mock?sslpassword=s3cret",
    ],
)
def test_a_url_with_a_password_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(state=url)
    assert_message(caught.value, "URL with a password")
    assert "s3" not in str(caught.value)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    "place",
    [
        "",
        "dev.sqlite",
        "C:/dev.db",
        "postgres:///x%40",
        "postgresql://mock@db:5432/mock?sslmode=require",
        "postgres:///x",
        "postgresql://h:5432/x",
    ],
)
def test_another_place_is_taken_as_it_is(place: str) -> None:
    assert state_place(place) == place


@pytest.mark.parametrize(
    "url", ["mysql://mock:s3cret@db/mock", "POSTGRESQL://db/mock", "postgresql:mock", "postgres:/mock", "file:///x"]
)
def test_the_url_of_something_else_is_no_file(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(state=url)
    assert_message(caught.value, "URL of something else", URL=url)
    assert "s3cret" not in str(caught.value)


def test_only_the_scheme_tells_a_database_from_a_file() -> None:
    assert is_postgres_url("postgresql://localhost/x")
    assert is_postgres_url("postgres:///x")
    assert not is_postgres_url("postgresql.db")
    assert not is_postgres_url("./postgres://x")


def test_a_server_without_its_database_says_what_to_do() -> None:
    with pytest.raises(StateError) as refused:
        open_log(Settings(state="postgresql://mock@127.0.0.1:1/mock"))
    assert_message(refused.value.problems[0].remedy, "remedy for a database that is not reached")
