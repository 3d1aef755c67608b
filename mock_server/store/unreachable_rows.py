"""Remove unreachable rows from a state file, a few at a time.

A layer is removed when no workspace, snapshot, layer or object in memory stands on it. A layer on which only one other
layer stands, and to which nobody can return, is merged into that, so that chains stay short.
"""

from collections.abc import Collection
from typing import NamedTuple

from mock_server.store.base import LayerId
from mock_server.store.file_layout import RecordRow, checksum, id_of, id_text, moved
from mock_server.store.sql import SqlConnection

_AT_A_TIME = 200  # rows
_BLOCKS = 2

_FREE = """
SELECT id FROM layers WHERE id NOT IN (SELECT layer FROM heads)
AND id NOT IN (SELECT parent FROM layers WHERE parent IS NOT NULL) {others} ORDER BY id DESC
"""
_FOLDED = """
SELECT layers.id, layers.parent, MIN(upper.id) FROM layers JOIN layers AS upper ON upper.parent = layers.id
WHERE layers.parent IS NOT NULL AND layers.id NOT IN (SELECT layer FROM heads) {others}
GROUP BY layers.id HAVING COUNT(*) = 1
"""
_NOT_HELD_BY_OTHERS = "AND layers.id NOT IN (SELECT layer FROM held_layers)"
_NOT_UNDER_OTHERS = """
AND upper.id NOT IN (
    SELECT heads.layer FROM heads JOIN owners ON owners.workspace = heads.workspace
    WHERE heads.snapshot = '' AND owners.server IS DISTINCT FROM ?
)
"""
_SOME = "SELECT layer, kind, id, created, arrival, body, sum FROM records WHERE layer = ? LIMIT ?"
_REMOVE_RECORDS = """
DELETE FROM records WHERE layer = ? AND (kind, id) IN (SELECT kind, id FROM records WHERE layer = ? LIMIT ?)
"""
_REMOVE_BLOCKS = """
DELETE FROM blocks WHERE layer = ? AND number IN (SELECT number FROM blocks WHERE layer = ? LIMIT ?)
"""
_PUT_IF_NONE = "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_IS_GONE = "SELECT 1 FROM records WHERE layer = ? AND kind = ? AND id = ?"
ADD = "UPDATE contents SET total = total + ? WHERE layer = ?"


class LayerMerge(NamedTuple):
    """A layer that is merged into the layer ``over`` it."""

    id: LayerId
    parent: LayerId
    over: LayerId


def free(db: SqlConnection, held: Collection[LayerId], beside: int | None) -> LayerId | None:
    """A layer that nothing can reach. ``beside`` is the number of this server if there are others beside it."""
    others = "" if beside is None else _NOT_HELD_BY_OTHERS
    return next((id for (id,) in db.execute(_FREE.format(others=others)) if id not in held), None)


def foldable(db: SqlConnection, held: Collection[LayerId], beside: int | None) -> LayerMerge | None:
    """A layer to which nobody can return, below exactly one other; another server must not be writing into that."""
    others = "" if beside is None else _NOT_HELD_BY_OTHERS + _NOT_UNDER_OTHERS
    known = () if beside is None else (beside,)
    found = (LayerMerge(*each) for each in db.execute(_FOLDED.format(others=others), known))
    return next((fold for fold in found if fold.id not in held), None)


def shrink(db: SqlConnection, layer: LayerId) -> bool:
    """Remove some rows of an unreachable layer, and in the end the layer; return whether that was the end."""
    removed = db.execute(_REMOVE_RECORDS, (layer, layer, _AT_A_TIME)).rowcount
    if removed < _AT_A_TIME:
        removed += db.execute(_REMOVE_BLOCKS, (layer, layer, _BLOCKS)).rowcount
    if removed:
        return False
    db.execute("DELETE FROM contents WHERE layer = ?", (layer,))
    db.execute("DELETE FROM layers WHERE id = ?", (layer,))
    return True


def fold(db: SqlConnection, fold: LayerMerge) -> bool:
    """Move some rows of a layer into the one above it, except for records that the one above has itself.

    Return whether these were the last rows.
    """
    lines = [RecordRow._make(each) for each in db.execute(_SOME, (fold.id, _AT_A_TIME))]
    for line in lines:
        there = moved(line, fold.over)
        if not _is_gone(db, line, fold.over) and db.execute(_PUT_IF_NONE, there).rowcount:
            db.execute(ADD, (there.sum, fold.over))
        db.execute("DELETE FROM records WHERE layer = ? AND kind = ? AND id = ?", line[:3])
    if len(lines) == _AT_A_TIME:
        return False
    (facts,) = db.execute("SELECT facts FROM layers WHERE id = ?", (fold.over,)).fetchone()
    sum = checksum(facts, "layer", fold.over, fold.parent)
    db.execute("UPDATE layers SET parent = ?, sum = ? WHERE id = ?", (fold.parent, sum, fold.over))
    db.execute("DELETE FROM contents WHERE layer = ?", (fold.id,))
    db.execute("DELETE FROM layers WHERE id = ?", (fold.id,))
    return True


def _is_gone(db: SqlConnection, line: RecordRow, layer: LayerId) -> bool:
    """Tell whether a layer says that a record of the layer below does not exist any more."""
    return db.execute(_IS_GONE, (layer, line.kind, id_text(id_of(line)))).fetchone() is not None
