"""Parts that the compilers of a document share: schemas, made once and checked, and the faults that were found."""

from collections.abc import Iterator
from contextlib import contextmanager

from mock_server.errors import Problem, SpecError
from mock_server.spec.document import Document
from mock_server.spec.schema import Schema
from mock_server.spec.schema_lint import SchemaLint


class Compilation:
    """One pass over a document. ``faults`` collects everything that is wrong, so that a person sees it all at once."""

    def __init__(self, document: Document, *, sound: bool = False) -> None:
        self.document = document
        self._sound = sound  # then schemas are not looked at again, and a validator is made at its first use
        self.faults: list[Problem] = []
        self.left_out: list[Problem] = []
        lint: SchemaLint = document.compiled.setdefault(("lint", ""), SchemaLint(document))
        self._lint = lint  # one for all passes: each schema is examined once

    @property
    def slips(self) -> list[Problem]:
        """Parts of schemas that break OpenAPI's rules and were accepted all the same."""
        return self._lint.slips

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Collect the faults that are raised in this block, and continue after it."""
        try:
            yield
        except SpecError as fault:
            self.faults.extend(fault.problems)

    @contextmanager
    def leaving_out(self) -> Iterator[None]:
        """Leave out the part of the document that fails in this block. No operation is refused because of it."""
        before, self.faults = self.faults, []
        with self.noting():
            yield
        self.left_out.extend(self.faults)
        self.faults = before

    def schema(self, pointer: str, *, sent: bool = False) -> Schema:
        """The schema at ``pointer`` with its validator: a wrong schema is refused at start and not in a request."""
        faults = [] if self._sound else self._lint.faults(pointer)
        if faults:
            raise SpecError(*faults)
        schema = Schema(self.document, pointer, sent=True) if sent else Schema.of(self.document, pointer)
        if not self._sound:
            _ = schema.validator
        return schema

    def media(self, pointer: str) -> Schema:
        """The schema of a media type; a schema that admits everything if the media type has none."""
        where, entry = self.document.mapping(pointer, "a media type")
        return self.schema(f"{where}/schema", sent=True) if "schema" in entry else Schema.inline(self.document, {})
