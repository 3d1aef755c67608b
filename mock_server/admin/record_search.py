"""Find the records that contain a text, as a person searches for a name or an id."""

from collections.abc import Iterable

from mock_server.event_loop.turns import Turns
from mock_server.store.base import Row
from mock_server.support.exact_json import write_json


async def containing(rows: Iterable[Row], text: str) -> list[Row]:
    """Return the rows whose JSON contains a text in any letter case; other requests get turns meanwhile."""
    turns, wanted, found = Turns(patient=True), _folded(write_json(text)[1:-1]), []
    for row in rows:
        await turns.rest()
        if wanted in _folded(write_json(row.record)):
            found.append(row)
    return found


def _folded(written: bytes) -> str:
    return written.decode().casefold()
