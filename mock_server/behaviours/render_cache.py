"""Rendered records: each is rendered once for each shape, and stored as long as it may be needed again."""

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

from mock_server.store.base import Row

MAX_RENDERINGS = 10_000
"""Most renderings that are stored: two hundred lists of fifty records, in some ten megabytes."""

_NONE: Mapping[Any, Any] = MappingProxyType({})


class RenderCache:
    """Renderings by kind, shape and row. A row never changes, so its rendering stays valid; workspaces share rows."""

    def __init__(self) -> None:
        self._by_kind: dict[str, dict[Hashable, dict[Row, Any]]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def of(self, kind: str, shape: Hashable) -> Mapping[Row, Any]:
        """The renderings of a kind in one shape, by row."""
        return self._by_kind.get(kind, _NONE).get(shape, _NONE)

    def keep(self, kind: str, shape: Hashable, row: Row, rendering: Any) -> Any:
        """Store a rendering and return it. A full cache is emptied first."""
        if self._count >= MAX_RENDERINGS:
            self._by_kind.clear()
            self._count = 0
        self._by_kind.setdefault(kind, {}).setdefault(shape, {})[row] = rendering
        self._count += 1
        return rendering

    def forget(self, kind: str, row: Row) -> None:
        """Drop the renderings of a replaced row: nobody is likely to need them again."""
        for known in self._by_kind.get(kind, _NONE).values():
            if known.pop(row, None) is not None:
                self._count -= 1
