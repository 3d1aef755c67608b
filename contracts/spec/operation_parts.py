"""The parts of an operation: its parameters, with the names on the wire that are theirs, and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.spec.provenance import Provenance

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    """``path``, ``query``, ``header`` or ``cookie``."""
    required: bool
    schema: Schema
    example: Any = None
    style: str = "form"
    explode: bool = True

    def takes(self, name: str) -> bool:
        """Tell whether a name in a query belongs to this parameter: an object's members may stand there alone."""
        if name == self.name:
            return True
        if self.style == "deepObject":
            return name.startswith(f"{self.name}[")
        members = self.schema.get("properties", {})
        if self.style != "form" or not self.explode or not (members or self.schema.get("type") == "object"):
            return False
        return name in members or bool(self.schema.get("additionalProperties", not members))


@dataclass(frozen=True)
class Answer:
    """A documented answer. ``schema`` is None when there is no JSON body."""

    status: str
    provenance: Provenance
    schema: Schema | None
    media_types: frozenset[str]
    headers: Mapping[str, tuple[bool, Schema]]
    """Lower-case name → (required, schema)."""
