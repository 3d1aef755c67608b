"""JSON pointers, as RFC 6901 has them."""

import pytest

from mock_server.support.json_pointer import escape, join, split, unescape

# Section 5 of the RFC, and an index.
POINTERS = {
    "": [],
    "/foo": ["foo"],
    "/foo/0": ["foo", "0"],
    "/": [""],
    "/a~1b": ["a/b"],
    "/c%d": ["c%d"],
    "/ ": [" "],
    "/m~0n": ["m~n"],
    "/~01": ["~1"],
}


@pytest.mark.parametrize("pointer", POINTERS)
def test_a_pointer_and_its_names_are_each_made_of_the_other(pointer: str) -> None:
    assert split(pointer) == POINTERS[pointer]
    assert join(POINTERS[pointer]) == pointer


def test_an_index_is_a_token_as_it_stands() -> None:
    assert join(["items", 3]) == "/items/3"


@pytest.mark.parametrize("name", ["a/b", "m~n", "~1", "~01", "~", "/"])
def test_a_name_survives_being_escaped(name: str) -> None:
    assert unescape(escape(name)) == name
