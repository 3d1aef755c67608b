"""The tables of a state on PostgreSQL, and the scripts that bring tables of an earlier version up to date.

The tables are in the first schema of the search path, and have the same meaning as those of a state file
(``file_layout``). There is no checksum over all heads and layers: unlike a copy of a file, a database is consistent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mock_server.errors import Problem, StateError
from mock_server.store.file_layout import ITSELF
from mock_server.store.postgres_connection import PostgresConnection, explained

_LEAVES_A_LAYER = """
CREATE TRIGGER {table}_{verb} AFTER {verb} ON {table} REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION sophiie_leave_layer();
"""
_FIRST = """
CREATE TABLE sophiie_mock (version integer NOT NULL);
INSERT INTO sophiie_mock VALUES (0);
CREATE SEQUENCE layer_numbers;

CREATE TABLE servers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, until timestamptz NOT NULL,
    commits bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE layers (
    id bigint PRIMARY KEY, parent bigint REFERENCES layers, facts bytea NOT NULL, sum bigint NOT NULL
);
CREATE INDEX layers_parent ON layers (parent);
CREATE TABLE heads (
    workspace text COLLATE "C", snapshot text COLLATE "C", facts bytea NOT NULL,
    layer bigint NOT NULL REFERENCES layers, sum bigint NOT NULL, PRIMARY KEY (workspace, snapshot)
);
CREATE INDEX heads_layer ON heads (layer);
CREATE TABLE contents (
    layer bigint PRIMARY KEY, counters bytea NOT NULL, total bigint NOT NULL, sum bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE blocks (
    layer bigint, number bigint, body bytea NOT NULL, sum bigint NOT NULL, PRIMARY KEY (layer, number)
);
ALTER TABLE blocks ALTER body SET STORAGE EXTERNAL;
CREATE TABLE records (
    layer bigint, kind text COLLATE "C", id text COLLATE "C", created text NOT NULL, arrival bigint NOT NULL,
    body bytea, sum bigint NOT NULL, PRIMARY KEY (layer, kind, id)
);

CREATE FUNCTION sophiie_leave_layer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contents SET total = total - went.sum
    FROM (SELECT layer, SUM(sum)::bigint AS sum FROM gone GROUP BY layer) AS went
    WHERE contents.layer = went.layer;
    RETURN NULL;
END $$;

CREATE FUNCTION sophiie_fence(which bigint, number bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE servers SET commits = number WHERE id = which;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another server has taken over' USING ERRCODE = 'SM001';
    END IF;
END $$;
""" + "".join(
    _LEAVES_A_LAYER.format(table=table, verb=verb) for table in ("blocks", "records") for verb in ("UPDATE", "DELETE")
)
FENCED = "SM001"
"""The code of the error that ends a transaction when another server has taken over."""

_WITH_REPLICAS = "ALTER TABLE servers ADD COLUMN url text NOT NULL DEFAULT ''"

# A server of an earlier version believes that it has all workspaces: without its row it cannot write any more.
_WITH_OWNERS = """
DELETE FROM servers;
ALTER TABLE servers ADD COLUMN load double precision NOT NULL DEFAULT 0;
CREATE TABLE owners (
    workspace text COLLATE "C" PRIMARY KEY, keys text[] NOT NULL, server bigint, epoch bigint NOT NULL DEFAULT 1,
    wanted bigint, forgot boolean NOT NULL DEFAULT false
);
CREATE INDEX owners_keys ON owners USING gin (keys);
CREATE INDEX owners_server ON owners (server);
CREATE TABLE held_layers (
    server bigint REFERENCES servers ON DELETE CASCADE, layer bigint, PRIMARY KEY (server, layer)
);

CREATE FUNCTION sophiie_fence(which bigint, number bigint, ids text[], epochs bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    owned bigint;
BEGIN
    PERFORM sophiie_fence(which, number);
    SELECT count(*) INTO owned FROM owners JOIN unnest(ids, epochs) AS asked (id, epoch)
    ON owners.workspace = asked.id AND owners.epoch = asked.epoch WHERE owners.server = which;
    IF owned < cardinality(ids) THEN
        RAISE EXCEPTION 'another server owns a workspace of this transaction' USING ERRCODE = 'SM002';
    END IF;
END $$;
"""
MOVED = "SM002"
"""The code of the error that ends a transaction when another server owns one of its workspaces."""

# A replica of an earlier version would serve a workspace without storing its memory: it must stop.
_WITH_MEMORY = """
DELETE FROM servers;
ALTER TABLE owners ADD COLUMN is_open boolean NOT NULL DEFAULT false;
UPDATE owners SET forgot = true WHERE server IS NOT NULL;
CREATE TABLE memory (
    workspace text COLLATE "C" REFERENCES owners ON DELETE CASCADE, number bigint, part text COLLATE "C" NOT NULL,
    body bytea NOT NULL, PRIMARY KEY (workspace, number)
);
CREATE TABLE retired_coverage (server bigint PRIMARY KEY, body bytea NOT NULL);
"""

MIGRATIONS: Sequence[str] = (_FIRST, _WITH_REPLICAS, _WITH_OWNERS, _WITH_MEMORY)
"""Each script brings the tables to the next version. A script that was released is never changed."""
_OWNERS_SINCE = 3
_TABLES = (
    "servers",
    "layers",
    "heads",
    "contents",
    "blocks",
    "records",
    "owners",
    "held_layers",
    "memory",
    "retired_coverage",
)
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('sophiie-mock'), hashtext(current_schema()))"
_THERE = """
SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = ANY (?)
"""


def prepare(db: PostgresConnection, url: str) -> None:
    """Make the tables, or bring them up to date. Raises StateError for tables of a newer version or other program."""
    with explained(url):
        db.execute("BEGIN")
        try:
            db.execute(_ONE_AT_A_TIME)
            version = _version(db, url)
            for script in MIGRATIONS[version:]:
                db.script(script)
            if version < _OWNERS_SINCE:
                _list_workspaces(db)
            if version < len(MIGRATIONS):
                db.execute("UPDATE sophiie_mock SET version = ?", (len(MIGRATIONS),))
            db.execute("COMMIT")
        except BaseException:
            if db.is_open:
                db.execute("ROLLBACK")
            raise


def keys_of(facts: Mapping[str, Any]) -> list[str]:
    """The digests of the keys that open a workspace, as its facts have them."""
    keys = facts.get("keys")
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def _list_workspaces(db: PostgresConnection) -> None:
    """Enter the workspaces of an earlier version into the table of owners; nobody owns them yet."""
    for workspace, facts in db.execute("SELECT workspace, facts FROM heads WHERE snapshot = ?", (ITSELF,)).fetchall():
        try:
            keys = keys_of(orjson.loads(facts))
        except (ValueError, AttributeError):  # it is damaged, and refused with the reason when it is loaded
            keys = []
        db.execute("INSERT INTO owners (workspace, keys) VALUES (?, ?::text[])", (workspace, keys))


def _version(db: PostgresConnection, url: str) -> int:
    """The version of the tables in the database; 0 if there are none."""
    there = {name for (name,) in db.execute(_THERE, (["sophiie_mock", *_TABLES],))}
    if "sophiie_mock" not in there:
        if there:
            what = f"a schema with tables of another program: {', '.join(sorted(there))}"
            raise StateError(Problem(url, what, "give a database or a search_path of its own"))
        return 0
    ((version,),) = db.execute("SELECT version FROM sophiie_mock")
    if version > len(MIGRATIONS):
        what = f"made by a newer version of the program (format {version}, this one knows {len(MIGRATIONS)})"
        raise StateError(Problem(url, what, "use that version, or give another database"))
    return int(version)
