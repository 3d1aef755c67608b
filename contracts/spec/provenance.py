"""Who says something about the API: the words of ``x-provenance`` in the documents."""

from enum import StrEnum


class Provenance(StrEnum):
    """Who says so; the words of ``x-provenance`` in the documents."""

    DOCUMENTED = "documented"
    EXAMPLE = "example"
    THIRD_PARTY = "third-party"
    INFERRED = "inferred"
