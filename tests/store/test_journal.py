"""The memory of what happened: an older entry makes room, and is counted."""

from mock_server.support.ring_buffer import RingBuffer


def test_an_older_entry_makes_room_and_is_counted() -> None:
    journal: RingBuffer[str] = RingBuffer(2)
    for entry in ("a", "b", "c"):
        journal.append(entry)
    assert (list(journal), journal.seen, journal.dropped) == (["b", "c"], 3, 1)


def test_without_room_nothing_is_kept() -> None:
    journal: RingBuffer[str] = RingBuffer(0)
    journal.append("a")
    assert (len(journal), journal.dropped) == (0, 1)
