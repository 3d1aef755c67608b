"""Repeats the assignments by which a test of oasdiff, written in Go, changes a document that it has read."""

import json
import re
from collections.abc import Mapping
from typing import Any

_ASSIGNMENT = re.compile(r"^\s*(\w+)\.Spec\.(\S.*?) = (.+)$", re.M)
_VARIABLE = re.compile(r"^\s*(\w+) := (?:\w+\()?([\d.]+)\)?$", re.M)
_OTHER_CHANGES = re.compile(
    r"^\s*(?:delete\(|\w+\.Spec\.\S+\.(?:Delete|Set)\(|(?!err|errs|d\b)\w+(?:\.\w+)+ = |.*:= s[12]\.Spec)", re.M
)
_STEP = re.compile(r'(\w+)(?:\("([^"]*)"\)|\["([^"]*)"\]|\[(\d+)\])?')
_NAMES = {"OperationID": "operationId", "Max": "maximum", "Min": "minimum", "ExclusiveMax": "exclusiveMaximum",
          "ExclusiveMin": "exclusiveMinimum"}  # fmt: skip


class NotUnderstood(Exception):
    """A change that this module cannot repeat."""


def change(body: str, documents: Mapping[str, Any]) -> None:
    """Repeat the changes that the body of a test makes. Raises NotUnderstood."""
    assignments = _ASSIGNMENT.findall(body)
    plain = _ASSIGNMENT.sub("", body)
    if _OTHER_CHANGES.search(plain):
        raise NotUnderstood
    variables = {name: float(number) for name, number in _VARIABLE.findall(body)}
    for name, path, value in assignments:
        if name not in documents:
            raise NotUnderstood
        _assign(documents[name], path, _value(value.strip(), variables))


def _assign(document: Any, path: str, value: Any) -> None:
    steps = [step for match in _STEP.finditer(path) for step in _steps(match)]
    node = document
    for step in steps[:-1]:
        node = _resolved(document, node[int(step)] if isinstance(node, list) else node.get(step))
        if node is None:
            raise NotUnderstood
    if not isinstance(node, dict):
        raise NotUnderstood
    if value is None:
        node.pop(steps[-1], None)
    else:
        node[steps[-1]] = value


def _steps(match: re.Match[str]) -> list[str]:
    """The keys of a document that one part of a Go expression stands for."""
    word, called, keyed, index = match.groups()
    key = called or keyed or index
    if word == "Value":  # what a reference holds; or with an argument the entry of a map
        return [key] if key else []
    name = _NAMES.get(word, word[0].lower() + word[1:])
    return [name, key] if key else [name]


def _resolved(document: Any, node: Any) -> Any:
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference, node = node["$ref"], document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    return node


def _value(text: str, variables: Mapping[str, float]) -> Any:
    if text == "nil":
        return None
    if listed := re.fullmatch(r"&?(?:\[\](?:any|string)|openapi3\.Types)\{(.*)\}", text):
        return _json(f"[{listed[1]}]")
    if name := re.fullmatch(r"&(\w+)", text):
        if name[1] not in variables:
            raise NotUnderstood
        return variables[name[1]]
    return _json(re.sub(r"^(?:float64|uint64)\((.*)\)$", r"\1", text))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise NotUnderstood from None
