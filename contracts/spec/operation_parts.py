"""The parts of an operation: its parameters, with their names in a request, and its answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.spec.provenance import Provenance, provenance_of

JSON = "application/json"

Schema = Mapping[str, Any]
Resolve = Callable[[Any], Any]
"""A function that follows the references of a node of the document."""


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
    may_be_empty: bool = False
    """True if its name may stand in a query with an empty value, whatever its schema says."""

    def takes(self, name: str) -> bool:
        """Tell whether a name in a query belongs to this parameter: the members of an object may stand there alone."""
        if name == self.name:
            return True
        if self.style == "deepObject":
            return name.startswith(f"{self.name}[")
        members = self.schema.get("properties", {})
        return self.spread and (name in members or bool(self.schema.get("additionalProperties", not members)))

    @property
    def spread(self) -> bool:
        """True if each member of its object stands in the query under its own name."""
        is_object = self.schema.get("type") == "object" or bool(self.schema.get("properties"))
        return self.place == "query" and self.style == "form" and self.explode and is_object

    def in_query(self, value: Any) -> Mapping[str, Any]:
        """The names and values by which a query gives ``value`` to this parameter, in the parameter's style."""
        if not isinstance(value, Mapping):
            return {self.name: value}
        if self.style == "deepObject":
            return {f"{self.name}[{name}]": part for name, part in value.items()}
        if self.explode:
            return value
        return {self.name: [text for pair in value.items() for text in pair]}


@dataclass(frozen=True)
class Answer:
    """A documented answer. ``schema`` is None if there is no JSON body."""

    status: str
    provenance: Provenance
    schema: Schema | None
    media_types: frozenset[str]
    """The documented content types, with ranges such as ``text/*``; empty if there is no body."""
    headers: Mapping[str, tuple[bool, Schema]]
    """For each lower-case name, whether the header is required, and its schema."""
    example: Any = None
    """The first example of the JSON body; None if there is none."""

    def admits(self, media: str) -> bool:
        """Tell whether the document has a content type for this answer; if it has none at all, any type fits."""
        ranges = {media, f"{media.partition('/')[0]}/*", "*/*"}
        return not self.media_types or not ranges.isdisjoint(self.media_types)


def is_json(media: str) -> bool:
    """Tell whether a content type is JSON, under any name: ``application/problem+json; charset=utf-8``."""
    essence = media.partition(";")[0].strip().lower()
    return essence in (JSON, "text/json") or essence.endswith("+json")


def json_media(content: Mapping[str, Any]) -> str:
    """The documented content type of a JSON body: a name, or a range; empty if there is none."""
    named = [media for media in content if is_json(media)]
    ranges = [media for media in content if media in ("application/*", "*/*")]
    return JSON if JSON in content else next(iter([*named, *ranges]), "")


def load_parameter(raw: Schema, resolve: Resolve) -> Parameter:
    """Load a Parameter Object of OpenAPI; ``resolve`` follows references. Raises KeyError if a part is missing."""
    schema = resolve(raw.get("schema", {}))
    schema = schema if isinstance(schema, Mapping) else {}
    example = first_example(raw, resolve)
    if example is None:
        example = first_example(schema, resolve)
    place, required = raw["in"], bool(raw.get("required")) or raw["in"] == "path"
    style = str(raw.get("style", "form" if place in ("query", "cookie") else "simple"))
    explode = bool(raw.get("explode", style == "form"))
    empty = bool(raw.get("allowEmptyValue")) and place == "query"
    return Parameter(raw["name"], place, required, schema, example, style, explode, empty)


def load_answer(status: str, raw: Any, provenance: Provenance, resolve: Resolve) -> Answer:
    """Load a Response Object of OpenAPI. ``provenance`` is the operation's, for an answer without its own."""
    raw = resolve(raw)
    content = raw.get("content", {})
    headers = {name.lower(): resolve(header) for name, header in raw.get("headers", {}).items()}
    return Answer(
        status=status,
        provenance=provenance_of(raw, provenance),
        schema=content.get(json_media(content), {}).get("schema"),
        media_types=frozenset(media.partition(";")[0].strip().lower() for media in content),
        headers={name: (bool(h.get("required")), resolve(h.get("schema", {}))) for name, h in headers.items()},
        example=first_example(content.get(json_media(content), {}), resolve),
    )


def first_example(holder: Schema, resolve: Resolve) -> Any:
    """The first example beside a schema, or in it; None if there is none."""
    if "example" in holder:
        return holder["example"]
    examples = holder.get("examples")
    if isinstance(examples, Mapping):
        first = resolve(next(iter(examples.values()), None))
        return first.get("value") if isinstance(first, Mapping) else None
    return next(iter(examples), None) if isinstance(examples, list) else None
