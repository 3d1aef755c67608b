"""The events of a document, its ``webhooks`` and ``callbacks``, and the change of a record that each name means."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from mock_server.errors import SpecError
from mock_server.spec.compilation import Compilation
from mock_server.spec.document import METHODS, Document
from mock_server.spec.families import Family
from mock_server.spec.media_types import is_json
from mock_server.spec.names import plain, singular, words_of
from mock_server.spec.schema import Schema
from mock_server.support.json_pointer import escape

SENDING = ("post", "put", "patch")
"""The methods with which an event may be sent, the usual one first."""
CREATED, UPDATED, DELETED = "created", "updated", "deleted"

_VERBS: Mapping[str, str] = {
    **dict.fromkeys(("created", "create", "new", "added", "add", "opened", "registered"), CREATED),
    **dict.fromkeys(("updated", "update", "changed", "change", "modified", "edited"), UPDATED),
    **dict.fromkeys(("deleted", "delete", "removed", "remove", "destroyed"), DELETED),
}
_IDLE = frozenset({"on", "event", "events", "v1", "v2", "webhook", "callback", "notification"})


class Source(NamedTuple):
    """The change of a record that causes an event. ``verb`` is a kind of change, or a state that the record reaches."""

    event: str
    verb: str
    schema: Schema


def documented_events(document: Document) -> dict[str, Schema]:
    """The schemas of the document's events, by event. An event that cannot be read is left out."""
    found: dict[str, Schema] = {}
    shared = Compilation(document, sound=document.known_sound)
    for name, pointer in _posted(document):
        try:
            schema = _body(shared, pointer)
        except SpecError:
            continue  # nobody is refused for an event that is odd
        if schema is not None:
            found.setdefault(name, schema)
    return found


def sending_methods(document: Document) -> dict[str, str]:
    """The methods of the document's events that are not sent by POST, by event."""
    found: dict[str, str] = {}
    for name, pointer in _posted(document):
        with suppress(SpecError):
            found.setdefault(name, _method(document.mapping(pointer, "a path item")[1]).upper())
    return {name: method for name, method in found.items() if method not in ("", "POST")}


def event_sources(events: Mapping[str, Schema], families: Mapping[str, Family]) -> dict[str, list[Source]]:
    """The events that changes of a record cause, by its kind. They follow from the names: ``lead.created``."""
    kinds: dict[str, list[str]] = {}
    for kind in families:
        words = [singular(word) for word in kind.split("/") if word]
        kinds.setdefault(plain(words[-1]), []).append(kind)
        if len(words) > 1:
            kinds.setdefault(plain("".join(words)), []).append(kind)
    found: dict[str, list[Source]] = {}
    for event, schema in events.items():
        for thing, verb in _readings(event):
            if thing in kinds:
                kind = min(kinds[thing], key=lambda kind: (not _shows(schema, families[kind]), len(kind)))
                found.setdefault(kind, []).append(Source(event, verb, schema))
                break
    return found


def holder(schema: Schema, family: Family) -> tuple[str, ...] | None:
    """The way to the property of an event's body that contains the record; empty if the body is the record."""
    if _is_like(schema, family):
        return ()
    for name, part in schema.properties.items():
        if _is_like(part, family):
            return (name,)
    for name, part in schema.properties.items():
        for inner, below in part.properties.items() if "object" in part.types else ():
            if _is_like(below, family):
                return name, inner
    return None


def _shows(schema: Schema, family: Family) -> bool:
    return holder(schema, family) is not None


def _is_like(schema: Schema, family: Family) -> bool:
    if any(schema.pointer == shape.pointer for shape in family.shapes):
        return True
    own = schema.properties.keys()
    return family.id in own and len(own & family.fields) * 2 >= max(len(own), 1)


def _readings(event: str) -> Iterator[tuple[str, str]]:
    """The possible meanings of a name: a noun in plain words, and a verb, which stands last or first."""
    words = words_of(event)
    words = [word for word in words if word not in _IDLE] or words
    for verb, thing in ((words[-1], words[:-1]), (words[0], words[1:])):
        known = _VERBS.get(verb, verb if verb == words[-1] else "")
        for start in range(len(thing)):
            if known:
                yield plain("".join((*thing[start:-1], singular(thing[-1])))), known


def _posted(document: Document) -> Iterator[tuple[str, str]]:
    """Each event with the place of its operation."""
    root: Mapping[str, Any] = document.root
    for name in _mapping(root.get("webhooks")):
        yield name, f"/webhooks/{escape(name)}"
    for path in _mapping(root.get("paths")):
        for method in METHODS:
            operation = _mapping(_mapping(root["paths"][path]).get(method))
            for name in _mapping(operation.get("callbacks")):
                at = f"/paths/{escape(path)}/{method}/callbacks/{escape(name)}"
                with suppress(SpecError):
                    where, item = document.mapping(at, "a callback")
                    yield from ((name, f"{where}/{escape(url)}") for url in item)


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, dict) else {}


def _body(shared: Compilation, pointer: str) -> Schema | None:
    """The schema of an event's body; None if it has no JSON body. Raises SpecError for a wrong one."""
    document = shared.document
    where, item = document.mapping(pointer, "a path item")
    if not (method := _method(item)):
        return None
    start, operation = document.mapping(f"{where}/{method}", "an operation")
    if "requestBody" not in operation:
        return None
    start, body = document.mapping(f"{start}/requestBody", "a request body")
    media = next((media for media in _mapping(body.get("content")) if is_json(media)), None)
    if media is None or "schema" not in _mapping(body["content"][media]):
        return None
    return shared.schema(f"{start}/content/{escape(media)}/schema")


def _method(item: Mapping[str, Any]) -> str:
    """The method of an event; empty if it is none with a body."""
    return next((method for method in SENDING if method in item), "")


def callback_addresses(document: Document, operation_node: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The callbacks of an operation, each with the expression for its address: ``{$request.body#/url}``."""
    found: list[tuple[str, str]] = []
    for name, item in _mapping(operation_node.get("callbacks")).items():
        reference = _mapping(item).get("$ref")
        with suppress(SpecError):
            known = document.mapping(reference[1:], "a callback")[1] if isinstance(reference, str) else _mapping(item)
            found += [(name, url) for url in known if url != "$ref"]
    return found
