"""Leave out of a document what is not as OpenAPI has it, so that one odd operation takes no other one down.

A part counts as unreadable if it, or a part that it refers to, has another type than OpenAPI says.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mock_server.support.json_pointer import find, join, reference_tokens
from mock_server.support.schema_keywords import LISTED, NAMED, ONE, ONE_IN_PLACE, wrong_keywords
from mock_server.support.schema_slips import repair
from mock_server.support.text import short_repr

UNREAD = "x-unread"
"""The key of a document for its operations that cannot be read, with the reason of each, by method and path."""
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_MAX_CHAINED = 50  # references, one after another
_ITSELF, _LIST, _MAP = "itself", "a list", "a mapping"
Tokens = tuple[str | int, ...]
Parts = Mapping[str, tuple[str, str]]
"""The keys of one kind of part that hold other parts: how many, and of which kind."""

_BODY: Parts = {"content": (_MAP, "media")}
_VALUE: Parts = {"schema": (_ITSELF, "schema"), **_BODY}
_SCHEMA: Parts = {
    **dict.fromkeys((*ONE, *ONE_IN_PLACE), (_ITSELF, "schema")),
    **dict.fromkeys(NAMED, (_MAP, "schema")),
    **dict.fromkeys(LISTED, (_LIST, "schema")),
}
_KINDS: Mapping[str, Parts] = MappingProxyType(
    {
        "document": {"paths": (_MAP, "path item"), "webhooks": (_MAP, "path item"), "components": (_ITSELF, "shelf")},
        "shelf": {
            "schemas": (_MAP, "schema"),
            "parameters": (_MAP, "parameter"),
            "headers": (_MAP, "header"),
            "responses": (_MAP, "answer"),
            "requestBodies": (_MAP, "body"),
            "securitySchemes": (_MAP, "security scheme"),
        },
        "path item": {
            "parameters": (_LIST, "parameter"),
            "additionalOperations": (_MAP, "operation"),
            **dict.fromkeys(METHODS, (_ITSELF, "operation")),
        },
        "operation": {
            "parameters": (_LIST, "parameter"),
            "requestBody": (_ITSELF, "body"),
            "responses": (_MAP, "answer"),
        },
        "parameter": _VALUE,
        "header": _VALUE,
        "body": _BODY,
        "answer": {**_BODY, "headers": (_MAP, "header")},
        "media": {"schema": (_ITSELF, "schema")},
        "security scheme": {},
        "schema": _SCHEMA,
    }
)


def with_readable_parts(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Copy a document without its unreadable parts, and schemas read as they are meant; a sound one is returned itself.

    The key ``UNREAD`` of the copy has the operations that are left out.
    """
    walk = _Walk(document)
    walk.run()
    if not walk.faults and not walk.slips:
        return document
    whole = copy.deepcopy(dict(document))
    for tokens, words in walk.slips.items():
        node = _at(whole, tokens)  # it may refer to the schema, which is then left as it is
        list(repair(node, iter([word for word in words if word in node])))
    walk = _Walk(whole)
    walk.run()
    unread: dict[str, str] = {}
    for owner, reason in walk.blamed().items():
        holder = _at(whole, owner[:-1])
        if isinstance(holder, dict) and owner[-1] in holder:
            del holder[owner[-1]]
        if owner[0] == "paths" and owner[2:] != ("parameters",):
            unread[" ".join([*(str(way).upper() for way in owner[-1:] if len(owner) > 2), str(owner[1])])] = reason
    return {**whole, UNREAD: unread} if unread else whole


@dataclass
class _Walk:
    """One pass over a document: its faults by the part that has them, and what each part refers to."""

    document: Mapping[str, Any]
    faults: dict[Tokens, str] = field(default_factory=dict)
    slips: dict[Tokens, Sequence[str]] = field(default_factory=dict)
    """Schemas with wrong keywords."""
    _used_by: dict[Tokens, set[Tokens]] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    """References that were followed, each with the kind of part that is meant by it."""

    def run(self) -> None:
        """Look at every part, and at the target of every reference."""
        waiting: list[tuple[Tokens, Any, str]] = [((), self.document, "document")]
        while waiting:
            tokens, node, kind = waiting.pop()
            if isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
                waiting += self._followed(tokens, node["$ref"], kind)
                if kind != "schema":
                    continue
            if isinstance(node, bool) and kind == "schema":
                continue
            if not isinstance(node, Mapping):
                self._blame(tokens, f"{kind} cannot be {_short(node)}")
                continue
            if kind == "schema" and (wrong := sorted(wrong_keywords(node))):
                self.slips[tokens] = wrong
                self._blame((*tokens, wrong[0]), f"`{wrong[0]}` cannot be {_short(node[wrong[0]])}")
                continue
            if kind == "schema" and isinstance(kinds := node.get("type"), list) and len({*kinds}) < len(kinds):
                self.slips[tokens] = ["type"]  # the library refuses a type that stands there twice
            if kind == "parameter" and not all(isinstance(node.get(word), str) for word in ("name", "in")):
                self._blame(tokens, "a parameter needs a `name` and an `in`")
            waiting += self._below(tokens, node, kind)

    def _below(self, tokens: Tokens, node: Mapping[str, Any], kind: str) -> Iterator[tuple[Tokens, Any, str]]:
        for key, (many, below) in _KINDS[kind].items():
            if key not in node:
                continue
            part, place = node[key], (*tokens, key)
            if many == _ITSELF:
                yield place, part, below
            elif not isinstance(part, list if many == _LIST else Mapping):
                self._blame(place, f"`{key}` has to be {many} and not {_short(part)}")
            else:
                steps = enumerate(part) if isinstance(part, list) else part.items()
                extended = kind in ("document", "operation")  # anything may stand below a name with `x-`
                yield from (
                    ((*place, step), it, below) for step, it in steps if not (extended and str(step).startswith("x-"))
                )

    def _followed(self, tokens: Tokens, reference: str, kind: str) -> Iterator[tuple[Tokens, Any, str]]:
        target = find(self.document, reference)
        there = tuple(reference_tokens(reference))
        self._used_by.setdefault(_owner(there), set()).add(_owner(tokens))
        if target is None or self._is_endless(target):
            self._blame(tokens, f"the reference {reference} leads to nothing")
        elif (reference, kind) not in self._seen:
            self._seen.add((reference, kind))
            # What refers to all paths, say, is left out; all paths are not.
            yield there if _is_part(there) else tokens, target, kind

    def _is_endless(self, node: Any) -> bool:
        for _ in range(_MAX_CHAINED):
            reference = node.get("$ref") if isinstance(node, Mapping) else None
            if not isinstance(reference, str):
                return node is None
            node = find(self.document, reference)
        return True

    def _blame(self, tokens: Tokens, what: str) -> None:
        self.faults.setdefault(_owner(tokens), f"{join(tokens)}: {what}")

    def blamed(self) -> Mapping[Tokens, str]:
        """Every part with a fault of its own or of a part that it leads to, with the reason."""
        found = dict(self.faults)
        waiting = list(found)
        while waiting:
            part = waiting.pop()
            for user in self._used_by.get(part, ()):
                if user not in found:
                    found[user] = found[part]
                    waiting.append(user)
        return {owner: why for part, why in found.items() for owner in self._operations(part)}

    def _operations(self, part: Tokens) -> list[Tokens]:
        """The part itself; with parameters of a path that are unreadable, its operations too."""
        item = self.document["paths"].get(part[1]) if part[:1] == ("paths",) and part[2:] == ("parameters",) else None
        return [part, *((*part[:2], way) for way in METHODS if way in item)] if isinstance(item, Mapping) else [part]


def _owner(tokens: Tokens) -> Tokens:
    """The part that is left out for a fault at a place: an operation, a component, or a webhook."""
    if tokens[:1] == ("webhooks",):
        return tokens[:2]
    return tokens[:4] if tokens[2:3] == ("additionalOperations",) else tokens[:3]


def _is_part(tokens: Tokens) -> bool:
    return len(tokens) > (2 if tokens[:1] == ("components",) else 1)


def _at(root: Any, tokens: Tokens) -> Any:
    for token in tokens:
        root = root[int(token)] if isinstance(root, list) else root[token]
    return root


def _short(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return "a list" if isinstance(value, list) else "a mapping"
    return "null" if value is None else short_repr(value, 40)
