"""The operations of a document, compiled for serving; none is keyed by operationId or parameter name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mock_server.spec.document import Document, Node
from mock_server.spec.parameter import Parameter
from mock_server.spec.path_template import PARAMETER, blanked
from mock_server.spec.projection import Project, filled, projection
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema

JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
_ANY = ("application/*", "*/*")


@dataclass(frozen=True)
class Response:
    """One documented answer.

    ``given`` maps an example's name to its value, ``""`` being the unnamed one; ``headers`` a header's name in
    lower case to its example.
    """

    status: int
    description: str
    schema: Schema | None
    given: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str]

    @cached_property
    def examples(self) -> Mapping[str, Any]:
        """The examples that the schema admits: published ones are often a little wrong."""
        return {name: it for name, it in self.given.items() if self.schema is None or self.schema.accepts(it)}

    @cached_property
    def _project(self) -> Project:
        return projection(self.schema) if self.schema else _as_it_is

    def fit(self, value: Any, chance: RandomSource) -> Any:
        """``value`` in this answer's shape: without what the schema lacks, with what it asks for."""
        fit = self._project(value)
        if self.schema is None or self.schema.accepts(fit):
            return fit
        return self._project(filled(value, self.schema, chance))


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, eq=False)
class Operation:
    """One method on one path. ``key`` names it everywhere: ``GET /v1/leads/{}``.

    ``path`` starts with ``base``, the path of the document's server.
    """

    document: Document = field(repr=False)
    method: str
    base: str
    path: str
    pointer: str
    node: Node = field(repr=False)
    parameters: tuple[Parameter, ...] = field(repr=False)
    bodies: Mapping[str, Schema] = field(repr=False)
    body_required: bool
    responses: Mapping[int, Response] = field(repr=False)
    unserved: str = ""
    """Why it cannot be served: it answers 501 with this reason. Empty for an operation that can."""

    @cached_property
    def key(self) -> str:
        """The method and the path with parameters blanked: ``GET /v1/leads/{}``."""
        return f"{self.method} {blanked(self.path)}"

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The steps of the path, parameters blanked."""
        return tuple(blanked(self.path).split("/")[1:])

    @cached_property
    def tag(self) -> str:
        """The first tag; empty when there is none."""
        tags = self.node.get("tags")
        return str(tags[0]) if isinstance(tags, list) and tags else ""

    @cached_property
    def summary(self) -> str:
        """The document's summary; empty when there is none."""
        return str(self.node.get("summary", ""))

    @cached_property
    def provenance(self) -> str:
        """How the operation is known (design §6); a document without marks is the vendor's own."""
        return str(self.node.get("x-provenance", "documented"))

    @cached_property
    def secured(self) -> bool:
        """True when the operation needs a key."""
        return bool(self.node.get("security", self.document.root.get("security", [])))

    @cached_property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """In the order in which they stand in the path."""
        by_name = {item.name: item for item in self.parameters if item.location == "path"}
        return tuple(by_name[name] for name in PARAMETER.findall(self.path))

    @cached_property
    def located(self) -> Mapping[str, Sequence[Parameter]]:
        """Its parameters by the place in which they stand."""
        return {place: [it for it in self.parameters if it.location == place] for place in self.locations}

    @cached_property
    def locations(self) -> frozenset[str]:
        """Where it takes parameters from."""
        return frozenset(parameter.location for parameter in self.parameters)

    @cached_property
    def query_names(self) -> frozenset[str]:
        """The names that its query parameters have in a query; an object may stand there field by field."""
        asked = [parameter for parameter in self.parameters if parameter.location == "query"]
        spread = [parameter for parameter in asked if parameter.spread]
        fields = {name for parameter in spread for name in parameter.schema.properties}
        return frozenset({parameter.name for parameter in asked} | fields)

    def reads_query(self, name: str) -> bool:
        """Tell whether a name in a query is one of its parameters, or a part of one, as ``filter[status]``."""
        return self._reads_any_query or name in self.query_names or name.partition("[")[0] in self.query_names

    @cached_property
    def _reads_any_query(self) -> bool:
        """True when a map takes every name that nobody else has."""
        return any(parameter.greedy for parameter in self.parameters if parameter.location == "query")

    @cached_property
    def single_names(self) -> frozenset[str]:
        """The names of its parameters that are not spread over their place: those that a map does not take."""
        return frozenset(parameter.name for parameter in self.parameters if not parameter.spread)

    @cached_property
    def body(self) -> Schema | None:
        """The schema of its JSON body."""
        fits = [media for media in self.bodies if JSON.fullmatch(media)] or [m for m in self.bodies if m in _ANY]
        return self.bodies[fits[0]] if fits else None

    @cached_property
    def success(self) -> Response:
        """The documented success; an empty 200 when the document names none."""
        for status in sorted(self.responses):
            if 200 <= status < 300:
                return self.responses[status]
        return Response(200, "", None, {}, {})
