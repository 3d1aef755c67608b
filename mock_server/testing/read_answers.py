"""JSON of an answer that notes which of its fields a test reads. The values behave as plain dicts and lists do."""

from collections.abc import Callable, Iterator
from typing import Any

from mock_server.support.json_pointer import escape

Note = Callable[[str], None]
"""Takes the pointer to a field that was read; ``*`` stands for every index."""


class Reads:
    """The fields of one answer that were read, by pointer.

    ``opaque`` are values that were handed over and never looked into from Python: a library in C may have read them.
    """

    def __init__(self) -> None:
        self.pointers: set[str] = set()
        self._handed: dict[int, str | None] = {}
        self._whole = False

    def whole(self) -> None:
        """Note that the body was taken as text or bytes: nobody knows what was read."""
        self._whole = True

    def hand_over(self, value: Any, pointer: str) -> None:
        """Note that a field was read. Its value counts as opaque until somebody looks into it."""
        self.pointers.add(pointer)
        if isinstance(value, ReadDict | ReadList) and not value.is_empty():
            self._handed.setdefault(id(value), pointer)

    def look_into(self, value: Any) -> None:
        """Note that somebody looked into an object or a list."""
        self._handed[id(value)] = None

    def to_dict(self) -> dict[str, Any]:
        """The pointers that were read, and those below which anything may have been read."""
        opaque = {""} if self._whole else {pointer for pointer in self._handed.values() if pointer is not None}
        return {"read": sorted(self.pointers), "opaque": sorted(opaque)}


def tracked(value: Any, reads: Reads, pointer: str = "") -> Any:
    """Copy a JSON value so that what is read of it is noted."""
    if isinstance(value, dict):
        return ReadDict(value, reads, pointer)
    return ReadList(value, reads, pointer) if isinstance(value, list) else value


class ReadDict(dict[Any, Any]):
    """An object of an answer."""

    def __init__(self, value: dict[Any, Any], reads: Reads, pointer: str) -> None:
        below = {name: tracked(part, reads, f"{pointer}/{escape(name)}") for name, part in value.items()}
        super().__init__(below)
        self._reads, self._pointer = reads, pointer

    def is_empty(self) -> bool:
        """Tell whether there is nothing in it to be read. Asking this is no reading."""
        return super().__len__() == 0

    def _note(self, name: object) -> None:
        self._reads.look_into(self)
        if isinstance(name, str):
            self._reads.hand_over(super().get(name), f"{self._pointer}/{escape(name)}")

    def _note_all(self) -> None:
        self._reads.look_into(self)
        for name, value in super().items():
            if isinstance(name, str):
                self._reads.hand_over(value, f"{self._pointer}/{escape(name)}")

    def __getitem__(self, name: str) -> Any:
        self._note(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._note(name)
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._reads.look_into(self)
        return super().__iter__()

    def __eq__(self, other: object) -> bool:
        self._note_all()
        return super().__eq__(other)

    __hash__ = None  # as a dict

    def get(self, name: str, default: Any = None) -> Any:
        """Read one field, or the default."""
        self._note(name)
        return super().get(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        """Take one field out."""
        self._note(name)
        return super().pop(name, *default)

    def items(self) -> Any:
        """Read all fields with their names."""
        self._note_all()
        return super().items()

    def values(self) -> Any:
        """Read all fields."""
        self._note_all()
        return super().values()

    def copy(self) -> dict[Any, Any]:
        """Read all fields into a plain dict."""
        self._note_all()
        return dict(super().items())

    def __or__(self, other: Any) -> Any:
        return self.copy() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.copy()

    def __reduce__(self) -> Any:
        return dict, (self.copy(),)


class ReadList(list[Any]):
    """A list of an answer."""

    def __init__(self, value: list[Any], reads: Reads, pointer: str) -> None:
        super().__init__(tracked(part, reads, f"{pointer}/*") for part in value)
        self._reads, self._pointer = reads, pointer

    def is_empty(self) -> bool:
        """Tell whether there is nothing in it to be read. Asking this is no reading."""
        return super().__len__() == 0

    def _handed(self, value: Any) -> Any:
        self._reads.look_into(self)
        for part in value if isinstance(value, list) and not isinstance(value, ReadList) else [value]:
            self._reads.hand_over(part, f"{self._pointer}/*")
        return value

    def __getitem__(self, index: Any) -> Any:
        return self._handed(super().__getitem__(index))

    def __iter__(self) -> Iterator[Any]:
        self._reads.look_into(self)
        return map(self._handed, super().__iter__())

    def __len__(self) -> int:
        self._reads.look_into(self)
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        for part in self:
            if isinstance(part, ReadDict):
                part._note_all()
        return super().__eq__(other)

    __hash__ = None  # as a list

    def pop(self, index: Any = -1) -> Any:
        """Take one item out."""
        return self._handed(super().pop(index))

    def __reduce__(self) -> Any:
        return list, ([*self],)
