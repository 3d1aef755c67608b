"""Upgrade a state file of the previous version, completely or not at all."""

import sqlite3
from collections import Counter, defaultdict

from mock_server.store.base import LayerId
from mock_server.store.file_layout import VERSION, RecordRow, gap, id_text, is_sound, placed, unpacked
from mock_server.store.file_reader import DamagedFile
from mock_server.store.unreachable_rows import ADD

_MOVE = "UPDATE records SET id = ?, sum = ? WHERE layer = ? AND kind = ? AND id = ?"
_ADD = "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)"


def upgrade(db: sqlite3.Connection) -> None:
    """Store each record by its arrival. Raises DamagedFile, and sqlite3.Error, and then the file is unchanged."""
    db.execute("BEGIN IMMEDIATE")
    try:
        _place_records(db)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _place_records(db: sqlite3.Connection) -> None:
    known, sums = _known(db), Counter[LayerId]()
    moves, gaps = [], []
    for old in map(RecordRow._make, db.execute("SELECT * FROM records WHERE body IS NOT NULL")):
        if not is_sound(old):
            raise DamagedFile(f"the record {old.kind} {old.id} is not what was written")
        new = placed(old)
        moves.append((new.id, new.sum, *old[:3]))
        sums[old.layer] += new.sum
        if min(known[old.kind, old.id]) < old.layer:  # it may have been removed and made again: then this says so
            gaps.append(gap(old.layer, old.kind, old.id))
            sums[old.layer] += gaps[-1].sum
    db.executemany(_MOVE, moves)
    db.executemany(_ADD, gaps)
    db.executemany(ADD, [(sum, layer) for layer, sum in sums.items()])


def _known(db: sqlite3.Connection) -> dict[tuple[str, str], list[LayerId]]:
    """The layers that contain a record, by its kind and the text of its id."""
    known = defaultdict(list)
    for layer, kind, id in db.execute("SELECT layer, kind, id FROM records"):
        known[kind, id].append(layer)
    for layer, block in db.execute("SELECT layer, body FROM blocks"):
        kind, rows = unpacked(block)
        for row in rows:
            known[kind, id_text(row.id)].append(layer)
    return known
