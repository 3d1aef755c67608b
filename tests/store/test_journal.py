from mock_server.store.journal import Journal


def test_a_journal_keeps_the_newest_and_says_what_it_dropped() -> None:
    journal: Journal[int] = Journal(3)
    for entry in range(5):
        journal.append(entry)
    assert (list(journal), len(journal), journal.seen, journal.dropped) == ([2, 3, 4], 3, 5, 2)
    journal.clear()
    assert (list(journal), journal.seen, journal.dropped) == ([], 0, 0)
