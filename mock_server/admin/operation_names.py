"""Find the operation that a person names: by its key, as `sophiie-mock routes` prints it, operationId, or path."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from mock_server.api.routing import Router
from mock_server.errors import ApiError, MethodNotAllowed
from mock_server.spec.operation import Operation
from mock_server.spec.path_template import blanked
from mock_server.support.did_you_mean import nearest

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
ANY = "ANY"
_MAX_COMPARED_CHARACTERS = 200
_SHOWN = 4


class UnknownOperation(Exception):
    """No operation has this name; the text says which may have been meant."""


class OperationNames:
    """The operations of a contract, found by any name that people use."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.all: Sequence[Operation] = tuple(operations)
        self._router = Router(self.all)
        self._by_key = {operation.key: operation for operation in self.all}
        self._by_id: dict[str, list[Operation]] = {}
        for operation in self.all:
            self._by_id.setdefault(str(operation.node.get("operationId", "")), []).append(operation)
        self._by_id.pop("", None)

    def operation(self, name: str) -> Operation:
        """The operation named ``GET /v1/leads/{}``, ``get v1/leads/{anyName}``, or ``getLead``.

        Raises UnknownOperation.
        """
        words = name.split()
        if len(words) == 2:
            path = words[1] if words[1].startswith("/") else f"/{words[1]}"
            found = self._by_key.get(f"{words[0].upper()} {blanked(path)}")
            if found is not None:
                return found
            here = [operation for operation in self.all if blanked(operation.path) == blanked(path)]
            if words[0].upper() == ANY and here:
                raise UnknownOperation(f"several operations have this path; name {_listed(here)}")
        same = self._by_id.get(name.strip(), [])
        if len(same) == 1:
            return same[0]
        if same:
            raise UnknownOperation(f"several operations have this id: {_listed(same)}")
        raise UnknownOperation(f"no such operation; {self.remedy(name)}")

    def at(self, method: str, path: str) -> Sequence[Operation]:
        """The operations for a method (``ANY`` for each) on a path. Raises UnknownOperation if there is none."""
        found = [operation for one in self._methods(method) if (operation := self.answering(one, path))]
        if found:
            return found
        try:
            self._router.match(method, path)
        except MethodNotAllowed as fault:
            raise UnknownOperation(str(fault)) from None
        except ApiError:
            pass
        raise UnknownOperation(f"no operation has this path; {self.remedy(f'{method} {path}'.removeprefix(f'{ANY} '))}")

    @staticmethod
    def _methods(method: str) -> Sequence[str]:
        return METHODS if method == ANY else (method,)

    def answering(self, method: str, path: str) -> Operation | None:
        """The operation that answers such a request; None if there is none."""
        try:
            return self._router.match(method, path)[0]
        except ApiError:
            return None

    def has(self, path: str) -> bool:
        """Tell whether the path answers any method."""
        return any(self.answering(method, path) for method in METHODS)

    def like(self, method: str, path: str) -> str:
        """The operation that an unmatched request probably meant; an empty text if none is similar."""
        return nearest(f"{method} {path}"[:_MAX_COMPARED_CHARACTERS], map(shown, self.all))

    def remedy(self, name: str) -> str:
        """The operation that was probably meant, as `sophiie-mock routes` prints it."""
        known = {shown(operation): operation for operation in self.all}
        known |= {id: some[0] for id, some in self._by_id.items()}
        if " " not in name.strip():
            known |= {operation.path: operation for operation in self.all}
        near = get_close_matches(name.strip()[:_MAX_COMPARED_CHARACTERS], known, 1)
        if not near:
            return "`sophiie-mock routes` lists them"
        meant = known[near[0]]
        same = [operation for operation in self.all if operation.path == meant.path]
        return f"did you mean {_listed(same if near[0] == meant.path else [meant])} ?"


def shown(operation: Operation) -> str:
    """An operation as `sophiie-mock routes` prints it."""
    return f"{operation.method} {operation.path}"


def _listed(some: Sequence[Operation]) -> str:
    more = f" or {len(some) - _SHOWN} others" if len(some) > _SHOWN else ""
    return " or ".join(map(shown, some[:_SHOWN])) + more
