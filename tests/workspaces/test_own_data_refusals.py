"""Records of a person's own that cannot be taken are refused with file, line, pointer, cause and remedy."""

from datetime import UTC, datetime
from functools import cache

import pytest
from messages import assert_message

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.errors import RecordsError, WorldError
from mock_server.spec.contract import Contract
from mock_server.workspaces.seeding import seeded
from mock_server.world.recipe import recipe_of, recipe_of_text

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@cache
def contract() -> Contract:
    return load_contract(Settings())


def complaints(text: str) -> list[str]:
    with pytest.raises(WorldError) as caught:
        seeded(contract(), recipe_of_text(text.encode(), "my.yaml"), 1, NOW)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("leeds:\n- {}", "my.yaml:1: /leeds: there is no kind 'leeds'; did you mean `leads`? → one of appointments, "),
        ("services: x1\nleads: []", "my.yaml:1: unknown key 'services'"),
        ("leads:\n- fistName: Ada", "my.yaml:2: /leads/0/fistName: is not known here; did you mean `firstName`? → "),
        ("leads:\n- firstName: 3", "my.yaml:2: /leads/0/firstName: is 3: "),
        ("leads:\n- 7", "my.yaml:2: /leads/0: is 7 and no record → write 'field: value' lines"),
        ("records: 5", "my.yaml:1: records is 5 → write the name of a kind below it"),
        ("records: [a]", "my.yaml:1: records is ['a'] → write the name of a kind"),
        ("leads: {}", "my.yaml:1: /leads: is no list of records"),
        ("leads:\n- name: A\n  firstName: B", "my.yaml:2: /leads/0/name: contradicts `firstName`"),
        (
            "leads:\n- name: A\n  appointments:\n  - on: nxt tuesday",
            "my.yaml:4: /leads/0/appointments/0/on: 'nxt tuesday' is not a time; did you mean `next`?; write it like",
        ),
        ("leads:\n- appointments: [{on: tomorrow 25:00}]", "my.yaml:2: /leads/0/appointments/0/on: '25:00' is no time"),
        (
            "leads:\n- appointments: [{on: tomorrow, status: COMPLETED}]",
            "my.yaml:2: /leads/0/appointments/0/status: a visit that lies ahead cannot be COMPLETED → PENDING or",
        ),
        (
            "leads:\n- appointments: [{status: PENDNG}]",
            "my.yaml:2: /leads/0/appointments/0/status: is none of the statuses there are; did you mean `PENDING`?",
        ),
        (
            "leads:\n- appointments: [{service: Blocked drain}]",
            "my.yaml:2: /leads/0/appointments/0/service: none of the services is called 'Blocked drain'; did you mean",
        ),
        ("inquiries: [{lead: Nobody}]", "my.yaml:1: /inquiries/0/lead: none of the leads is called 'Nobody'"),
        (
            "leads: [{name: Al B}, {name: Al B}]\ninquiries: [{lead: Al B}]",
            "my.yaml:2: /inquiries/0/lead: 2 of the leads are called 'Al B' → say ld_",
        ),
        (
            "leads:\n- phone: '+61491570156'\n- phone: '+61491570156'",
            "my.yaml:3: /leads/1/phone: another of the leads has the same phone → give another one",
        ),
        ("leads: [{id: a}, {id: a}]", "my.yaml:1: /leads/1/id: is the id of another record"),
        ("leads: [{inquiries: [{source: PIGEON}]}]", "my.yaml:1: /leads/0/inquiries/0/source: is 'PIGEON': "),
        ("leads: [{inquiries: [{at: tomorrow}]}]", "my.yaml:1: /leads/0/inquiries/0/at: lies ahead; what"),
        ("leads: [{inquiries: [{transcript: [[]]}]}]", "my.yaml:1: /leads/0/inquiries/0/transcript/0: is [] and no"),
        (
            "leads: [{unreadCalls: 5}]",
            "my.yaml:1: /leads/0/unreadCalls: `unreadCalls` cannot be this here",
        ),
        ("leads: [{notes: [{user: Tamsin}]}]", "my.yaml:1: /leads/0/notes/0: has no `value`"),
        ("organization/members: [{}]", "my.yaml:1: /organization~1members: there is no kind 'organization/members'"),
        ("faqs: [{question: A, isActive: maybe}]", "my.yaml:1: /faqs/0/isActive: is 'maybe': "),
        ("services: [{name: A, duration: long}]", "my.yaml:1: /services/0/duration: is 'long' → write it like"),
        ("leads: [{name: A, status: *x}]", "my.yaml:1: not YAML: "),
        ("leads:\n- &a\n  notes: [*a]", "my.yaml:2: nested deeper than 32 levels → flatten it; an alias may not"),
        ("leads: [!!python/name:os.system {}]", "my.yaml:1: "),
        ("leads:\n- name: A\n  name: B", "my.yaml:3: the key 'name' stands here twice → keep one of them"),
        ("leads: [" * 50, "my.yaml: nested too deep"),
        ("leads: [{firstName: 'a\x00'}]", "my.yaml: not YAML text in UTF-8"),
        ("leads: [{firstName: 1e999}]", "my.yaml:1: a number that JSON does not have"),
    ],
    ids=lambda value: value[:40],
)
def test_each_mistake_has_its_place_cause_and_remedy(text: str, complaint: str) -> None:
    found = complaints(text)
    assert found[0].startswith(complaint), found


def test_all_mistakes_are_told_at_once() -> None:
    text = "leads:\n- {fistName: A}\n- {email: 3}\n- {tags: 1}\nfaqs:\n- {isActive: 0}\n"
    assert [line.partition(": ")[0] for line in complaints(text)] == ["my.yaml:2"]
    text = "leads:\n- {email: 3}\n- {tags: 1}\nfaqs:\n- {isActive: 0}\n"
    assert [line.partition(": ")[0] for line in complaints(text)] == ["my.yaml:2", "my.yaml:3", "my.yaml:5"]


def test_a_bomb_of_aliases_ends_soon() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))
    (only,) = complaints(f"a0: &a0 [x]\n{levels}\n")
    assert_message(only)


def test_more_records_than_fit_are_refused() -> None:
    with pytest.raises(RecordsError, match="more than 10,000 records"):
        seeded(contract(), recipe_of({"leads": [{}] * 100_000}), 1, NOW)
