"""A connection to PostgreSQL for the tables of a log. It gives up after some seconds instead of waiting for ever."""

import logging
import os
import selectors
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8BinaryDumper
from psycopg.types.string import StrDumper, TextBinaryLoader, TextLoader

from mock_server.errors import Problem, StateError
from mock_server.store.postgres_errors import described

OLDEST = 14
"""The oldest major version of PostgreSQL that is served."""
_GIVE_UP = {  # the same option in the user's URL wins
    "application_name": "sophiie-mock",
    "connect_timeout": "3",  # seconds
    "tcp_user_timeout": "3000",  # milliseconds
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "2",
}
IDLE_SECONDS = 2.0
"""How long a transaction may wait for its client. A server that was paused in the middle of one must not keep others
away for longer than its lease."""
# An answer promises that a change is durable, so commits must be flushed even if the database's default says otherwise.
_SESSION = f"""
SELECT set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS * 1000:.0f}ms', false),
    set_config('lock_timeout', '3s', false),
    set_config('statement_timeout', '60s', false), set_config('client_encoding', 'UTF8', false),
    CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END
"""


class _EscapingDumper(StrDumper):
    """Writes a text that may contain NUL, a character that PostgreSQL cannot store."""

    def dump(self, obj: str) -> Any:
        """Escape each NUL with U+0001; U+0001 itself is escaped as well."""
        return super().dump(obj.replace("\x01", "\x011").replace("\x00", "\x010"))


def _unescaped(text: str | bytes) -> str | bytes:
    if isinstance(text, bytes) or "\x01" not in text:
        return text
    return text.replace("\x010", "\x00").replace("\x011", "\x01")


class _TextLoader(TextLoader):
    def load(self, data: Any) -> str | bytes:
        return _unescaped(super().load(data))


class _BinaryTextLoader(TextBinaryLoader):
    def load(self, data: Any) -> str | bytes:
        return _unescaped(super().load(data))


class PostgresConnection:
    """Runs statements; `?` stands for a value. Raises psycopg.Error, which ``explained`` turns into a StateError."""

    def __init__(self, url: str) -> None:
        self.raw = psycopg.connect(url, autocommit=True, **_defaults(url))
        _adapt(self.raw.adapters)
        try:
            self.raw.execute(_SESSION)
        except BaseException:
            self.raw.close()
            raise

    def execute(self, statement: str, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """Run one statement."""
        return self.raw.execute(statement.replace("?", "%s").encode(), values, binary=True)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once for each row."""
        self.raw.cursor().executemany(statement.replace("?", "%s").encode(), rows)

    def script(self, statements: str) -> None:
        """Run several statements that have no values."""
        self.raw.execute(statements.encode())

    @property
    def is_open(self) -> bool:
        """False once it is known that the database has closed the connection."""
        return not self.raw.closed

    def is_usable(self) -> bool:
        """Check an idle connection: if there is something to read on it, the database is closing it."""
        if not self.is_open:
            return False
        with selectors.DefaultSelector() as looking:  # `select` itself knows only the first 1,024 files of a process
            looking.register(self.raw, selectors.EVENT_READ)
            return not looking.select(0)

    def cut(self) -> None:
        """End the connection from another thread: a statement that waits for its answer fails at once."""
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self.raw.fileno())) as twin:
            twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection, also in the middle of a transaction."""
        self.raw.close()


def opened(url: str) -> PostgresConnection:
    """Open a connection to a database that fulfils our conditions. Raises StateError."""
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # our own errors say the same as its warnings
    with explained(url):
        made = PostgresConnection(url)
        try:
            _check(url, made)
        except BaseException:
            made.close()
            raise
        return made


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn an error of psycopg into a StateError with the cause and the remedy."""
    try:
        yield
    except psycopg.Error as fault:
        raise StateError(described(url, fault)) from None


def _check(url: str, made: PostgresConnection) -> None:
    version = made.raw.info.server_version // 10_000
    if version < OLDEST:
        what = f"PostgreSQL {version}, and {OLDEST} is the oldest that is served"
        raise StateError(Problem(url, what, "give a newer server"))
    ((encoding, schema),) = made.execute("SELECT current_setting('server_encoding'), current_schema()")
    if encoding != "UTF8":
        what = f"a database in the encoding {encoding}, which has not every character"
        raise StateError(Problem(url, what, "make one with `createdb --encoding UTF8 --template template0 NAME`"))
    if schema is None:
        raise StateError(Problem(url, "no schema of its search_path is there", "make it with CREATE SCHEMA"))


def _defaults(url: str) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    return {name: value for name, value in _GIVE_UP.items() if name not in given}


def _adapt(adapters: AdaptersMap) -> None:
    """Send all numbers in one size, because each size would be a statement of its own for the database."""
    adapters.register_dumper(int, Int8BinaryDumper)
    adapters.register_dumper(str, _EscapingDumper)
    adapters.register_loader("text", _TextLoader)
    adapters.register_loader("text", _BinaryTextLoader)
