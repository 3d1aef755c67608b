"""The ledger of gaps: read whole, switched by patches, and every mistake of a person met with advice."""

from pathlib import Path
from typing import Any

import pytest
from specimens import OURS, served

from mock_server.config.paths import OPENAPI
from mock_server.errors import SettingsError, SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.document import load
from mock_server.spec.gaps import Gap, assume, load_gaps
from mock_server.spec.json_patch import patched

GAPS = load_gaps(OPENAPI / "gaps.yaml")
PLAIN = {name: served(root) for name, root in OURS.items()}
SWITCHES = [f"{gap.id}={value}" for gap in GAPS for value in gap.switch]

SOME = [
    Gap(
        "status", "?", "201", "none", ["200", "202"], ["*"], {"200": [{"document": "v1", "op": "remove", "path": "/a"}]}
    ),
    Gap("words", "?", "as they are", "none", ["others"], ["*"]),
]


def test_the_ledger_is_read_in_its_order_and_as_texts() -> None:
    assert len(GAPS) > 50
    assert GAPS[0].id == "lead-create-status"
    assert GAPS[0].switchable
    for gap in GAPS:
        texts = [gap.id, gap.unknown, gap.choice, gap.evidence, *gap.alternatives, *gap.where, *gap.switch]
        assert all(isinstance(text, str) and text for text in texts), gap.id
        assert gap.switch.keys() <= set(gap.alternatives), gap.id


@pytest.mark.slow
@pytest.mark.parametrize("assumption", SWITCHES)
def test_every_switch_leaves_a_document_that_is_served(assumption: str) -> None:
    patches = assume(GAPS, [assumption])
    assert patches.keys() <= OURS.keys()
    for name, of in patches.items():
        changed = patched(OURS[name], of)
        assert changed != OURS[name]
        contract = served(changed)
        plain = PLAIN[name]
        # A switch decides a question about an operation; it adds or removes none.
        assert len(contract.operations) == len(plain.operations)
        assert {each.family.kind for each in contract.bindings.values()} == {
            each.family.kind for each in plain.bindings.values()
        }


def test_one_assumption_of_each_gap_can_be_made_at_once() -> None:
    patches = assume(GAPS, [f"{gap.id}={list(gap.switch)[-1]}" for gap in GAPS if gap.switch])
    documents = [load(OPENAPI / f"{name}.yaml", patches[name]) for name in OURS]
    assert Contract(documents).operations.keys() == served(*OURS.values()).operations.keys()


def test_a_switch_does_what_it_says() -> None:
    patches = assume(GAPS, ["lead-create-status=200"])
    contract = served(patched(OURS["v1"], patches["v1"]))
    assert contract.operations["POST /v1/leads"].success.status == 200
    assert served(OURS["v1"]).operations["POST /v1/leads"].success.status == 201


def test_what_is_chosen_already_needs_no_patch() -> None:
    assert assume(SOME, ["status=201", "words=as they are"]) == {}


def test_the_patches_of_a_document_keep_their_order() -> None:
    patch: Any = SOME[0].switch["200"][0]
    assert assume(SOME, ["status=200", "status=200"]) == {"v1": [patch, patch]}


@pytest.mark.parametrize(
    ("assumption", "told"),
    [
        ("statsu=200", "--assume: no gap `statsu` → did you mean `status`?"),
        ("xyz=200", "--assume: no gap `xyz` → `sophiie-mock spec gaps` lists them"),
        ("", "--assume: no gap `` → `sophiie-mock spec gaps` lists them"),
        ("status=204", "--assume: `204` is no choice for `status` → choices: 201, 200"),
        ("status=202", "--assume: `202` is no choice for `status` → choices: 201, 200"),
        ("status", "--assume: `` is no choice for `status` → choices: 201, 200"),
        ("words=others", "--assume: `words` cannot be switched → choices: as they are"),
    ],
)
def test_a_mistake_is_met_with_advice(assumption: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        assume(SOME, [assumption])
    assert str(caught.value) == told


def test_a_near_miss_of_a_real_gap_is_recognised() -> None:
    with pytest.raises(SettingsError, match="did you mean `lead-create-status`"):
        assume(GAPS, ["lead-creat-status=200"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gaps:\n  - id: a\n", "gaps.yaml#/gaps/0: lacks 'unknown' → add it"),
        ("gaps: {a: b}", "gaps.yaml#/gaps: no list of gaps → list them below `gaps`"),
        ("gaps: [a]", "no list of gaps"),
        ("- a", "no list of gaps"),
        ("", "no list of gaps"),
        ("gaps: b: c", "gaps.yaml:1: not YAML"),
    ],
)
def test_a_ledger_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "gaps.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        load_gaps(path)
    assert told in str(caught.value)


def test_an_entry_may_leave_out_where_it_matters_and_how_it_is_switched(tmp_path: Path) -> None:
    path = tmp_path / "gaps.yaml"
    path.write_text("gaps:\n  - {id: a, unknown: b, choice: 201, evidence: c, alternatives: [200], switch: null}\n")
    assert load_gaps(path) == [Gap("a", "b", "201", "c", ["200"], [], {})]
    assert not load_gaps(path)[0].switchable
