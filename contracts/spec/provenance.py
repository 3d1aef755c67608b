"""The source of a statement about the API: the words of ``x-provenance`` in the documents."""

from enum import StrEnum


class Provenance(StrEnum):
    """The source of a statement; its words are those of ``x-provenance`` in the documents."""

    DOCUMENTED = "documented"
    EXAMPLE = "example"
    THIRD_PARTY = "third-party"
    INFERRED = "inferred"
    OBSERVED = "observed"
    """Seen in a user's own recording, with its date and how often."""
