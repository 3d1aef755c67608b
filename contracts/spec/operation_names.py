"""The names that people give an operation: method and path with parameters of any name or an id, or operationId."""

import re
from collections.abc import Iterable

from contracts.spec.document import Contract, Operation, blank
from mock_server.support.did_you_mean import nearest


def named(contract: Contract, word: str) -> Operation | None:
    """The operation that a word names, in whatever case; None when it names none."""
    plain = " ".join(word.split())
    for operation in contract.operations.values():
        if plain.lower() in (operation.key.lower(), operation.id.lower()) or _same(plain, operation.key):
            return operation
    method, _, path = plain.partition(" ")
    return contract.find(method.upper(), path.partition("?")[0]) if path.startswith("/") else None


def names(contract: Contract) -> list[str]:
    """Every name that an operation goes by."""
    return [name for o in contract.operations.values() for name in (f"{o.method} {o.path}", o.id) if name]


def suggestion(word: str, known: Iterable[str]) -> str:
    """``did you mean `createLead`?``, or nothing."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def _same(word: str, key: str) -> bool:
    """Tell whether two names differ in nothing but names of parameters, case, and a slash at the end."""
    return blank(_colons(word)).rstrip("/").lower() == key.lower()


def _colons(path: str) -> str:
    """``/leads/:id``, as some frameworks write it."""
    return re.sub(r"/:(\w+)", r"/{\1}", path)
