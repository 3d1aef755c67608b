"""Bytes from outside become text that can be kept, listed and printed, whatever they are."""

import orjson
import pytest

from mock_server.support.text import body_text, header_text, printable, short_repr, shorten

EVERY_BYTE = bytes(range(256))


@pytest.mark.parametrize(
    ("raw", "text"), [(b"caf\xe9", "café"), ("café".encode(), "café"), (b"\xed\xa0\x80", "í\xa0\x80"), (b"", "")]
)
def test_a_header_is_utf8_or_latin1(raw: bytes, text: str) -> None:
    assert header_text(raw) == text


def test_a_header_of_any_bytes_can_be_kept() -> None:
    assert orjson.loads(orjson.dumps(header_text(EVERY_BYTE))) == EVERY_BYTE.decode("latin-1")


@pytest.mark.parametrize(
    ("raw", "most", "text"),
    [
        (b"", None, ""),
        (b"plain", 3, "pla"),
        ("é".encode(), 2, "é"),
        ("xé".encode(), 2, "x"),
        ("x😀".encode(), 4, "x"),
        (b"x\xff", 2, "base64:eP8="),
        (b"x\xffy", 2, "base64:eP8="),
        (b"x\xc3", None, "base64:eMM="),
        (b"\xff\xfe", None, "base64://4="),
        ("\ufeffa".encode(), None, "\ufeffa"),
    ],
)
def test_a_body_is_text_or_base64_and_cut_between_characters(raw: bytes, most: int | None, text: str) -> None:
    assert body_text(raw, most) == text


def test_what_is_printed_cannot_move_the_cursor_or_begin_a_line() -> None:
    assert printable("a\x1b[31m\r\nb\x9b\udce9é") == "a\\x1b[31m\\x0d\\x0ab\\x9b\\xdce9é"


@pytest.mark.parametrize(
    ("text", "shown"), [("", ""), ("abcde", "abcde"), ("abcdef", "abcd…"), ("a" * 1000, "aaaa…"), ("ä€😀xyz", "ä€😀x…")]
)
def test_a_text_that_was_shortened_says_so(text: str, shown: str) -> None:
    assert shorten(text, 5) == shown


def test_a_value_of_any_kind_is_shown_as_python_writes_it() -> None:
    assert [short_repr(value, 8) for value in ("a", 5, None, "x" * 99)] == ["'a'", "5", "None", "'xxxxxx…"]
