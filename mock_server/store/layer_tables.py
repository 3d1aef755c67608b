"""Writes the two tables of a state file that say who stands on what: layers, and heads of workspaces and snapshots."""

from collections.abc import Mapping
from typing import Any

import orjson

from mock_server.store.base import LayerId
from mock_server.store.file_layout import ITSELF, checksum
from mock_server.store.sql import SqlConnection

_HEAD = """
INSERT INTO heads VALUES (?, ?, ?, ?, ?)
ON CONFLICT (workspace, snapshot) DO UPDATE SET facts = excluded.facts, layer = excluded.layer, sum = excluded.sum
"""


def put_layer(
    db: SqlConnection, layer: LayerId, parent: LayerId | None, counters: Mapping[str, int], facts: Mapping[str, Any]
) -> LayerId:
    """A new layer of this number, with nothing in it yet."""
    facts_json, counted = orjson.dumps(dict(facts)), orjson.dumps(dict(counters))
    made = (layer, parent, facts_json, checksum(facts_json, "layer", layer, parent))
    db.execute("INSERT INTO layers VALUES (?, ?, ?, ?)", made)
    empty = (layer, counted, 0, checksum(counted, "counters", layer))
    db.execute("INSERT INTO contents VALUES (?, ?, ?, ?)", empty)
    return layer


def counters_of(db: SqlConnection, layer: LayerId) -> Mapping[str, int]:
    """The counters that are stored with a layer."""
    (counters,) = db.execute("SELECT counters FROM contents WHERE layer = ?", (layer,)).fetchone()
    found: dict[str, int] = orjson.loads(counters)
    return found


def put_head(db: SqlConnection, workspace: str, name: str, facts: Mapping[str, Any], layer: LayerId) -> None:
    """Say what a workspace, or its snapshot of this name, is and on which layer it stands."""
    facts_json = orjson.dumps(dict(facts))
    db.execute(_HEAD, (workspace, name, facts_json, layer, checksum(facts_json, "head", workspace, name, layer)))


def move_head(db: SqlConnection, workspace: str, layer: LayerId) -> None:
    """Let a workspace stand on another layer."""
    where = (workspace, ITSELF)
    (facts,) = db.execute("SELECT facts FROM heads WHERE workspace = ? AND snapshot = ?", where).fetchone()
    put_head(db, workspace, ITSELF, orjson.loads(facts), layer)
