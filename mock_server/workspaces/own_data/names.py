"""Find a record by what a person calls it: its id, a name, a mail, a phone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mock_server.store.base import Id
from mock_server.store.state import Transaction
from mock_server.support.did_you_mean import did_you_mean
from mock_server.support.text import short_repr
from mock_server.workspaces.own_data.drafts import Draft
from mock_server.workspaces.own_data.faults import FaultyValue, Path

_NAMES = (
    *("name", "title", "label", "question", "email", "phone", "login", "username", "user_name", "slug", "code", "key"),
    *("displayName", "display_name", "fullName", "full_name", "number", "reference", "sku", "handle", "firstName"),
)
_SHOWN = 12


class RecordNames:
    """The names of existing records, and of those that are being written."""

    def __init__(self, tx: Transaction, drafts: Iterable[Draft]) -> None:
        self._tx = tx
        self._drafts: dict[str, dict[Id, Draft]] = {}
        for draft in drafts:
            self._drafts.setdefault(draft.kind.name, {})[draft.id] = draft
        self._by_name: dict[str, dict[str, list[Id]]] = {}

    def find(self, kind: str, called: Any, path: Path) -> Id:
        """The id of the record of a kind with this name. Raises FaultyValue."""
        if isinstance(called, bool) or not isinstance(called, str | int):
            raise FaultyValue(
                path, f"is {short_repr(called, 40)} and names none of the {kind}", "write a name or an id"
            )
        if self._tx.get(kind, called) is not None or called in self._drafts.get(kind, ()):
            return called
        known = self._names(kind)
        found = list(dict.fromkeys(known.get(_bare(called), ())))
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(map(str, found[:3]))
            raise FaultyValue(path, f"{len(found)} of the {kind} are called {short_repr(called, 40)}", f"say {ids} …")
        near = did_you_mean(str(called), known)
        some = [name for name in known if name]
        remedy = f"there are {', '.join(some[:_SHOWN])}" + (" …" if len(some) > _SHOWN else "") if some else ""
        raise FaultyValue(path, f"none of the {kind} is called {short_repr(called, 40)}{near}", remedy)

    def record(self, kind: str, id: Id) -> Mapping[str, Any]:
        """The fields of an existing record, or the given ones of a record that is being written."""
        row = self._tx.get(kind, id)
        if row is not None:
            return row.record
        draft = self._drafts.get(kind, {}).get(id)
        return {} if draft is None else {**draft.said, draft.kind.id: draft.id}

    def any(self, kind: str) -> bool:
        """Tell whether there is any record of a kind."""
        return self._tx.one(kind) is not None or kind in self._drafts

    def _names(self, kind: str) -> dict[str, list[Id]]:
        if kind not in self._by_name:
            known: dict[str, list[Id]] = {}
            for id, record in self._all(kind):
                for name in _names_of(record):
                    known.setdefault(_bare(name), []).append(id)
            self._by_name[kind] = known
        return self._by_name[kind]

    def _all(self, kind: str) -> Iterator[tuple[Id, Mapping[str, Any]]]:
        for row in self._tx.page(kind, 0, 1_000_000)[0]:
            yield row.id, row.record
        for draft in self._drafts.get(kind, {}).values():
            yield draft.id, {**draft.said, **draft.words}


def _names_of(record: Mapping[str, Any]) -> Sequence[str]:
    found = [str(record[name]) for name in _NAMES if isinstance(record.get(name), str | int) and record[name] != ""]
    parts = [record.get(name) for name in ("firstName", "lastName")]
    parts = parts if any(parts) else [record.get(name) for name in ("first_name", "last_name")]
    whole = " ".join(part for part in parts if isinstance(part, str) and part)
    return list(dict.fromkeys([*found, whole] if whole else found))


def _bare(name: Any) -> str:
    return " ".join(str(name).split()).casefold()
