"""The memory of what happened: bounded in number and in bytes, and it says how much it dropped."""

from mock_server.store.journal import Journal


def test_an_older_entry_makes_room_and_is_counted() -> None:
    journal: Journal[str] = Journal(2)
    assert [list(journal.append(entry)) for entry in ("a", "b", "c")] == [[], [], ["a"]]
    assert (list(journal), journal.seen, journal.dropped) == (["b", "c"], 3, 1)


def test_without_room_nothing_is_kept() -> None:
    journal: Journal[str] = Journal(0)
    assert list(journal.append("a")) == ["a"]
    assert (len(journal), journal.dropped, journal.bytes) == (0, 1, 0)


def test_entries_are_bounded_by_what_they_weigh_together() -> None:
    journal: Journal[str] = Journal(100, most_bytes=10)
    for entry in ("a", "b", "c"):
        journal.append(entry, 4)
    assert (list(journal), journal.bytes, journal.dropped) == (["b", "c"], 8, 1)
    assert list(journal.grow("b", 3)) == ["b"]
    assert (list(journal), journal.bytes, journal.dropped) == (["c"], 4, 2)
    assert list(journal.append("large", 99)) == ["c"]
    assert (list(journal), journal.bytes) == (["large"], 99)
    assert list(journal.append("d", 1)) == ["large"]
    assert (list(journal), journal.bytes) == (["d"], 1)


def test_what_is_taken_out_does_not_count_as_dropped() -> None:
    journal: Journal[str] = Journal(5, most_bytes=100)
    for entry in ("a", "b", "c"):
        journal.append(entry, 10)
    journal.remove(["a", "c", "d"])
    assert (list(journal), journal.bytes, journal.dropped, journal.seen) == (["b"], 10, 0, 3)
    assert "b" in journal
    assert "a" not in journal
    journal.clear()
    assert (list(journal), journal.bytes, journal.dropped, journal.seen) == ([], 0, 0, 0)
