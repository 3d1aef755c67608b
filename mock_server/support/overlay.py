"""OpenAPI Overlays (1.0): actions that change a document, each at the places that a JSONPath names.

Of JSONPath (RFC 9535) this reads names, indexes, ``*``, and ``[?@ == 'text']``, which is what picks one text of a list.
An action whose place is not there does nothing, as the Overlay specification has it.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mock_server.errors import Problem, SetupError
from mock_server.support.bounded_files import read_file
from mock_server.support.text import short_repr, shorten

_REMEDY = "write it as `sophiie-mock learn` does, or as https://spec.openapis.org/overlay describes"
_MAX_ACTIONS = 5_000
_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z_][\w-]*)|(?P<every>\.\*|\[\*\])|\[(?P<index>\d{1,9})\]
      |\['(?P<single>(?:[^'\\]|\\.)*)'\]|\["(?P<double>(?:[^"\\]|\\.)*)"\]
      |\[\?\s*@\s*==\s*'(?P<equal>(?:[^'\\]|\\.)*)'\s*\]""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Step:
    """One step of a path: a name or an index, ``*``, or the items that are equal to a text."""

    key: str | int | None = None
    equal: str | None = None

    def keys(self, node: Any) -> list[str | int]:
        """The names or indexes below a node that the step means."""
        if isinstance(node, list):
            if self.equal is not None:
                return [index for index, item in enumerate(node) if item == self.equal]
            every = range(len(node)) if self.key is None else [self.key]
            return [index for index in every if isinstance(index, int) and index < len(node)]
        if not isinstance(node, dict) or self.equal is not None:
            return []
        return list(node) if self.key is None else [self.key] if self.key in node else []


@dataclass(frozen=True)
class Action:
    """One change. ``document`` is the only document that it is for; empty for every one."""

    steps: Sequence[_Step]
    target: str
    update: Any = None
    remove: bool = False
    document: str = ""


@dataclass(frozen=True)
class Overlay:
    """The actions of a file in their order, and the assumptions of the ledger that stand beside them."""

    file: str = ""
    actions: Sequence[Action] = ()
    assumptions: Sequence[str] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def assumptions_beside(self, given: Iterable[str]) -> list[str]:
        """The assumptions of the file about gaps of which nothing else is ``given``."""
        named = {assumption.partition("=")[0] for assumption in given}
        return [assumption for assumption in self.assumptions if assumption.partition("=")[0] not in named]

    def applied(self, root: Any, document: str = "") -> Any:
        """A copy of a document with the actions that are for it; the document itself where none is.

        Without a name every action is for it.
        """
        own = [action for action in self.actions if not document or action.document in ("", document)]
        if not own:
            return root
        whole = copy.deepcopy(root)
        for action in own:
            _apply(whole, action)
        return whole

    def unmatched(self, roots: Mapping[str, Any]) -> list[str]:
        """The targets that are nowhere in the documents, as these are when the action's turn comes."""
        found = []
        whole = {name: copy.deepcopy(root) for name, root in roots.items()}
        for action in self.actions:
            own = [root for name, root in whole.items() if action.document in ("", name)]
            if not any(action.steps == () or any(True for _ in _places(root, action.steps)) for root in own):
                found.append(action.target)
            for root in own:
                _apply(root, action)
        return found


NO_OVERLAY = Overlay()


def load_overlay(file: str, error: type[SetupError]) -> Overlay:
    """The Overlay in a file; an empty one without. Raises ``error`` with the place that is wrong."""
    if not file:
        return NO_OVERLAY
    return parse_overlay(read_file(Path(file), error), file, error)


def parse_overlay(root: Any, file: str, error: type[SetupError]) -> Overlay:
    """The Overlay in data already read; ``file`` is for the messages. Raises ``error`` with the place that is wrong."""
    if not isinstance(root, dict) or not str(root.get("overlay", "")).startswith("1."):
        raise error(Problem(f"{file}#/overlay", "no Overlay of version 1", _REMEDY))
    listed, assumed = root.get("actions", []), root.get("x-assumptions", [])
    if not isinstance(listed, list) or len(listed) > _MAX_ACTIONS:
        raise error(Problem(f"{file}#/actions", f"no list of at most {_MAX_ACTIONS} actions", _REMEDY))
    if not isinstance(assumed, list) or not all(isinstance(one, str) for one in assumed):
        raise error(Problem(f"{file}#/x-assumptions", "no list of ID=CHOICE", _REMEDY))
    actions = tuple(_action(f"{file}#/actions/{index}", raw, error) for index, raw in enumerate(listed))
    return Overlay(file, actions, tuple(assumed), root)


def _action(place: str, raw: Any, error: type[SetupError]) -> Action:
    if not isinstance(raw, dict) or not isinstance(raw.get("target"), str):
        raise error(Problem(place, "no action with a target", _REMEDY))
    remove = raw.get("remove", False)
    if not isinstance(remove, bool) or (not remove and "update" not in raw):
        raise error(Problem(place, "neither `update` nor `remove: true`", _REMEDY))
    steps = _steps(raw["target"])
    if steps is None:
        what = f"{short_repr(raw['target'], 80)} is no JSONPath of the kind that can be followed here"
        raise error(Problem(f"{place}/target", what, "name each step: $['paths']['/v1/leads'].get"))
    if remove and not steps:
        raise error(Problem(f"{place}/target", "the whole document cannot be removed", "name a part of it"))
    return Action(steps, shorten(raw["target"], 200), raw.get("update"), remove, str(raw.get("x-document", "")))


def _steps(target: str) -> tuple[_Step, ...] | None:
    """The steps of a path; None for one that cannot be followed."""
    if not target.startswith("$"):
        return None
    found, at = [], 1
    while at < len(target):
        match = _STEP.match(target, at)
        if match is None:
            return None
        found.append(_step(match))
        at = match.end()
    return tuple(found)


def _step(match: re.Match[str]) -> _Step:
    parts = match.groupdict()
    if parts["index"] is not None:
        return _Step(int(parts["index"]))
    if parts["equal"] is not None:
        return _Step(equal=_plain(parts["equal"]))
    name = next((parts[kind] for kind in ("name", "single", "double") if parts[kind] is not None), None)
    return _Step() if name is None else _Step(_plain(name))


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _places(root: Any, steps: Sequence[_Step]) -> Iterator[tuple[Any, str | int]]:
    """Each place that steps lead to: what holds it, and its name or index in that."""
    nodes = [root]
    for step in steps[:-1]:
        nodes = [node[key] for node in nodes for key in step.keys(node)]
    for node in nodes:
        for key in steps[-1].keys(node):
            yield node, key


def _apply(root: Any, action: Action) -> None:
    if not action.steps:
        _merge_into(root, action.update)
        return
    places = list(_places(root, action.steps))
    for holder, key in reversed(places):  # from the end: indexes before it stay
        if action.remove:
            del holder[key]
        else:
            holder[key] = _merged(holder[key], action.update)


def _merged(old: Any, new: Any) -> Any:
    """Objects are merged member by member, lists are put one after the other, all else is replaced."""
    if isinstance(old, list):
        return [*old, *copy.deepcopy(new)] if isinstance(new, list) else [*old, copy.deepcopy(new)]
    if isinstance(old, dict) and isinstance(new, dict):
        _merge_into(old, new)
        return old
    return copy.deepcopy(new)


def _merge_into(old: Any, new: Any) -> None:
    for name, value in new.items() if isinstance(old, dict) and isinstance(new, dict) else ():
        both_lists = isinstance(old.get(name), list) and isinstance(value, list)
        nested = isinstance(old.get(name), dict) and isinstance(value, dict)
        old[name] = _merged(old[name], value) if both_lists or nested else copy.deepcopy(value)
