"""The whole contract that is served: one or more documents, their operations and families."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mock_server.errors import Problem, SpecError
from mock_server.spec.compiler import operations
from mock_server.spec.document import Document, base_path
from mock_server.spec.event_sources import Source, documented_events, event_sources, sending_methods
from mock_server.spec.families import Family
from mock_server.spec.operation import Operation
from mock_server.spec.path_template import BLANK
from mock_server.spec.record_references import record_references
from mock_server.spec.resources import Role, infer
from mock_server.spec.schema import Schema

log = logging.getLogger("mock_server")

_CONTROL_PLANE = "/__admin"
_SHOWN = 20  # faults of a document; a person mends these first


class Contract:
    """The contract, compiled once, at start. Operations are found by key (``GET /v1/leads/{}``) and by nothing else.

    If two documents have the same operation, the first one counts. With ``strict`` a document with any fault is
    refused; otherwise only a document without an operation that can be served. Raises SpecError.
    """

    def __init__(self, documents: Sequence[Document], *, strict: bool = False, foreign: bool = False) -> None:
        self.documents = tuple(documents)
        self.foreign = foreign
        """True for a document that is not Sophiie's: facts about Sophiie do not apply to it."""
        self.operations: dict[str, Operation] = {}
        self.left_out: list[Problem] = []
        """Faults of the documents for which no operation answers 501, such as an impossible path."""
        self.slips: list[Problem] = []
        """Faults of YAML and of schemas in the documents that were read as they were meant."""
        self.unmade: dict[str, str] = {}
        """Operations that answer 501 because no record for their answer could be made, with the reason, by key."""
        self.failed: dict[str, str] = {}
        """Operations for which an answer could not be made during a request, with the reason, by key."""
        faults: list[Problem] = []
        for document in documents:
            try:
                compiled = operations(document)
            except SpecError as fault:
                faults.extend(fault.problems)
                continue
            faults.extend([*document.slips, *compiled.slips, *compiled.faults] if strict else ())
            self.left_out.extend([*compiled.left_out, *_hidden(document, compiled.operations)])
            self.slips.extend([*document.slips, *compiled.slips])
            for operation in compiled.operations:
                self.operations.setdefault(operation.key, operation)
        if faults:
            more = [Problem("", f"… and {len(faults) - _SHOWN} more")] if len(faults) > _SHOWN else []
            raise SpecError(*faults[:_SHOWN], *more)
        served = tuple(operation for operation in self.operations.values() if not operation.unserved)
        self.bindings, self.above = infer(served)

    @property
    def unserved(self) -> dict[str, str]:
        """The operations that answer 501, with the reason, by key."""
        known = {operation.key: operation.unserved for operation in self.operations.values() if operation.unserved}
        return {**self.failed, **self.unmade, **known}

    def note_unmade(self, family: Family, reason: str) -> None:
        """Note that no record of ``family`` can be made: its operations answer 501, except a list that may be empty."""
        own = [key for key, it in self.bindings.items() if it.family is family and it.role is not Role.LIST]
        self.unmade.update(dict.fromkeys(own, reason))

    def warn_of_faults(self) -> None:
        """Log one line for each operation, or other part of a document, that is not served."""
        for key, reason in self.unserved.items():
            log.warning("%s answers 501: %s", key, reason)
        for slip in self.slips[:_SHOWN]:
            log.warning("read all the same: %s", slip)
        for problem in dict.fromkeys(self.left_out):
            log.warning("left out: %s", problem)

    @cached_property
    def families(self) -> Mapping[str, Family]:
        """The resource families by kind."""
        return {binding.family.kind: binding.family for binding in self.bindings.values()}

    @cached_property
    def references(self) -> Mapping[str, Mapping[str, str]]:
        """The fields with ids of other records, by kind, each with the other kind."""
        return record_references(self.families)

    @cached_property
    def single_kinds(self) -> frozenset[str]:
        """The kinds of which a workspace has exactly one record, such as an organization."""
        return frozenset(it.family.kind for it in self.bindings.values() if it.role is Role.SINGLE)

    @cached_property
    def webhooks(self) -> Mapping[str, Schema]:
        """The schemas of the events' bodies, by event; the first document that has an event counts."""
        return {
            name: schema
            for document in reversed(self.documents)
            for name, schema in documented_events(document).items()
        }

    @cached_property
    def event_methods(self) -> Mapping[str, str]:
        """The methods with which events are sent, by event, where that is not POST."""
        return {name: it for document in reversed(self.documents) for name, it in sending_methods(document).items()}

    @cached_property
    def event_sources(self) -> Mapping[str, Sequence[Source]]:
        """The events that a change of a record causes, by its kind. Behaviours cause our own document's events."""
        return event_sources(self.webhooks, self.families) if self.foreign else {}

    def document_for(self, path: str) -> Document:
        """The document whose paths begin as ``path`` does; the first document if none does."""
        for document, start in self._starts:
            if start and (path == start or path.startswith(f"{start}/")):
                return document
        return self.documents[0]

    @cached_property
    def _starts(self) -> list[tuple[Document, str]]:
        """The common beginning of each document's paths, longest first: ``/api/webhooks/zapier``, ``/v1``."""
        starts = []
        for document in self.documents:
            own = [operation.segments for operation in self.operations.values() if operation.document is document]
            starts.append((document, "".join(f"/{segment}" for segment in _common(own))))
        return sorted(starts, key=lambda pair: -len(pair[1]))

    def published(self, document: Document, url: str) -> dict[str, Any]:
        """Return ``document`` as this server publishes it: with this server's address, for clients made from it."""
        others = document.published.get("servers")
        here = {"url": url + base_path(document), "description": "This mock"}
        return {**document.published, "servers": [here, *(others if isinstance(others, list) else [])]}


def _common(paths: Sequence[Sequence[str]]) -> Sequence[str]:
    if not paths:
        return ()
    shared = []
    for column in zip(*paths, strict=False):
        if len(set(column)) > 1 or BLANK in column[0]:
            break
        shared.append(column[0])
    return shared


def _hidden(document: Document, operations: Iterable[Operation]) -> Iterator[Problem]:
    """Paths of a document that no request can reach, because the control plane is there."""
    for path in dict.fromkeys(it.path for it in operations if f"{it.path}/".startswith(f"{_CONTROL_PLANE}/")):
        what = f"{path} is below {_CONTROL_PLANE}, where the control plane is"
        yield Problem(f"{document.name}#/paths", what, "give it another path")
