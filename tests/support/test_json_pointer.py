"""JSON pointers, as RFC 6901 has them."""

import pytest

from mock_server.support.json_pointer import escape, find, join, reference_tokens, split, to_reference, unescape

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


# Section 6 of the RFC: the same places as the fragments of URLs.
FRAGMENTS = {
    "#/foo": ["bar", "baz"],
    "#/foo/0": "bar",
    "#/": 0,
    "#/a~1b": 1,
    "#/c%25d": 2,
    "#/%20": 7,
    "#/m~0n": 8,
}
DOCUMENT = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, " ": 7, "m~n": 8}


@pytest.mark.parametrize("reference", FRAGMENTS)
def test_a_reference_names_a_place_of_its_document(reference: str) -> None:
    assert find(DOCUMENT, reference) == FRAGMENTS[reference]
    assert to_reference(join(reference_tokens(reference))) == reference


@pytest.mark.parametrize(
    "reference", ["", "foo", "#foo", "other.json#/foo", "#/foo/2", "#/foo/-1", "#/foo/bar", "#/no"]
)
def test_a_reference_to_nothing_names_nothing(reference: str) -> None:
    assert find(DOCUMENT, reference) is None
