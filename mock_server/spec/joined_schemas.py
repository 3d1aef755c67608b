"""Schemas that hold for the same property, put together as one schema of the document.

An object in two parts of an `allOf` may have the same property in both, each with some of its members.
"""

from collections.abc import Iterable

from mock_server.spec.document import Document
from mock_server.support.json_pointer import escape, to_reference

_JOINED = "x-mock-joined"


def joined(document: Document, pointers: Iterable[str]) -> str:
    """The pointer of a schema that admits what all of the schemas at ``pointers`` admit. It is made once."""
    listed = list(pointers)
    name = " ".join(listed)
    made = document.root.setdefault(_JOINED, {})
    if name not in made:
        made[name] = {"allOf": [{"$ref": to_reference(pointer)} for pointer in listed]}
    return f"/{_JOINED}/{escape(name)}"
