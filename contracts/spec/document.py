"""The contract as the suite reads it: operations with their parameters, bodies and answers, from OpenAPI documents.

Nothing here is shared with the server, so that a mistake in its reading of a document does not hide itself.
The key of an operation is its method and its path with the parameters blanked: ``GET /v1/leads/{}``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from contracts.errors import CannotRun
from contracts.spec.dialect import plain
from contracts.spec.document_schemas import DocumentSchemas
from contracts.spec.member_names import member_words
from contracts.spec.operation_parts import (
    JSON,
    Answer,
    Parameter,
    first_example,
    is_json,
    json_media,
    load_answer,
    load_parameter,
)
from contracts.spec.path_template import path_pattern
from contracts.spec.provenance import Provenance, provenance_of
from contracts.spec.readable_parts import METHODS
from contracts.spec.security import BEARER, Scheme, asked_for, load_schemes
from mock_server.config import paths as data
from mock_server.errors import SpecError
from mock_server.support.bounded_files import read_file
from mock_server.support.local_references import bundled
from mock_server.support.readable_file import read_readable

FORM = "application/x-www-form-urlencoded"
Schema = Mapping[str, Any]


def blank(path: str) -> str:
    """Blank the parameters of a path: ``/v1/leads/{leadId}`` → ``/v1/leads/{}``."""
    return re.sub(r"\{[^}]*\}", "{}", path)


@dataclass(frozen=True)
class Operation:
    """One method on one path, with its parameters, body and answers."""

    document: "Document" = field(repr=False)
    method: str
    path: str
    id: str
    """The document's operationId; empty if there is none."""
    tags: tuple[str, ...]
    provenance: Provenance
    source: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    body_required: bool
    body_example: Any
    answers: Mapping[str, Answer]
    secured: bool
    body_types: tuple[str, ...] = ()
    body_media: str = JSON
    """The content type of a JSON body."""
    form: Schema = field(default_factory=dict)
    """The schema of a form body."""
    schemes: Sequence[Scheme] = ()
    """The places where a request shows its key."""

    @property
    def by_bearer(self) -> bool:
        """True if every request needs a bearer key, and one without a key is answered 401."""
        refused = {"401", "4XX", "default"} & {*self.answers} or "403" not in self.answers
        return self.secured and set(self.schemes) == {BEARER} and bool(refused)

    @cached_property
    def key(self) -> str:
        """The method and the path with parameters blanked: ``GET /v1/leads/{}``."""
        return f"{self.method} {blank(self.path)}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """A regular expression that matches the paths of requests to this operation."""
        return path_pattern(self.path)

    def parameters_in(self, place: str) -> tuple[Parameter, ...]:
        """The parameters in one ``place``: path, query, header or cookie."""
        return tuple(parameter for parameter in self.parameters if parameter.place == place)

    @property
    def speaks_json(self) -> bool:
        """True if a request needs no body other than JSON."""
        return self.body is not None or not self.body_types

    @property
    def reads(self) -> bool:
        """True if HTTP says that the method changes nothing."""
        return self.method in ("GET", "HEAD")

    @property
    def success(self) -> Answer | None:
        """The first documented success."""
        return next((self.answers[status] for status in sorted(self.answers) if status.startswith("2")), None)

    @property
    def answer_media(self) -> str:
        """The content type that a client accepts: the first success's name for JSON, or its other type."""
        types = sorted(self.success.media_types) if self.success else []
        named = [media for media in types if is_json(media)]
        if named or not types:
            return named[0] if named and JSON not in named else JSON
        return types[0]

    def answer(self, status: int) -> Answer | None:
        """The documented answer for a status: exact, by its class, or the default one."""
        exact, group = self.answers.get(str(status)), self.answers.get(f"{status // 100}XX")
        return exact or group or self.answers.get("default")


class Document(DocumentSchemas):
    """One OpenAPI document. ``name`` is its file's name; ``digest`` is the SHA-256 of the file."""

    def __init__(self, name: str, raw: Mapping[str, Any], file: Path | None = None, digest: str = "") -> None:
        super().__init__(name, raw)
        self.file, self.digest = file, digest

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, in the order of the file. Raises CannotRun if one cannot be read."""
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.raw.get("paths", {}).items():
            item = self.resolve(item)
            if not isinstance(item, Mapping) or path in self.unaddressed:
                continue
            more = item.get("additionalOperations")
            named = {**(more if isinstance(more, Mapping) else {}), **{way: item.get(way) for way in METHODS}}
            for method, raw in named.items():
                raw = self.resolve(raw)
                if isinstance(raw, Mapping):
                    yield self._read(path, method, item, raw)

    def _read(self, path: str, method: str, item: Schema, raw: Schema) -> Operation:
        try:
            return self._operation(path, method, item, raw)
        except (AttributeError, KeyError, TypeError, ValueError) as fault:
            what = f"{method.upper()} {path} is not as OpenAPI has it ({type(fault).__name__}: {fault})"
            raise CannotRun(f"{self.name}: {what}", "correct the document") from None

    @cached_property
    def credentials(self) -> frozenset[str]:
        """Names of query parameters that carry a key."""
        schemes = map(self.resolve, self.raw.get("components", {}).get("securitySchemes", {}).values())
        return frozenset(str(scheme["name"]) for scheme in schemes if scheme.get("in") == "query" and "name" in scheme)

    @cached_property
    def webhooks(self) -> Mapping[str, Operation]:
        """The documented deliveries by key (``WEBHOOK LEAD_CREATED``); ``path`` is the event's name."""
        posted = {n: self.resolve(item).get("post") for n, item in self.raw.get("webhooks", {}).items()}
        return {
            f"WEBHOOK {n}": self._read(n, "webhook", {}, raw) for n, raw in posted.items() if isinstance(raw, Mapping)
        }

    def _operation(self, path: str, method: str, item: Schema, raw: Schema) -> Operation:
        mark = provenance_of(raw, Provenance.DOCUMENTED)
        merged = {(p["in"], p["name"]): p for p in map(self.component, item.get("parameters", ()))}
        merged |= {(p["in"], p["name"]): p for p in map(self.component, raw.get("parameters", ()))}
        body = self.resolve(raw.get("requestBody", {}))
        media = json_media(body.get("content", {}))
        content = body.get("content", {}).get(media, {})
        security = asked_for(raw, self.raw)
        return Operation(
            document=self,
            method=method.upper(),
            path=path,
            id=str(raw.get("operationId", "")),
            tags=tuple(map(str, tags)) if isinstance(tags := raw.get("tags"), list) else (),
            provenance=mark,
            source=raw.get("x-source", ""),
            parameters=tuple(load_parameter(p, self.resolve) for p in merged.values()),
            body=content.get("schema"),
            body_required=bool(body.get("required")),
            body_types=tuple(body.get("content", ())),
            body_media=media if is_json(media) else JSON,
            form=body.get("content", {}).get(FORM, {}).get("schema", {}),
            body_example=first_example(content, self.resolve),
            answers={str(n): load_answer(str(n), a, mark, self.resolve) for n, a in raw.get("responses", {}).items()},
            secured=bool(security) and {} not in security,
            schemes=load_schemes(security, self.raw.get("components", {}).get("securitySchemes", {}), self.resolve),
        )


@dataclass(frozen=True)
class Contract:
    """All documents of a run."""

    documents: Sequence[Document]

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of all documents, by its key."""
        return {operation.key: operation for document in self.documents for operation in document.operations}

    @cached_property
    def webhooks(self) -> Mapping[str, Operation]:
        """The deliveries that any document describes, by key."""
        return {key: operation for document in self.documents for key, operation in document.webhooks.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """Names of members and the values listed for them. They come from the document, so they are nobody's data."""
        return frozenset(member_words([document.raw for document in self.documents]))

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a request. The one with fewer parameters wins, so ``/leads/new`` is not ``/leads/{}``."""
        fitting = (o for o in self.operations.values() if o.method == method and o.pattern.fullmatch(path))
        return min(fitting, key=lambda operation: operation.path.count("{"), default=None)

    def schemes(self, method: str, path: str) -> Sequence[Scheme]:
        """Where a request shows its key: HEAD as GET does, an unknown path as the first operation that needs one."""
        operation = self.find(method, path) or (self.find("GET", path) if method == "HEAD" else None)
        asking = (it.schemes for it in self.operations.values() if it.schemes)
        return operation.schemes if operation else next(asking, ())


def load(spec: str = "") -> Contract:
    """Load the documents of the project, or the one in a file. Raises CannotRun."""
    own = (data.OPENAPI / "v1.yaml", data.OPENAPI / "zapier.yaml")
    if (contract := Contract([_read(path) for path in ([Path(spec)] if spec else own)])).operations:
        return contract
    if unread := [f"{key} cannot be read: {why}" for it in contract.documents for key, why in it.unread.items()]:
        raise CannotRun(f"{spec}: {unread[0]}", "correct the document")
    what = "webhooks alone" if contract.webhooks else "no operation in it"
    raise CannotRun(f"{spec or data.OPENAPI}: {what}", "give an OpenAPI 3 document with operations below `paths`")


def _read(path: Path) -> Document:
    try:
        raw = bundled(read_file(path, SpecError, ours=data.is_ours(path), slips=[]), path, SpecError).root
        digest = sha256(read_readable(path)).hexdigest()
    except SpecError as fault:
        raise CannotRun(str(fault)) from None
    except OSError as fault:  # it has gone since
        raise CannotRun(f"{path}: {fault.strerror}", "give an OpenAPI 3 document") from None
    return Document(path.stem, plain(str(path), raw), path, digest)
