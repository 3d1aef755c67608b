"""Say what an error of PostgreSQL means, in words for the person who runs the server, with a remedy."""

import psycopg

from mock_server.errors import Problem
from mock_server.support.text import shorten

_PASSWORD = "check the user; the password comes from PGPASSWORD, or from the file that PGPASSFILE names"
_RUNNING = "see that it runs, and that host and port are right"
_MEANINGS = (  # the beginning of an error's code → the remedy; the first entry that fits counts
    ("28", _PASSWORD),
    ("3D000", "make the database with `createdb NAME`, or name another one"),
    ("3F000", "make the schema with CREATE SCHEMA, or name another one"),
    ("25006", "give the address of the primary: this one cannot be written to"),
    ("42501", "let its role make tables there, or give a database of its own"),
    ("53100", "make room on the disk of the database"),
    ("53200", "give the database more memory"),
    ("53300", "raise max_connections: a server has two connections"),
    ("57P", "wait until it runs again, or see who stops it"),
    ("55P03", "see which transaction keeps the tables of this server locked"),
    ("25P03", "this server was paused in the middle of a transaction; try again"),
    ("08", _RUNNING),
    ("XX001", "restore the database from a backup: it is damaged"),
    ("XX002", "restore the database from a backup: it is damaged"),
)


def described(url: str, fault: psycopg.Error) -> Problem:
    """Describe an error of psycopg as a problem of the database at ``url``."""
    return Problem(url, _words(fault), _remedy(fault))


def _words(fault: psycopg.Error) -> str:
    """The first line of what the library or the database says."""
    said = fault.diag.message_primary or str(fault) or type(fault).__name__
    return shorten(said.strip().splitlines()[0], 300)


def _remedy(fault: psycopg.Error) -> str:
    said, code = str(fault), fault.sqlstate or ""
    for start, remedy in _MEANINGS:
        if code.startswith(start):
            return remedy
    if not code:  # the library itself says why it could not connect, in words only
        if "password" in said or "authentication" in said or 'role "' in said:
            return _PASSWORD
        if 'database "' in said and "does not exist" in said:
            return "make the database with `createdb NAME`, or name another one"
        return _RUNNING if isinstance(fault, psycopg.OperationalError) else "correct the URL"
    return "see the log of the database"
