"""The names of an operation: method and path, with any parameter names or with an id, or the operationId."""

import re
from collections.abc import Iterable

from contracts.spec.document import Contract, Operation, blank
from mock_server.support.did_you_mean import nearest


def named(contract: Contract, word: str) -> Operation | None:
    """The operation that a word names, in any case; None if it names none."""
    plain = " ".join(word.split())
    for operation in contract.operations.values():
        if plain.lower() in (operation.key.lower(), operation.id.lower()) or _same(plain, operation.key):
            return operation
    method, _, path = plain.partition(" ")
    return contract.find(method.upper(), path.partition("?")[0]) if path.startswith("/") else None


def names(contract: Contract) -> list[str]:
    """Every name of an operation."""
    return [name for o in contract.operations.values() for name in (f"{o.method} {o.path}", o.id) if name]


def suggestion(word: str, known: Iterable[str]) -> str:
    """The text ``did you mean `createLead`?``, or nothing if no name is similar."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def _same(word: str, key: str) -> bool:
    """Tell whether two names differ only in parameter names, case, or a slash at the end."""
    return blank(_colons(word)).rstrip("/").lower() == key.lower()


def _colons(path: str) -> str:
    """Rewrite ``/leads/:id``, as some frameworks write it."""
    return re.sub(r"/:(\w+)", r"/{\1}", path)
