"""Turn a validator's errors into messages for the person who wrote the value: place, fault and remedy."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs

from mock_server.errors import Problem
from mock_server.spec.costly_patterns import TOO_COSTLY
from mock_server.support import json_pointer
from mock_server.support.did_you_mean import did_you_mean
from mock_server.support.text import shorten

_MAX_NAMES_IN_REMEDY = 20
_MAX_TEXT_CHARACTERS = 60
_MAX_NESTED_CHOICES = 60


@dataclass(frozen=True)
class Complaint:
    """One error of a validator: the ``schema`` that holds the broken keyword, and the place of the value.

    ``ways`` gives the complaints about each alternative; none if there are no alternatives.
    """

    error: jsonschema_rs.ValidationError
    schema: Mapping[str, Any]
    ways: Callable[[], Sequence[Sequence["Complaint"]]]
    above: Sequence[str | int] = ()

    @property
    def path(self) -> list[str | int]:
        """The steps from the whole value to the place of the complaint."""
        return [*self.above, *self.error.instance_path]

    def below(self, above: Iterable[str | int]) -> "Complaint":
        """Copy the complaint for a value that stands at ``above`` in a larger one."""
        return replace(self, above=(*above, *self.above))

    def explained(self) -> Problem:
        """The complaint as a message. It does not repeat the value."""
        return _to_problem(_meant(self))


def explained(error: jsonschema_rs.ValidationError, root: Mapping[str, Any]) -> Problem:
    """The complaints of a validator as messages; ``root`` is its schema. They do not repeat the value."""
    return _complaint(error, root).explained()


def _complaint(error: jsonschema_rs.ValidationError, root: Mapping[str, Any]) -> Complaint:
    def ways() -> list[list[Complaint]]:
        return [[_complaint(inner, root) for inner in way] for way in getattr(error.kind, "context", ())]

    return Complaint(error, _at(root, list(error.schema_path)[:-1]), ways)


def _to_problem(complaint: Complaint) -> Problem:
    error, path, schema = complaint.error, complaint.path, complaint.schema
    kind = error.kind.as_dict()
    match error.kind.name:
        case "required":
            return Problem(pointer([*path, kind["property"]]), "is missing")
        case "additionalProperties":
            known = schema.get("properties", {})
            unknown = kind["unexpected"][0]
            what = f"is not known here{did_you_mean(unknown, map(str, known))}"
            return Problem(pointer([*path, unknown]), what, choice(known))
        case "enum":
            meant = did_you_mean(error.instance, map(str, kind["options"])) if isinstance(error.instance, str) else ""
            return Problem(pointer(path), f"is none of the values there are{meant}", choice(kind["options"]))
        case "anyOf" | "oneOfNotValid" if types := _types(complaint):
            return Problem(pointer(path), f"is not of type {' or '.join(types)}")
        case "pattern" if kind.get("message") == TOO_COSTLY:
            return Problem(pointer(path), TOO_COSTLY, _described(schema))
        case "pattern" if len(kind.get("pattern", error.message)) > _MAX_TEXT_CHARACTERS:
            return Problem(pointer(path), "does not have the form that is asked for", _described(schema))
        case "pattern" | "format":
            return Problem(pointer(path), error.message, _described(schema))
    return Problem(pointer(path), error.message)


def pointer(tokens: Iterable[str | int]) -> str:
    """Write a JSON pointer. The whole value is ``/``, for an empty text would say nothing in a sentence."""
    return json_pointer.join(tokens) or "/"


def choice(names: Iterable[Any]) -> str:
    """List the values that can be chosen."""
    texts = [shorten(str(name), _MAX_TEXT_CHARACTERS) for name in names]
    more = f" or {len(texts) - _MAX_NAMES_IN_REMEDY} others" if len(texts) > _MAX_NAMES_IN_REMEDY else ""
    return f"one of {', '.join(texts[:_MAX_NAMES_IN_REMEDY])}{more}" if texts else ""


def _described(schema: Mapping[str, Any]) -> str:
    """The first sentence of the document's description of a value."""
    return str(schema.get("description", "")).strip().partition("\n")[0].partition(". ")[0].rstrip(".")


def _meant(complaint: Complaint) -> Complaint:
    """The complaint about the alternative that has the value's type; the other one is mostly null."""
    for _ in range(_MAX_NESTED_CHOICES):
        ways = [way for way in complaint.ways() if way and not any(_is_of_another_type(it, complaint) for it in way)]
        if len(ways) != 1:
            break
        complaint = ways[0][-1]
    return complaint


def _is_of_another_type(inner: Complaint, outer: Complaint) -> bool:
    return inner.error.kind.name == "type" and inner.path == outer.path


def _types(complaint: Complaint) -> list[str]:
    """The types of alternatives that all demand another type."""
    ways = complaint.ways()
    wanted = [it.error.kind.as_dict()["types"] for way in ways for it in way if _is_of_another_type(it, complaint)]
    return list(dict.fromkeys(name for names in wanted for name in names)) if len(wanted) == len(ways) else []


def _at(root: Mapping[str, Any], path: Iterable[str | int]) -> Mapping[str, Any]:
    """The schema at a path; an empty one if there is none."""
    node: Any = root
    for token in path:
        if isinstance(node, Mapping):
            node = node.get(token)
        elif isinstance(node, list) and isinstance(token, int) and token < len(node):
            node = node[token]
    return node if isinstance(node, Mapping) else {}
