"""Shared parts of the compilers of a document: schemas, made once and checked, and the faults that were found."""

from collections.abc import Iterator
from contextlib import contextmanager

from mock_server.errors import Problem, SpecError
from mock_server.spec.document import Document
from mock_server.spec.schema import Schema
from mock_server.spec.schema_lint import SchemaLint


class Compilation:
    """One pass over a document. ``faults`` collects what is wrong, so that a person reads of all of it at once."""

    def __init__(self, document: Document, *, sound: bool = False) -> None:
        self.document = document
        self._sound = sound  # then schemas are not looked at again, and a validator is made at its first use
        self.faults: list[Problem] = []
        self.left_out: list[Problem] = []
        self._lint = SchemaLint(document)

    @property
    def slips(self) -> list[Problem]:
        """The parts of schemas that are not as OpenAPI has it, and were read all the same."""
        return self._lint.slips

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Collect the faults that are raised here, and go on after them."""
        try:
            yield
        except SpecError as fault:
            self.faults.extend(fault.problems)

    @contextmanager
    def leaving_out(self) -> Iterator[None]:
        """Leave out a part that goes wrong here; no operation is refused for it."""
        before, self.faults = self.faults, []
        with self.noting():
            yield
        self.left_out.extend(self.faults)
        self.faults = before

    def schema(self, pointer: str, *, sent: bool = False) -> Schema:
        """The schema at ``pointer``, its validator made: a wrong one is refused at start and not in a request."""
        faults = [] if self._sound else self._lint.faults(pointer)
        if faults:
            raise SpecError(*faults)
        schema = Schema(self.document, pointer, sent=True) if sent else Schema.of(self.document, pointer)
        if not self._sound:
            _ = schema.validator
        return schema

    def media(self, pointer: str) -> Schema:
        """The schema of a media type; one that admits anything where it has none."""
        where, entry = self.document.mapping(pointer, "a media type")
        return self.schema(f"{where}/schema", sent=True) if "schema" in entry else Schema.inline(self.document, {})
