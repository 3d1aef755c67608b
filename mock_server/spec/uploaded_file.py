"""A file in a form, as it is stored."""

from typing import Any


class UploadedFile(dict[str, Any]):
    """The name, type and size of an uploaded file; its bytes are not stored."""

    def __init__(self, name: str, media: str, size: int) -> None:
        super().__init__(name=name, type=media, size=size)


def as_texts(value: Any) -> Any:
    """Return ``value`` with file names in place of its files: to a schema a file is a text."""
    if isinstance(value, UploadedFile):
        return value["name"]
    if isinstance(value, dict):
        return {name: as_texts(part) for name, part in value.items()}
    return [as_texts(part) for part in value] if isinstance(value, list) else value
