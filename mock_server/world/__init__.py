"""The world: a seeded, causally consistent trade business, made from (seed, start time, recipe)."""

from typing import Any

Record = dict[str, Any]
"""One record as it is stored and answered: plain JSON values under the vendor's field names."""

World = dict[str, list[Record]]
"""Kind (``leads``, ``leads/notes`` …) → its records, oldest first."""
