"""The generator's way to the target: its requests, checks and probes go through our transport. Nothing else opens a
connection.

The generator takes a transport as an instance, so no class of ``requests`` is changed. It opens connections in three
other places, and each has its own solution here: its probes make a session, an ``externalValue`` is fetched, and after
a refused connection it opens a socket to see who is there.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from schemathesis.core.transport import Response
from schemathesis.engine.core import Engine
from schemathesis.engine.errors import is_connection_refused
from schemathesis.engine.run import Phase, PhaseName, PhaseSkipReason
from schemathesis.generation.case import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.transport.requests import REQUESTS_TRANSPORT, RequestsTransport

from contracts.spec.security import Scheme
from contracts.transport.exchange import Exchange
from contracts.transport.guarded_session import Transport
from contracts.transport.network_errors import NETWORK_ERRORS

MAX_REFUSED_CONNECTIONS = 3
"""In a row: then nobody is there any more."""
_UNSAFE_PATH = "/probe%5C%1B%01"
"""Some servers refuse such a path before the application sees it: backslash, escape, control character."""


class EngineTransport(RequestsTransport):
    """Sends the cases of the generator in sessions of a guarded transport.

    ``lost`` is the error of a target that no longer accepts connections.
    """

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._copy_serializers_from(REQUESTS_TRANSPORT)
        self._transport = transport
        self._refused = 0
        self.lost: Exception | None = None

    def send(self, case: Case[Any], *, session: Any = None, **kwargs: Any) -> Response:
        """Send one case. Only the headers and the credentials of the generator's own session are used."""
        ours = self._transport.session()  # a new one for each case: no cookie of an answer goes out with the next
        if session is not None:
            ours.headers.update(session.headers)
            ours.auth = session.auth
        try:
            answer = super().send(case, session=ours, **kwargs)
        except NETWORK_ERRORS as fault:
            self._count(fault)
            raise
        self._refused = 0
        return answer

    def _count(self, fault: Any) -> None:
        fault.request = None  # with it, the generator would open a connection of its own to see who is there
        self._refused = self._refused + 1 if is_connection_refused(fault) else 0
        if self._refused >= MAX_REFUSED_CONNECTIONS:
            self.lost = fault


class GuardedEngine(Engine):
    """The generator without its probing phase, because that phase makes its own sessions; see ``adapt``."""

    def get_phase_config(self, phase_name: PhaseName, **options: Any) -> Phase:
        """Leave the probing phase out."""
        if phase_name is PhaseName.PROBING:
            return Phase(name=phase_name, is_enabled=False, skip_reason=PhaseSkipReason.DISABLED)
        return super().get_phase_config(phase_name, **options)


def can_write(media_types: Collection[str]) -> bool:
    """Tell whether the generator can write a body of one of these media types."""
    return any(map(_can_write, media_types))


def _can_write(media: str) -> bool:
    try:
        return next(REQUESTS_TRANSPORT.get_matching_media_types(media), None) is not None
    except ValueError:  # no media type
        return False


def guarded(schema: BaseSchema, sender: EngineTransport) -> OpenApiSchema:
    """Return a copy of a schema that sends its cases, and those of its own copies, through ``sender``."""

    class Guarded(OpenApiSchema):
        """A schema with a transport of its own."""

        @property
        def transport(self) -> EngineTransport:
            return sender

    return Guarded(schema.raw_schema, config=schema.config, filter_set=schema.filter_set)


def adapt(schema: OpenApiSchema, transport: Transport, origin: str) -> None:
    """Find out what the server refuses before its application sees it, so that the generator does not send it."""
    if _refused(transport, origin, {"X-Probe-Null": "\x00"}) is not None:
        schema.adapt_to_null_byte_in_header_failure()
    body = _refused(transport, origin + _UNSAFE_PATH, {})
    if body is not None and (not body or b"<title>HTTP Status 400 " in body):  # Tomcat's page, or nothing
        schema.adapt_to_path_decoder_rejection()


def _refused(transport: Transport, url: str, headers: Mapping[str, str]) -> bytes | None:
    """The body with which a request was refused; None when it was not."""
    try:
        exchange = transport.request("GET", url, headers, None, {})
    except NETWORK_ERRORS:
        return b""
    return exchange.body if exchange.status == 400 else None


def without_external_values(node: Any) -> Any:
    """Return the document without its links to examples on other hosts: the generator would fetch them."""
    if isinstance(node, list):
        return [without_external_values(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    # A property may have that name as well; its schema is no text.
    return {
        name: without_external_values(value)
        for name, value in node.items()
        if not (name == "externalValue" and isinstance(value, str))
    }


def recorded(interaction: Any, operation: str, schemes: Sequence[Scheme] = ()) -> Exchange | None:
    """Return the exchange that the generator recorded; None where no answer came."""
    if interaction is None or interaction.response is None:
        return None
    request, response = interaction.request, interaction.response
    return Exchange(
        method=request.method,
        url=request.uri,
        sent_headers=_flat(request.headers),
        sent_body=request.body or b"",
        status=response.status_code,
        headers=_flat(response.headers),
        body=response.content or b"",
        operation=operation,
        seconds=response.elapsed,
        schemes=schemes,
    )


def _flat(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in headers.items()}  # fmt: skip
