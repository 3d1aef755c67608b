"""Records as they go out: each is made once for each shape, for as long as somebody may want it again."""

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

from mock_server.store.base import Row

MAX_RENDERINGS = 10_000
"""Renderings that are kept: two hundred lists of fifty records, in some ten megabytes."""

_NONE: Mapping[Any, Any] = MappingProxyType({})


class RenderCache:
    """Renderings by kind, shape and row. A row never changes, so what was made of it holds; workspaces share rows."""

    def __init__(self) -> None:
        self._by_kind: dict[str, dict[Hashable, dict[Row, Any]]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def of(self, kind: str, shape: Hashable) -> Mapping[Row, Any]:
        """The renderings of a kind in one shape, by row."""
        return self._by_kind.get(kind, _NONE).get(shape, _NONE)

    def keep(self, kind: str, shape: Hashable, row: Row, rendering: Any) -> Any:
        """Keep a rendering, and return it. A full cache begins anew."""
        if self._count >= MAX_RENDERINGS:
            self._by_kind.clear()
            self._count = 0
        self._by_kind.setdefault(kind, {}).setdefault(shape, {})[row] = rendering
        self._count += 1
        return rendering

    def forget(self, kind: str, row: Row) -> None:
        """Drop the renderings of a row that another has replaced: nobody is likely to ask for them again."""
        for known in self._by_kind.get(kind, _NONE).values():
            if known.pop(row, None) is not None:
                self._count -= 1
