"""The operations of a document, compiled for serving; none is keyed by operationId or parameter name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mock_server.spec.content import Content
from mock_server.spec.document import Document, Node
from mock_server.spec.kept_parts import Project, projection
from mock_server.spec.media_types import Format, format_of
from mock_server.spec.parameter import Parameter
from mock_server.spec.path_template import PARAMETER, blanked
from mock_server.spec.projection import fitted
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.spec.security import Security, security_of


@dataclass(frozen=True)
class Response:
    """One documented answer.

    ``schema`` and ``given`` are those of the content that behaviours make (``main``); ``given`` maps an example's name
    to its value, ``""`` being the unnamed one. ``headers`` maps a header's name in lower case to the document's value
    for it, ``required_headers`` to the schema from which one has to be made; ``header_names`` has all that it names.
    """

    status: int
    description: str
    schema: Schema | None
    given: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str]
    contents: tuple[Content, ...] = ()
    required_headers: Mapping[str, Schema] = field(repr=False, default_factory=dict)
    header_names: frozenset[str] = frozenset()

    @cached_property
    def examples(self) -> Mapping[str, Any]:
        """The examples that the schema admits: published ones are often a little wrong."""
        return {name: it for name, it in self.given.items() if self.schema is None or self.schema.accepts(it)}

    @cached_property
    def _project(self) -> Project:
        return projection(self.schema) if self.schema else _as_it_is

    def fit(self, value: Any, chance: RandomSource) -> Any:
        """Fit ``value`` to this answer: remove fields that the schema lacks, and add those that it requires."""
        fit = self._project(value)
        if self.schema is None or self.schema.accepts(fit):
            return fit
        return fitted(value, self.schema, chance)


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
    ranges: Mapping[str, Response] = field(repr=False, default_factory=dict)
    """The answers for the keys ``4XX``, ``5XX`` and ``default``."""
    encodings: Mapping[str, Mapping[str, Node]] = field(repr=False, default_factory=dict)
    """How the fields of a form are written, by media type and field."""
    unserved: str = ""
    """The reason why the operation answers 501; empty if it can be served."""

    @cached_property
    def key(self) -> str:
        """The method and the path with parameters blanked: ``GET /v1/leads/{}``."""
        return f"{self.method} {blanked(self.path)}"

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The segments of the path, with parameters blanked."""
        return tuple(blanked(self.path).split("/")[1:])

    @cached_property
    def tag(self) -> str:
        """The first tag; empty when there is none."""
        tags = self.node.get("tags")
        return str(tags[0]) if isinstance(tags, list) and tags else ""

    @cached_property
    def summary(self) -> str:
        """The document's summary; empty if there is none."""
        return str(self.node.get("summary", ""))

    @cached_property
    def provenance(self) -> str:
        """How the operation is known; a document without marks counts as the vendor's own."""
        return str(self.node.get("x-provenance", "documented"))

    @cached_property
    def oldest_first(self) -> bool:
        """True if the document says of a list that the oldest record comes first (``x-list-order``)."""
        return self.node.get("x-list-order") == "oldest first"

    @cached_property
    def deleted_status(self) -> int:
        """The status for a record that was deleted before (``x-deleted-status``); 0 if the document names none."""
        status = self.node.get("x-deleted-status")
        return status if isinstance(status, int) and 400 <= status < 500 else 0

    @cached_property
    def security(self) -> Security:
        """The credentials that it demands before it answers."""
        return security_of(self.document, self.node)

    @property
    def secured(self) -> bool:
        """True if the operation needs a key."""
        return bool(self.security)

    @cached_property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """The path parameters in the order of the path."""
        by_name = {item.name: item for item in self.parameters if item.location == "path"}
        return tuple(by_name[name] for name in PARAMETER.findall(self.path))

    @cached_property
    def located(self) -> Mapping[str, Sequence[Parameter]]:
        """The parameters by their location: path, query, header or cookie."""
        return {place: [it for it in self.parameters if it.location == place] for place in self.locations}

    @cached_property
    def locations(self) -> frozenset[str]:
        """The locations of its parameters."""
        return frozenset(parameter.location for parameter in self.parameters)

    @cached_property
    def query_names(self) -> frozenset[str]:
        """The names in a query that its parameters use; an object may use one name for each field."""
        asked = [parameter for parameter in self.parameters if parameter.location == "query"]
        spread = [parameter for parameter in asked if parameter.spread]
        fields = {name for parameter in spread for name in parameter.schema.properties}
        return frozenset({parameter.name for parameter in asked} | fields)

    def reads_query(self, name: str) -> bool:
        """Tell whether a name in a query belongs to one of its parameters: ``filter[status]`` to ``filter``."""
        return (
            self._reads_any_query
            or name in self._key_names
            or name in self.query_names
            or name.partition("[")[0] in self.query_names
        )

    @cached_property
    def _reads_any_query(self) -> bool:
        """True if a map parameter takes every other name of the query."""
        return any(parameter.greedy for parameter in self.parameters if parameter.location == "query")

    @cached_property
    def single_names(self) -> frozenset[str]:
        """The names of parameters that use one name only, and of keys: a map parameter does not take these."""
        return frozenset(parameter.name for parameter in self.parameters if not parameter.spread) | self._key_names

    @cached_property
    def _key_names(self) -> frozenset[str]:
        """The names of the query parameters that carry a key."""
        schemes = [scheme for requirement in self.security for scheme in requirement]
        return frozenset(scheme.field for scheme in schemes if scheme.location == "query")

    @cached_property
    def body(self) -> Schema | None:
        """The schema of the body that it reads as a JSON value: of JSON, else of a form, else of another format."""
        formats = {format_of(media): schema for media, schema in reversed(list(self.bodies.items()))}
        return next((formats[format] for format in _READ if format in formats), None)

    @cached_property
    def success(self) -> Response:
        """The documented success, or a redirection if there is none; an empty 200 if the document names neither."""
        good = [status for status in sorted(self.responses) if 200 <= status < 300]
        for status in good or [status for status in sorted(self.responses) if 300 <= status < 400 and status != 304]:
            return self.responses[status]
        return replace(self.ranges["default"], status=200) if "default" in self.ranges else _EMPTY

    def response_for(self, status: int) -> Response | None:
        """The answer that is documented for a status: exactly, by its range (``4XX``), or by ``default``."""
        found = self.success if status == self.success.status else self.responses.get(status)
        ranged = self.ranges.get(f"{status // 100}XX") or self.ranges.get("default")
        return found or (replace(ranged, status=status) if ranged else None)


_READ = (Format.JSON, Format.FORM, Format.MULTIPART)
_EMPTY = Response(200, "", None, {}, {})
