"""The journal of requests: bounded in number and in bytes, and each request is counted once, wherever it ends."""

import pytest

from mock_server.store.base import Change, Row
from mock_server.workspaces import request_journal
from mock_server.workspaces.coverage import Coverage
from mock_server.workspaces.request_journal import RequestJournal, changes_weight


class Entry:
    """A request that weighs what it is told to."""

    def __init__(self, journal: RequestJournal, name: str, weight: int = 1) -> None:
        self.name, self.request_weight, self.answer_weight = name, weight, 0
        self.in_journal: bool | None = None
        self.over = False
        self.weight = 0
        self.coverage: Coverage | None = journal.coverage
        self.covered = 0

    def cover(self) -> None:
        self.covered += 1

    def cover_in(self, coverage: Coverage) -> None:
        self.covered += 1

    def end(self, journal: RequestJournal, answer: int = 0) -> None:
        self.over, self.answer_weight = True, answer
        journal.end(self)


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> RequestJournal:
    """Of three requests, and ten bytes."""
    monkeypatch.setattr(request_journal, "_ENTRY_BYTES", 0)
    monkeypatch.setattr(request_journal, "_MIN_BYTES", 10)
    return RequestJournal(3)


def arrived(journal: RequestJournal, *names: str, weight: int = 1) -> list[Entry]:
    entries = [Entry(journal, name, weight) for name in names]
    for entry in entries:
        journal.arrive(entry)
    return entries


def names(journal: RequestJournal) -> str:
    return "".join(entry.name for entry in journal)


def test_older_requests_make_room_for_newer_ones(journal: RequestJournal) -> None:
    first, *others = arrived(journal, *"abcd")
    assert (names(journal), journal.seen, journal.dropped, journal.bytes) == ("bcd", 4, 1, 3)
    assert [first.in_journal, *(entry.in_journal for entry in others)] == [False, True, True, True]


def test_requests_are_bounded_by_what_they_weigh_together(journal: RequestJournal) -> None:
    arrived(journal, "a", "b", weight=4)
    (last,) = arrived(journal, "c", weight=2)
    assert (names(journal), journal.bytes) == ("abc", 10)
    last.end(journal, answer=1)
    assert (names(journal), journal.bytes, journal.dropped) == ("bc", 7, 1)
    last.end(journal, answer=96)
    assert (names(journal), journal.bytes, journal.dropped) == ("c", 99, 2)
    arrived(journal, "d")
    assert (names(journal), journal.bytes, journal.dropped) == ("d", 1, 3)


def test_a_journal_without_room_drops_each_request(journal: RequestJournal) -> None:
    journal.size = 0
    (entry,) = arrived(journal, "a")
    assert (names(journal), journal.dropped, entry.covered) == ("", 1, 0)
    entry.end(journal)
    assert entry.covered == 1


def test_a_request_is_counted_once_when_it_is_over_and_gone(journal: RequestJournal) -> None:
    first, second, third = arrived(journal, *"abc")
    first.end(journal)
    assert journal.covered()
    assert [entry.covered for entry in (first, second, third)] == [1, 0, 0]
    first.covered = 0
    assert journal.forget([first, second]) == 2
    assert (names(journal), journal.dropped, journal.bytes) == ("c", 0, 1)
    assert [entry.covered for entry in (first, second, third)] == [1, 0, 0]
    second.end(journal)
    assert second.covered == 1
    assert journal.forget([first, second]) == 0
    arrived(journal, *"defg")
    third.end(journal)
    assert (third.in_journal, third.covered) == (False, 1)


def test_a_request_that_never_came_whole_is_there_when_it_is_over(journal: RequestJournal) -> None:
    entry = Entry(journal, "a")
    entry.end(journal)
    assert (names(journal), entry.covered) == ("a", 0)


def test_what_came_before_a_reset_is_not_there_after_it(journal: RequestJournal) -> None:
    under_way, early = arrived(journal, "a")[0], Entry(journal, "b")
    journal.clear()
    assert (len(journal), journal.seen, journal.dropped, journal.bytes) == (0, 0, 0, 0)
    journal.arrive(early)
    for entry in (under_way, early):
        entry.end(journal)
        assert entry.covered == 1
    assert (names(journal), journal.bytes) == ("", 0)
    assert journal.forget([under_way]) == 0


def test_a_changed_record_weighs_more_than_its_json_before_and_after() -> None:
    large = Row("1", ("", 1), {"text": "x" * 1_000})

    assert changes_weight([]) == 0
    assert changes_weight([Change("leads", "1", large, large)]) > 2 * 1_000
    assert changes_weight([Change("leads", "1", None, large)]) > 1_000
