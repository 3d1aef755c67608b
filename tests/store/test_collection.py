"""Collections answer like a plain list that is sorted and searched from end to end."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.store.base import Row
from mock_server.store.collection import Collection

times = st.one_of(st.none(), st.sampled_from(["2026-03-04", "2026-03-05", "2026-03-05T10:00", "2027-01-01"]))
deeds = st.lists(st.tuples(st.integers(0, 11), st.one_of(st.just("gone"), times)), max_size=40)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 2), st.sampled_from(["", "true", "1", "[1]", '{"a":1}']), st.just([1])
)
records = st.lists(st.fixed_dictionaries({"a": values, "b": values}), max_size=30)


def collection(records: list[dict[str, Any]]) -> Collection:
    return Collection(Row(number, ("", number), record) for number, record in enumerate(records))


@given(records, st.integers(1, 12))
@settings(max_examples=60)
def test_pages_of_any_size_are_the_list_newest_first(some: list[dict[str, Any]], limit: int) -> None:
    rows = collection(some)
    pages = [rows.page(offset, limit, {}) for offset in range(0, len(some) + limit, limit)]
    assert [row.id for page, _ in pages for row in page] == list(range(len(some)))[::-1]
    assert {total for _, total in pages} == {len(some)}
    assert all(len(page) == limit for page, _ in pages[: len(some) // limit])


@given(records, st.fixed_dictionaries({}, optional={"a": values, "b": values}))
@settings(max_examples=80)
def test_a_filter_finds_what_a_search_from_end_to_end_finds(some: list[dict[str, Any]], where: dict[str, Any]) -> None:
    found = [row.id for row in collection(some).matching(where)]
    assert found == [number for number, record in enumerate(some) if meets(record, where)]


def meets(record: dict[str, Any], where: dict[str, Any]) -> bool:
    """JSON's equality, where true is not 1; lists meet when they share a value."""

    def each(value: Any) -> list[tuple[bool, Any]]:
        return [(isinstance(one, bool), one) for one in (value if isinstance(value, list) else [value])]

    return all(any(one in each(record[name]) for one in each(value)) for name, value in where.items())


@pytest.mark.parametrize(("field", "asked"), [(True, 1), (1, True), (0, False), ("1", 1), ("true", True), (None, "")])
def test_values_that_differ_in_json_do_not_match(field: Any, asked: Any) -> None:
    assert not collection([{"a": field}]).matching({"a": asked})


def test_an_object_matches_an_equal_one_in_any_order_and_never_its_text() -> None:
    rows = collection([{"a": {"x": 1, "y": 2}}])
    assert rows.matching({"a": {"y": 2, "x": 1}})
    assert not rows.matching({"a": '{"x":1,"y":2}'})


def test_one_of_several_values_is_enough_and_no_row_comes_twice() -> None:
    rows = collection([{"a": ["red", "blue"]}, {"a": "red"}, {"a": "green"}, {"a": []}])
    assert [row.id for row in rows.matching({"a": ["red", "blue"]})] == [0, 1]
    assert [row.id for row in rows.matching({"a": "blue"})] == [0]
    assert rows.matching({"a": []}) == []


def test_a_filter_on_a_field_that_no_row_has_finds_nothing() -> None:
    assert collection([{"a": 1}]).matching({"nothing": 1}) == []


def test_a_page_touches_only_its_own_rows() -> None:
    """By construction: the last page of a long list reads as many rows as the first."""

    class Counting(list[Row]):
        touched = 0

        def __getitem__(self, index: Any) -> Any:
            Counting.touched += 1 if isinstance(index, int) else len(range(*index.indices(len(self))))
            return super().__getitem__(index)

    rows = collection([{"a": 1}] * 5_000)
    rows.order = Counting(rows.order)  # type: ignore[assignment]  # it has all that a page asks for
    costs = []
    for offset in (0, 2_000, 4_950):
        Counting.touched = 0
        assert len(rows.page(offset, 50, {})[0]) == 50
        costs.append(Counting.touched)
    assert costs == [50, 50, 50]


def due(record: Mapping[str, Any]) -> str | None:
    time: str | None = record["due"]
    return time


def searched(rows: Collection, after: str) -> tuple[str, int | str] | None:
    """The earliest row, as a search from end to end finds it."""
    found = [(row.record["due"], row.key, row.id) for row in rows.order if row.record["due"] is not None]
    time, _, id = min((it for it in found if it[0] > after), default=(None, None, 0))
    return None if time is None else (time, id)


@given(deeds, deeds, st.sampled_from(["", "2026-03-04", "2026-03-05", "2026-03-05T11:00", "9"]))
@settings(max_examples=150)
def test_the_earliest_row_is_that_of_a_search_whatever_changed_in_it_or_in_its_copy(
    before: list[tuple[int, str | None]], later: list[tuple[int, str | None]], after: str
) -> None:
    one = Collection()
    one.earliest(due)  # from now on it is kept
    for deed in before:
        change(one, *deed)
    other = one.copy()
    for deed in later:
        change(other, *deed)
    for rows in (one, other):
        found = rows.earliest(due, after)
        assert (None if found is None else (found[0], found[1].id)) == searched(rows, after)


def change(rows: Collection, id: int, time: str | None) -> None:
    if time == "gone":
        rows.remove(id)
    else:
        rows.put(Row(id, ("" if id % 3 else "2026", id), {"due": time}))


def test_among_thousands_the_earliest_is_found_where_the_parts_meet() -> None:
    days = [f"{number:05}" for number in range(3_000)]
    rows = Collection(Row(number, ("", number), {"due": day}) for number, day in enumerate(days[::-1]))
    assert [found and found[0] for found in (rows.earliest(due, day) for day in days)] == [*days[1:], None]
