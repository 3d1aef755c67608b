"""Write the small components of a document into the schemas that refer to them.

A validator calls the validator of each component that it meets. For an id or a moment the call takes longer than the
look at its text.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from contracts.errors import SuiteError
from contracts.spec.references_by_part import references_of
from contracts.spec.rewriting import rewritten

_MAX_CHARACTERS = 1000
"""Longest component, as JSON, that is written out: schemas must not grow with the document."""


class SmallComponents:
    """The components of one document that are small and refer to no other one."""

    def __init__(self, resolve: Callable[[Any], Any]) -> None:
        self._resolve = resolve
        self._known: dict[str, Any] = {}

    def written_into(self, schema: Mapping[str, Any]) -> Any:
        """Copy a schema with its references to small components replaced by what they name."""
        return rewritten(schema, self._written_out)

    def _written_out(self, copy: dict[str, Any]) -> Any:
        reference, beside = copy.get("$ref"), {word: value for word, value in copy.items() if word != "$ref"}
        component = self._small(reference) if isinstance(reference, str) else None
        if component is None:
            return copy
        return {**beside, "allOf": [*beside.get("allOf", ()), component]} if beside else component

    def _small(self, reference: str) -> Any:
        """The schema that a reference names; None if it is large, refers to others, or is not there."""
        if reference not in self._known:
            try:
                schema = self._resolve({"$ref": reference})
            except SuiteError:  # whoever follows it says so
                schema = None
            small = len(json.dumps(schema, default=str)) <= _MAX_CHARACTERS and not references_of(schema)
            self._known[reference] = schema if small else None
        return self._known[reference]
