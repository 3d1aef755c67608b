"""Read the file of a baseline. Every mistake in it is reported with its line."""

from collections.abc import Iterator
from datetime import date

import yaml

from contracts.errors import CannotRun
from contracts.options.baseline import ANY, Baseline, BaselineEntry, matches
from contracts.rules import request_conformance
from contracts.rules.registry import RULES
from contracts.spec.document import Contract
from contracts.spec.json_depth import TOO_DEEP
from contracts.spec.operation_names import named, names, suggestion
from contracts.spec.text_file import content, decoded

_NEEDED = ("check", "operation", "owner", "expires")
_KNOWN = ("check", "operation", "where", "owner", "expires", "reason")
_MAX_FILE_BYTES = 1024 * 1024


def load_baseline(file: str, today: date, contract: Contract | None = None) -> Baseline:
    """Load the baseline in a file; an empty one if there is no file. Raises CannotRun with the faulty line.

    ``contract`` has the operations, which an entry may call by any of their names.
    """
    if not file:
        return Baseline()
    text = decoded(content(file, _MAX_FILE_BYTES, "name the baseline, which is a short list"), file)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        raise CannotRun(f"{file}: {TOO_DEEP}", "give a list of entries") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(fault, "problem", None) or "a character that it does not have"
        raise CannotRun(f"{file}{line}: no YAML: {problem}", "give a list of entries") from None
    entries: dict[tuple[str, str, str], BaselineEntry] = {}
    for entry in _entries(file, root, contract):
        if entry.key in entries:
            raise CannotRun(f"{file}:{entry.line}: the same as line {entries[entry.key].line}", "remove one of them")
        entries[entry.key] = entry
    return Baseline(file, tuple(entries.values()), today)


def _entries(file: str, root: yaml.Node | None, contract: Contract | None) -> Iterator[BaselineEntry]:
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise _wrong(file, root, "a baseline is a list of entries")
    for node in root.value:
        if not isinstance(node, yaml.MappingNode):
            raise _wrong(file, node, f"an entry has {', '.join(_NEEDED)}")
        yield _entry(file, node, contract)


def _entry(file: str, node: yaml.MappingNode, contract: Contract | None) -> BaselineEntry:
    members = _members(file, node)
    texts = {name: value.value for name, value in members.items()}
    for name in _NEEDED:
        if not texts.get(name):
            raise _wrong(file, members.get(name, node), f"`{name}` is missing")
    _check(file, members["check"])
    operation = _operation(file, members["operation"], texts["check"], contract)
    try:
        expires = date.fromisoformat(texts["expires"])
    except ValueError:
        raise _wrong(file, members["expires"], "`expires` is a day, such as 2026-12-31") from None
    where = members.get("where")
    anywhere = where is None or (not where.value and where.style is None)  # nothing is no empty text
    place = ANY if where is None or anywhere else where.value
    return BaselineEntry(texts["check"], operation, place, texts["owner"], expires, node.start_mark.line + 1)


def _members(file: str, node: yaml.MappingNode) -> dict[str, yaml.ScalarNode]:
    members: dict[str, yaml.ScalarNode] = {}
    for key, value in node.value:
        if key.value not in _KNOWN:
            raise _wrong(file, key, f"no member `{key.value}`: one of {', '.join(_KNOWN)}")
        if not isinstance(value, yaml.ScalarNode):
            raise _wrong(file, value, f"`{key.value}` is one text")
        if key.value in members:
            raise _wrong(file, key, f"`{key.value}` stands there twice")
        members[key.value] = value
    return members


def _check(file: str, node: yaml.ScalarNode) -> None:
    if not any(matches(node.value, rule) for rule in RULES):
        near = suggestion(node.value, RULES)
        raise _wrong(file, node, f"no check `{node.value}`{f': {near}' if near else ''}")


def _operation(file: str, node: yaml.ScalarNode, check: str, contract: Contract | None) -> str:
    """The name of the operation in findings. An operation that a client invented is in no document."""
    text: str = node.value
    if contract is None or ANY in text or check == request_conformance.OPERATION.name:
        return text
    operation = named(contract, text)
    if operation is not None:
        return operation.key
    if text not in contract.webhooks:
        near = suggestion(text, [*names(contract), *contract.webhooks])
        raise _wrong(file, node, f"no operation `{text}`{f': {near}' if near else ''}")
    return text


def _wrong(file: str, node: yaml.Node, what: str) -> CannotRun:
    return CannotRun(f"{file}:{node.start_mark.line + 1}: {what}", "mend the entry")
