"""One way in which an answer contains a record or a list, and how an answer is built in this way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Any

from mock_server.spec.generation import generate
from mock_server.spec.page_links import PageLinks
from mock_server.spec.projection import Projection
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema


@dataclass(frozen=True)
class Envelope:
    """How an answer contains a record or a list.

    ``key`` is the property with the record or the list; None if the answer itself is the record or the list. ``totals``
    maps other properties of a page to their role: pages, page, limit, offset, more, total. ``nested`` does so for the
    properties one level down (`meta`). ``rest`` are other required properties. ``aside`` is true if nothing in the
    answer looks like a field of a record. ``inner`` says how the property contains the list if it is not the list
    itself. ``keyed``: the list is a map from ids to records. ``alone``: the one record is the only item of a list.
    ``links`` are the parts of a page that lead to other pages. ``bound``: the document says more of the answer than
    what its properties are. ``within`` is the property of each item that contains the record, with ``beside`` it. A
    list has at ``most`` so many items.
    """

    key: str | None
    schema: Schema
    totals: Mapping[str, str] = field(default_factory=dict)
    nested: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rest: Mapping[str, Schema] = field(default_factory=dict)
    aside: bool = True
    inner: "Envelope | None" = None
    keyed: bool = False
    alone: bool = False
    links: PageLinks | None = None
    bound: bool = False
    within: str = ""
    beside: Mapping[str, Schema] = field(default_factory=dict)
    most: float = inf

    @cached_property
    def view(self) -> Projection:
        """The shape of one record in the answer."""
        return Projection.of(self.schema)

    @cached_property
    def as_map(self) -> bool:
        """True if a list is written as a map from ids to records."""
        return self.inner.as_map if self.inner else self.keyed

    @cached_property
    def longest(self) -> float:
        """How many items a list may have; infinite if the document does not say."""
        return self.inner.longest if self.inner else self.most

    @cached_property
    def made_up(self) -> bool:
        """True if the answer can be wrong although its records are right: a part is made up, or it is more than parts.

        Then it is checked as a whole.
        """
        return bool(self.rest) or self.bound or (self.inner is not None and self.inner.made_up)

    def wrap(self, value: Any, figures: Mapping[str, Any], chance: Callable[[], RandomSource]) -> Any:
        """Build the answer around ``value``. ``figures`` are by role; ``chance`` gives values that must be made up."""
        if self.alone:
            value = [value]
        if self.within:
            stream = chance()
            beside = [{name: _said(schema, stream) for name, schema in self.beside.items()} for _ in value]
            value = [{self.within: item, **more} for item, more in zip(value, beside, strict=True)]
        if self.inner is not None:
            value = self.inner.wrap(value, figures, chance)
        if self.key is None:
            return value
        answer = {self.key: value, **{name: figures[role] for name, role in self.totals.items()}}
        if self.rest:
            stream = chance()
            answer |= {name: _said(schema, stream) for name, schema in self.rest.items()}
        for name, roles in self.nested.items():
            answer[name] = {**(answer.get(name) or {}), **{inner: figures[role] for inner, role in roles.items()}}
        if self.links is not None:
            self.links.put(answer, figures)
        return answer

    @cached_property
    def leads_on(self) -> bool:
        """True if the answer says where the other pages are."""
        return self.links is not None or (self.inner is not None and self.inner.leads_on)

    def unwrapped(self, answer: Any) -> list[Any]:
        """The records in an answer of this kind."""
        value = answer
        if self.key is not None:
            value = answer.get(self.key) if isinstance(answer, dict) else None
        if self.inner is not None:
            return self.inner.unwrapped(value)
        if self.keyed and isinstance(value, dict):
            return list(value.values())
        if self.within and isinstance(value, list):
            return [item.get(self.within) for item in value if isinstance(item, dict)]
        return value if isinstance(value, list) else [value]


def _said(schema: Schema, chance: RandomSource) -> Any:
    """The other members of a successful answer: the first of their possible values, meaning success."""
    for value in (schema.default, schema.types == {"boolean"} or None, *schema.node.get("enum", ())[:1]):
        if value is not None and schema.accepts(value):
            return value
    return generate(schema, chance)
