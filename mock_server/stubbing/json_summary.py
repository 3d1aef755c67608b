"""Small summaries of JSON values, stored in their place: often they tell whether two values are equal."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from mock_server.stubbing.json_comparison import scalar
from mock_server.support.exact_json import write_json


class Summary(NamedTuple):
    """The kind of a value, the number of its parts, and a digest of its text; ``kind`` is empty if there is no value.

    Two scalars are equal exactly if their summaries are. Lists and objects with equal summaries are equal too; with
    different ones of the same kind and length they may still be equal, as 1 and 1.0 are.
    """

    kind: str
    parts: int
    digest: bytes

    def is_equal(self, other: "Summary") -> bool | None:
        """Tell whether the two values are equal; None if only the values themselves can tell."""
        if self == other:
            return True
        is_open = self.parts == other.parts > 0 and self.kind == other.kind
        return None if is_open else False


NO_VALUE = Summary("", 0, b"")


def summary(value: Any) -> Summary:
    """The summary of a JSON value."""
    if isinstance(value, Mapping | list):
        kind = "list" if isinstance(value, list) else "object"
        return Summary(kind, len(value), _digest(write_json(value, orjson.OPT_SORT_KEYS)))
    return Summary("scalar", 0, _digest(repr(scalar(value)).encode("utf-8", "surrogatepass")))


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()
