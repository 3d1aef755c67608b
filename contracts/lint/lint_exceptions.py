"""Exceptions from the lint, in the settings file: a rule, an operation, and the reason.

    [[lint.except]]
    rule = "first-page-only"
    operation = "GET /v1/leads"
    reason = "the widget shows the newest ten"

In ``pyproject.toml`` the table is ``[[tool.sophiie-mock.lint.except]]``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import CannotRun
from contracts.lint.lint_rule import LintFinding
from contracts.spec.document import Contract, blank
from contracts.spec.operation_names import named
from mock_server.config.sources import settings_section
from mock_server.errors import SettingsError
from mock_server.support.did_you_mean import did_you_mean

ANY = "*"
_KNOWN = ("rule", "operation", "reason")


@dataclass(frozen=True)
class LintException:
    """A finding that is meant to be so. ``operation`` is a key, or `*` for all."""

    rule: str
    operation: str
    reason: str

    def covers(self, finding: LintFinding) -> bool:
        """Tell whether the exception is about a finding."""
        return self.rule == finding.rule.id and self.operation in (ANY, finding.operation)


def load_exceptions(folder: Path, rules: Collection[str], contract: Contract) -> Sequence[LintException]:
    """The exceptions in the settings file of a folder. Raises CannotRun for one that is wrong."""
    try:
        file, section = settings_section(folder, "lint")
    except SettingsError as fault:
        raise CannotRun(str(fault)) from None
    return tuple(_exceptions(file, section, rules, contract))


def _exceptions(
    file: str, section: Mapping[str, Any], rules: Collection[str], contract: Contract
) -> Iterator[LintException]:
    for name in section:
        if name != "except":
            raise CannotRun(f"{file}: [lint] has no `{name}`", "write [[lint.except]] with rule, operation and reason")
    entries = section.get("except", [])
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
        where = f"{file}: [[lint.except]] {number}"
        if not isinstance(entry, Mapping) or not all(isinstance(value, str) for value in entry.values()):
            raise CannotRun(f"{where} is no table of texts", "write rule, operation and reason")
        if odd := [name for name in entry if name not in _KNOWN]:
            raise CannotRun(f"{where}: no member `{odd[0]}`", f"one of {', '.join(_KNOWN)}")
        if missing := [name for name in ("rule", "reason") if not entry.get(name, "").strip()]:
            raise CannotRun(f"{where}: `{missing[0]}` is missing", "say which rule, and why it does not count here")
        if entry["rule"] not in rules:
            what = f"no rule `{entry['rule']}`{did_you_mean(entry['rule'], list(rules))}"
            raise CannotRun(f"{where}: {what}", "`sophiie-mock lint --rules` lists them")
        operation = entry.get("operation", ANY)
        known = named(contract, operation) if operation != ANY else None
        yield LintException(entry["rule"], known.key if known else blank(operation), entry["reason"])
