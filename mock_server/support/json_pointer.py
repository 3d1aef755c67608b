"""JSON pointers (RFC 6901): tokens with ``~`` and ``/`` escaped, each after a slash."""

from collections.abc import Iterable


def escape(token: str | int) -> str:
    """One token as it stands in a pointer."""
    return str(token).replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """The name that one token of a pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def join(tokens: Iterable[str | int]) -> str:
    """Make the JSON pointer to a place from the names and indexes that lead to it; empty for the whole value."""
    return "".join(f"/{escape(token)}" for token in tokens)


def split(pointer: str) -> list[str]:
    """The names that lead to the place of a JSON pointer; none for the whole value."""
    return [unescape(token) for token in pointer.split("/")[1:]]
