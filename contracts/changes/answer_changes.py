"""Changes of the answers of an operation: their statuses, headers and media types."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.changes.change import Change, make
from contracts.changes.grades import Side
from contracts.changes.versions import Node, Version
from contracts.rules.location import Location

_DEFAULT = "default"


def answers_of(version: Version, operation: Node) -> dict[str, Node]:
    """The documented answers by status, as the document has it."""
    listed = version.mapping(operation, "responses")
    return {str(status).upper().replace("DEFAULT", _DEFAULT): version.mapping(raw) for status, raw in listed.items()
            if not str(status).startswith("x-")}  # fmt: skip


def counterpart(status: str, answers: Mapping[str, Node]) -> str | None:
    """The answer that describes a status in another version: itself, its class, or for an error the default one."""
    if status in answers:
        return status
    group = f"{status[:1]}XX"
    if group in answers:
        return group
    return _DEFAULT if _DEFAULT in answers and status[:1] in "45" else None


def status_changes(key: str, old: Mapping[str, Node], new: Mapping[str, Node]) -> Iterator[Change]:
    """The statuses that came and went."""
    for status in old:
        if counterpart(status, new) is None and not _fewer(status, new):
            kind = "success" if status.startswith("2") else "error"
            yield make(f"{kind}-status-removed", key, side=Side.ANSWER, status=status, location=where(status))
    for status in new:
        if counterpart(status, old) is None:
            kind = "success" if status.startswith("2") else "error"
            yield make(f"{kind}-status-added", key, side=Side.ANSWER, status=status, location=where(status))


def _fewer(status: str, new: Mapping[str, Node]) -> bool:
    """Tell whether a class of statuses is now described one by one."""
    return status.endswith("XX") and any(it.startswith(status[:1]) for it in new)


def header_changes(key: str, status: str, old: Mapping[str, Node], new: Mapping[str, Node]) -> Iterator[Change]:
    """The headers of one answer that came, went, or can be missing now."""
    for name in {**old, **new}:
        was, is_ = old.get(name), new.get(name)
        if was is None or is_ is None:
            sure = was is not None and was.get("required") is True
            gone = "required-header-removed" if sure else "optional-header-removed"
            yield _header("header-added" if was is None else gone, key, status, name)
        elif (was.get("required") is True) != (is_.get("required") is True):
            became = "header-became-required" if is_.get("required") is True else "header-became-optional"
            yield _header(became, key, status, name)


def headers_of(version: Version, answer: Node) -> dict[str, Node]:
    """The documented headers of an answer by lower-case name."""
    return {str(name).lower(): version.mapping(raw) for name, raw in version.mapping(answer, "headers").items()}


def contents_of(version: Version, holder: Node) -> dict[str, Node]:
    """The media types of a body, without their parameters."""
    listed = version.mapping(holder, "content")
    return {str(media).partition(";")[0].strip().lower(): version.mapping(raw) for media, raw in listed.items()}


def media_counterpart(media: str, contents: Mapping[str, Node]) -> str | None:
    """The media type that another version has for this one: the same, or one with a wildcard."""
    wide = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((it for it in wide if it in contents), None)


def media_changes(key: str, old: Mapping[str, Node], new: Mapping[str, Node], **place: Any) -> Iterator[Change]:
    """The media types of a body that came and went. Nothing is said where there is no body on one side."""
    for media in old if new else ():
        if media_counterpart(media, new) is None and not any(media_counterpart(it, old) == media for it in new):
            yield make("media-type-removed", key, before=media, **place)
    for media in new if old else ():
        if media_counterpart(media, old) is None:
            yield make("media-type-added", key, after=media, **place)


def where(status: str, **more: str) -> Location:
    """The place of an answer; of one that is not for a single status, only the part is known."""
    return Location(status=int(status) if status.isdecimal() and len(status) == 3 else None, **more)


def _header(rule: str, key: str, status: str, name: str) -> Change:
    return make(rule, key, side=Side.ANSWER, status=status, location=where(status, part="header", name=name))
