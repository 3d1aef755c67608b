"""Findings that a team has accepted for a while: a YAML list, each entry with an owner and a last day.

    - check: undocumented_field
      operation: GET /v1/leads
      where: 200 /leads/*/nickname
      owner: ana
      expires: 2026-12-31
      reason: asked the vendor

An entry accepts the one finding with this check, operation and place. Past its day it accepts nothing, and fails the
run.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches

import yaml

from contracts.checks.registry import RULES
from contracts.depth import TOO_DEEP
from contracts.errors import CannotRun
from contracts.rule import Finding
from contracts.texts import content, decoded

_NEEDED = ("check", "operation", "where", "owner", "expires")
_KNOWN = (*_NEEDED, "reason")
_LARGEST = 1024 * 1024
_USUAL = timedelta(days=30)


@dataclass(frozen=True)
class Entry:
    """``line`` is where it begins in the file."""

    check: str
    operation: str
    where: str
    owner: str
    expires: date
    line: int

    @property
    def key(self) -> tuple[str, str, str]:
        """That of the finding it is about."""
        return self.check, self.operation, self.where


@dataclass(frozen=True)
class Baseline:
    file: str = ""
    entries: Mapping[tuple[str, str, str], Entry] = field(default_factory=dict)
    today: date = date.max

    def accepts(self, finding: Finding) -> bool:
        entry = self.entries.get(finding.key)
        return entry is not None and entry.expires >= self.today

    @property
    def expired(self) -> Sequence[str]:
        """Words for each entry that is past its day."""
        return [
            f"{self.file}:{entry.line}: {entry.check} in {entry.operation} was accepted until {entry.expires} "
            f"(owner {entry.owner}): mend it, or give it another day"
            for entry in self.entries.values()
            if entry.expires < self.today
        ]

    def unused(self, findings: Sequence[Finding], but: Collection[str] = ()) -> Sequence[str]:
        """Words for each entry that nothing was found for; ``but``: rules that were not looked at."""
        met = {finding.key for finding in findings}
        return [
            f"{self.file}:{entry.line}: {entry.check} in {entry.operation} was not found any more: remove the entry"
            for key, entry in self.entries.items()
            if key not in met and entry.check not in but
        ]


def read(file: str, today: date) -> Baseline:
    """The baseline in a file; an empty one without. Raises CannotRun with the line that is wrong."""
    if not file:
        return Baseline()
    text = decoded(content(file, _LARGEST, "name the baseline, which is a short list"), file)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        raise CannotRun(f"{file}: {TOO_DEEP}", "give a list of entries") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(fault, "problem", None) or "a character that it does not have"
        raise CannotRun(f"{file}{line}: no YAML: {problem}", "give a list of entries") from None
    entries: dict[tuple[str, str, str], Entry] = {}
    for entry in _entries(file, root):
        if entry.key in entries:
            raise CannotRun(f"{file}:{entry.line}: the same as line {entries[entry.key].line}", "remove one of them")
        entries[entry.key] = entry
    return Baseline(file, entries, today)


def _entries(file: str, root: yaml.Node | None) -> Iterator[Entry]:
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise _wrong(file, root, "a baseline is a list of entries")
    for node in root.value:
        if not isinstance(node, yaml.MappingNode):
            raise _wrong(file, node, f"an entry has {', '.join(_NEEDED)}")
        yield _entry(file, node)


def _entry(file: str, node: yaml.MappingNode) -> Entry:
    texts: dict[str, str] = {}
    nodes: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value not in _KNOWN:
            raise _wrong(file, key, f"no member `{key.value}`: one of {', '.join(_KNOWN)}")
        if not isinstance(value, yaml.ScalarNode):
            raise _wrong(file, value, f"`{key.value}` is one text")
        if key.value in texts:
            raise _wrong(file, key, f"`{key.value}` stands there twice")
        texts[key.value], nodes[key.value] = value.value, value
    for name in _NEEDED:
        if not texts.get(name) and not (name == "where" and name in texts):
            raise _wrong(file, nodes.get(name, node), f"`{name}` is missing")
    if texts["check"] not in RULES:
        near = get_close_matches(texts["check"], RULES, 1)
        meant = f": did you mean `{near[0]}`?" if near else ""
        raise _wrong(file, nodes["check"], f"no check `{texts['check']}`{meant}")
    try:
        expires = date.fromisoformat(texts["expires"])
    except ValueError:
        raise _wrong(file, nodes["expires"], "`expires` is a day, such as 2026-12-31") from None
    line = node.start_mark.line + 1
    return Entry(texts["check"], texts["operation"], texts["where"], texts["owner"], expires, line)


def _wrong(file: str, node: yaml.Node, what: str) -> CannotRun:
    return CannotRun(f"{file}:{node.start_mark.line + 1}: {what}", "mend the entry")


def entry_for(finding: Finding, today: date) -> str:
    """The entry that would accept a finding, its owner left to be filled in."""
    check, operation, where = map(json.dumps, finding.key)
    return (
        f"- check: {check}\n  operation: {operation}\n  where: {where}\n"
        f"  owner:  # who sees to it\n  expires: {today + _USUAL}\n"
    )
