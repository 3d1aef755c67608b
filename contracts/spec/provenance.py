"""The source of a statement about the API: the words of ``x-provenance`` in the documents."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Provenance(StrEnum):
    """The source of a statement; its words are those of ``x-provenance`` in the documents."""

    DOCUMENTED = "documented"
    EXAMPLE = "example"
    THIRD_PARTY = "third-party"
    INFERRED = "inferred"
    OBSERVED = "observed"
    """Seen in a user's own recording, with its date and how often."""


def provenance_of(part: Mapping[str, Any], usual: Provenance) -> Provenance:
    """The source that a part of a document names; ``usual`` if it names none, or means something else by that key."""
    word = part.get("x-provenance")
    return next((source for source in Provenance if source == word), usual)
