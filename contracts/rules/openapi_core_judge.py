"""The second judge: openapi-core reads the same document independently of our own validators.

It also decides whether a generated request is valid *as it was sent*, which the generator cannot know for sure. It is
slow, so it sees only the first answer of each operation and status, and no very large one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from contracts.rules.location import Location
from contracts.rules.rule import Finding, Group, Rule, Violation
from contracts.spec.document import Contract, Operation
from contracts.spec.operation_parts import JSON, Answer
from contracts.spec.path_template import as_sent
from contracts.spec.rewriting import rewritten
from contracts.transport.exchange import Exchange, cut

MAX_BODY_BYTES = 32 * 1024
"""Largest body that it examines: for 50,000 wrong items it makes as many errors, in half a minute."""
JUDGES = Rule("judges_agree", Group.SHAPE, "Two independent validators must agree on an answer")


class _Request:
    """A request in the form that openapi-core wants."""

    def __init__(self, operation: Operation, exchange: Exchange, origin: str) -> None:
        query = ImmutableMultiDict(parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True))
        self.parameters = RequestParameters(
            query=query, header=Headers(list(exchange.sent_headers.items())), cookie=ImmutableMultiDict(), path={}
        )
        self.host_url = origin
        self.path = exchange.path
        self.method = exchange.method.lower()
        self.body = exchange.sent_body or None
        self.content_type = _without_parameters(exchange.sent_headers.get("content-type", ""))


class _Response:
    def __init__(self, exchange: Exchange) -> None:
        self.data = exchange.body
        self.status_code = exchange.status
        self.content_type = exchange.media_type
        self.headers = Headers(list(exchange.headers.items()))  # looked up whatever the case


class OpenapiCoreJudge:
    """Judges exchanges under one contract. ``origin`` is the target's; ``every``: all answers, not only the first.

    ``silent`` counts what it could not read, by operation and kind of failure; this only leads to a note.
    """

    def __init__(self, contract: Contract, origin: str, *, every: bool = False) -> None:
        self._contract = contract
        self._origin = origin
        self._every = every
        self._readers: dict[str, OpenAPI] = {}
        self._seen: set[int] = set()
        """Answers, and valid requests, that were judged already: the same ones again would give the same result."""
        self.silent: Counter[str] = Counter()

    def forget(self) -> None:
        """From now on judge the first answer of each operation and status again."""
        self._seen.clear()

    def judge(self, operation: Operation, exchange: Exchange, *, found_wrong: bool) -> Iterator[Finding]:
        """Return a finding if the two judges disagree about the answer. ``found_wrong`` is our own result."""
        body = (exchange.media_type, exchange.body) if self._every else ()
        mark = hash((operation.key, exchange.status, body))
        answer = operation.answer(exchange.status)
        if mark in self._seen or answer is None or not _is_read(answer, exchange):
            return
        self._seen.add(mark)
        if (
            not found_wrong
            and len(exchange.body) <= MAX_BODY_BYTES
            and (errors := self._answer_errors(operation, exchange))
        ):
            violation = Violation(
                JUDGES,
                Location(exchange.status, name="second-judge"),
                expected="valid for openapi-core too",
                got="not valid for openapi-core" if exchange.private else errors[0],
            )
            yield Finding.of(violation, operation.key, operation.provenance, (exchange,))

    def _answer_errors(self, operation: Operation, exchange: Exchange) -> list[str]:
        answer, bodiless = operation.answer(exchange.status), exchange.status == 204 or exchange.method == "HEAD"
        if not exchange.body and (bodiless or (answer is not None and not answer.media_types)):
            return []  # HTTP has it empty, whatever schema a document gives it; or the document names no content
        request, response = _Request(operation, exchange, self._origin), _Response(exchange)
        try:
            return [_words(error) for error in self._reader(operation).iter_response_errors(request, response)]
        except OpenAPIError as error:
            return [_words(error)]
        except Exception as fault:  # its parsers raise what they like for a body or a header from outside
            return self._cannot_read(operation, fault)

    def _cannot_read(self, operation: Operation, fault: Exception) -> list[Any]:
        self.silent[f"{operation.key} ({type(fault).__module__}.{type(fault).__name__})"] += 1
        return []

    @property
    def notes(self) -> list[str]:
        """Sentences about requests and answers that openapi-core could not read."""
        return [
            f"{what}: openapi-core could not read it {n}×; our own validator did" for what, n in self.silent.items()
        ]

    def rejects(self, operation: Operation, exchange: Exchange) -> bool:
        """Tell whether the request, as it was sent, breaks the contract (apart from credentials)."""
        try:
            return bool(self.request_errors(operation, exchange))
        except Exception:  # what cannot be read was not accepted
            return True

    def request_problems(self, operation: Operation, exchange: Exchange) -> list[Exception]:
        """List the errors of a request, apart from credentials; none if openapi-core cannot read it."""
        mark = hash((operation.key, exchange.url, exchange.sent_body, *sorted(exchange.sent_headers.items())))
        if mark in self._seen:
            return []
        try:
            errors = self.request_errors(operation, exchange)
        except Exception as fault:  # its parsers raise what they like for a request, too
            return self._cannot_read(operation, fault)
        if not errors:
            self._seen.add(mark)
        return errors

    def request_errors(self, operation: Operation, exchange: Exchange) -> list[Exception]:
        """List the errors of a request, apart from credentials. Raises the errors of openapi-core's parsers."""
        try:
            errors = list(self._reader(operation).iter_request_errors(_Request(operation, exchange, self._origin)))
        except OpenAPIError as error:
            errors = [error]
        return [error for error in errors if type(error).__name__ != "SecurityValidationError"]

    def _reader(self, operation: Operation) -> OpenAPI:
        document = operation.document
        if document.name not in self._readers:
            raw = _without_security({**_normal(document.raw), "servers": [{"url": self._origin}]})
            self._readers[document.name] = OpenAPI.from_dict(raw, config=Config(spec_validator_cls=None))
        return self._readers[document.name]


def _is_read(answer: Answer, exchange: Exchange) -> bool:
    """Tell whether openapi-core reads an answer as we do: JSON under another name, or as `*/*`, is bytes to it."""
    return exchange.media_type == "" or (exchange.media_type == JSON and JSON in answer.media_types)


def _words(error: Exception) -> str:
    cause = error.__cause__
    details = [str(getattr(e, "message", e)) for e in getattr(cause, "schema_errors", ())]
    return cut("; ".join(details or [str(error)]), 300)


def _normal(node: Any) -> Any:
    """Rewrite lists of types as ``anyOf``: openapi-core cannot read them in parameters (its issue 1180).

    Also write out `explode` for `deepObject`, which always has it, and drop the format `time`, for which openapi-core
    refuses the offset that RFC 3339 demands, and fractions in `multipleOf`: to it 969.31 is no multiple of 0.01. Media
    types lose their parameters: it finds none that has one.
    """
    return rewritten(node, _normalized)


def _normalized(node: dict[str, Any]) -> dict[str, Any]:
    copy = {str(name): value for name, value in node.items() if not _is_servers(name, value)}
    if copy.get("format") == "time":
        del copy["format"]
    if isinstance(copy.get("multipleOf"), float):
        del copy["multipleOf"]
    if copy.get("style") == "deepObject":
        copy["explode"] = True
    if isinstance(copy.get("content"), Mapping):
        copy["content"] = _by_plain_type(copy["content"])
    kinds = copy.get("type")
    if isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds):
        del copy["type"]
        return {**copy, "anyOf": [{"type": kind} for kind in kinds]} if "anyOf" not in copy else copy
    return copy


def _by_plain_type(content: Mapping[str, Any]) -> dict[str, Any]:
    """The bodies by media type without parameters; of several versions that differ any is right."""
    found: dict[str, Any] = {}
    for name, body in content.items():
        plain = _without_parameters(str(name))
        found[plain] = body if found.get(plain, body) == body else {}
    return found


def _without_parameters(media_type: str) -> str:
    return media_type.partition(";")[0].strip()


def _is_servers(name: Any, value: Any) -> bool:
    """Tell whether a part of a document lists servers: their paths stand before the document's paths already."""
    return name == "servers" and isinstance(value, list)


def _without_security(raw: dict[str, Any]) -> dict[str, Any]:
    """Copy the document without credentials: they are judged elsewhere and would hide every other error."""
    paths: dict[str, Any] = {}
    for path, item in raw.get("paths", {}).items():
        paths[as_sent(path)] = {
            name: {**value, "security": []} if isinstance(value, Mapping) and "responses" in value else value
            for name, value in item.items()
        }
    return {**raw, "paths": paths, "security": []}
