"""Words that this project had to itself stay retired: docs/glossary.md has the field's words for the same things."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A name that nobody outside could guess → the word that took its place. Whole names, of anything.
NAMES = {
    "Abandoned": "ScenarioSkipped", "EndedAttempt": "FinishedAttempt", "Told": "Facts",
    "KEPT": "MAX_… or JOURNAL_…", "LARGEST": "MAX_…_BYTES", "LONGEST": "MAX_…_SECONDS", "MOST": "MAX_…",
    "AdminSafety": "AdminAccess", "AsyncControl": "AsyncAdminClient",
    "Backlog": "DeliveryQueue", "Deed": "ActionContext", "Fate": "ReplayStatus", "Held": "Conversation",
    "Letter": "ReceivedDelivery", "LedgerGate": "WriteGate", "Neighbour": "SecondTenant", "News": "AttemptFeed",
    "Office": "WebhookTenant", "Probe": "ScenarioClient", "Said": "Violation", "Shortcut": "ApiFirst",
    "Sieve": "ReportRedactor", "Soundness": "SchemaLint", "Teammate": "a noun of the business", "Unit": "Scenario",
    "Watch": "RunObserver", "Wish": "TimePreference", "Wishes": "TrafficOptions",
    "deed": "action", "deeds": "actions", "desk": "tenant", "fate": "status",
    "as_asked": "to_pattern_request", "become": "set_target", "foundations": "required_steps",
    "happenings": "entries", "known_or_not": "existing_or_invented_ids", "made_anyhow": "create_sample",
    "not_looked_for": "collector_paused", "objection": "refusal_reason", "sighted": "invented_row",
    "spoilt": "invalid_bodies", "to_nobody": "refuse_closed_client", "told_apart": "distinguished",
    "move_in": "create", "move_out": "delete", "office": "tenant", "owe": "enqueue",
    "sieve": "redactor", "sieved": "redacted", "told_url": "report_url",
    "_deed": "_action_context", "_told": "_result, _state, what it holds",
}  # fmt: skip

# The same in one package only, where the other means something else by it.
OF_THE_SUITE = {"fates": "statuses", "told": "facts, evidence, …", "visit": "plan", "wishes": "options"}

OF_THE_SERVER = {"image": "state"}

# Names that somebody else gives: by module.
FOREIGN = {"mock_server/testing/containers.py": {"image"}}  # a parameter of Testcontainers

# Turns of phrase that a reader has to guess at, in code, messages and documents.
TURNS = {
    r"\bsie(?:ve|ved|ves)\b": "redact", r"\bwhose leave\b": "permission", r"\bdeed\b": "action",
    r"\bpolite end\b": "what is done", r"\bwhat came of\b": "the outcome, the result",
    r"\b(?:for|to|by) who (?!it\b)": "for a client that …, by the person who …",
}  # fmt: skip


def names(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string


def retired(source: str, words: dict[str, str]) -> list[str]:
    return [f"{line}: `{name}` is {words[name]}" for line, name in names(source) if name in words]


@pytest.mark.parametrize(
    ("package", "words"),
    [("mock_server", {**NAMES, **OF_THE_SERVER}), ("contracts", {**NAMES, **OF_THE_SUITE})],
    ids=["mock_server", "contracts"],
)
def test_no_retired_name_comes_back(package: str, words: dict[str, str]) -> None:
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        module = path.relative_to(ROOT).as_posix()
        left = {name: word for name, word in words.items() if name not in FOREIGN.get(module, ())}
        found += [f"{module}:{one}" for one in retired(path.read_text("utf-8"), left)]
    assert not found, "\n  ".join(["docs/glossary.md has the words:", *found])


@pytest.mark.parametrize("turn", TURNS)
def test_no_retired_turn_of_phrase_comes_back(turn: str) -> None:
    texts = [*(ROOT / "mock_server").rglob("*.py"), *(ROOT / "contracts").rglob("*.py"), *(ROOT / "docs").rglob("*.md")]
    texts += [path for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md"]
    found = [str(path.relative_to(ROOT)) for path in texts if re.search(turn, path.read_text("utf-8"))]
    assert not found, f"say `{TURNS[turn]}`: {', '.join(found)}"


def test_a_retired_name_is_found_where_it_stands() -> None:
    assert retired("x = 1\nfate = client.fate\n", NAMES) == ["2: `fate` is status", "2: `fate` is status"]
    assert retired("'fate'  # fate\n", NAMES) == []
