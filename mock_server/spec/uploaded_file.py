"""A file in a form, as it is kept."""

from typing import Any


class UploadedFile(dict[str, Any]):
    """The name, the type and the size of a file; its bytes are not kept."""

    def __init__(self, name: str, media: str, size: int) -> None:
        super().__init__(name=name, type=media, size=size)


def as_texts(value: Any) -> Any:
    """``value`` with the names of its files in place of them: to a schema a file is a text."""
    if isinstance(value, UploadedFile):
        return value["name"]
    if isinstance(value, dict):
        return {name: as_texts(part) for name, part in value.items()}
    return [as_texts(part) for part in value] if isinstance(value, list) else value
