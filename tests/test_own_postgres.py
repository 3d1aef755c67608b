"""The PostgreSQL of the tests is a real one, and each test has a place of its own in it."""

import psycopg
from postgres import Postgres


def tables(url: str) -> list[str]:
    with psycopg.connect(url) as db:
        return [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]


def test_a_test_has_a_schema_of_its_own(postgres_server: Postgres, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as db:
        db.execute("CREATE TABLE mine (number int)")
    assert tables(postgres_url) == ["mine"]
    with postgres_server.schema("another") as url:
        assert tables(url) == []
    assert postgres_server.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'another'") == []


def test_it_is_as_new_as_the_documentation_asks_for(postgres_server: Postgres) -> None:
    ((version,),) = postgres_server.execute("SHOW server_version_num")
    assert int(version) >= 140_000
