"""One representation of a documented answer: a media type with its schema and its examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mock_server.spec.media_types import STRUCTURED, Format, format_of, sendable
from mock_server.spec.schema import Schema

_BINARY = frozenset({"binary", "byte", "base64"})


@dataclass(frozen=True, eq=False)
class Content:
    """One content.

    ``media`` is the document's own name; ``given`` maps an example's name to its value, ``""`` if unnamed.
    """

    media: str
    schema: Schema | None = None
    given: Mapping[str, Any] = field(repr=False, default_factory=dict)

    @cached_property
    def format(self) -> Format:
        """The format in which it is written. A range that is documented as a file counts as a file."""
        return Format.BINARY if "*" in self.media and self._is_file else format_of(self.media)

    @cached_property
    def _is_file(self) -> bool:
        return self.schema is not None and self.schema.node.get("format") in _BINARY

    @cached_property
    def content_type(self) -> str:
        """The Content-Type header of an answer with this content."""
        return sendable(self.media, binary=self.format is Format.BINARY)

    @cached_property
    def structured(self) -> bool:
        """True if a JSON value is written in this format."""
        if self.format not in STRUCTURED:
            return False
        if self.format is Format.JSON:
            return True
        return self.schema is not None and bool({"object", "array"} & self.schema.types) and bool(self.schema.node)

    @cached_property
    def examples(self) -> Mapping[str, Any]:
        """The examples that can be sent; published ones are often a little wrong.

        An example can be sent if the schema admits it, or if it is the text of the body itself.
        """
        return {name: value for name, value in self.given.items() if self.admits(value)}

    def admits(self, value: Any) -> bool:
        """Tell whether an example can be sent as it stands."""
        if self.schema is None or (self.format is not Format.JSON and isinstance(value, str)):
            return True
        return self.schema.accepts(value)
