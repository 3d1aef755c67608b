"""Small answers: rows with ids to ask further, and never more text than an agent can afford."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.support.exact_json import write_json

MAX_ROWS = 50
MAX_ANSWER_CHARACTERS = 8_000
_MAX_CHARACTERS = 300
_MAX_ITEMS = 20


def text_of(value: Any) -> str:
    """The value as JSON; long texts and lists in it are shortened until it is small enough."""
    for length, items in ((_MAX_CHARACTERS, MAX_ROWS), (_MAX_CHARACTERS, _MAX_ITEMS), (120, 8), (60, 3)):
        text = write_json(_shortened(value, length, items)).decode()
        if len(text) <= MAX_ANSWER_CHARACTERS:
            return text
    return text[:MAX_ANSWER_CHARACTERS] + "… cut: ask for fewer rows, or for one id"


def _shortened(value: Any, length: int, items: int) -> Any:
    if isinstance(value, str) and len(value) > length:
        return f"{value[:length]}… ({len(value)} characters)"
    if isinstance(value, Mapping):
        return {name: _shortened(part, length, items) for name, part in value.items()}
    if isinstance(value, list | tuple):
        rest = [f"… {len(value) - items} more"] if len(value) > items else []
        return [*(_shortened(part, length, items) for part in value[:items]), *rest]
    return value


def rows(found: Sequence[Mapping[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Only these members of each item, without those that are empty."""
    return [{name: item[name] for name in names if item.get(name) not in (None, "", [])} for item in found]
