"""Read the schemas of a document as their authors mean them, where at their word no value would be valid."""

from collections.abc import Sequence
from typing import Any

from mock_server.support.component_schemas import Slip
from mock_server.support.equal_branches import without_equal_branches
from mock_server.support.inheritance import inherited


def as_meant(root: dict[str, Any]) -> tuple[dict[str, Any], Sequence[Slip]]:
    """Copy a document that has such schemas, with the list of them; any other document is returned itself."""
    whole, first = inherited(root)
    whole, more = without_equal_branches(whole)
    return whole, [*first, *more]
