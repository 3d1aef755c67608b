"""Filters that are expressions, in the two languages that many APIs share: OData and SCIM."""

from typing import Any

import pytest

from mock_server.spec.filter_expressions import UnreadableFilter, predicate

RECORD: dict[str, Any] = {
    "id": 7, "userName": "Ana Li", "price": 9.5, "active": True, "note": None, "tags": ["a", "b"],
    "createdAt": "2026-03-04T05:06:07Z", "name": {"familyName": "O'Neil"},
    "emails": [{"type": "home", "value": "a@example.com"}, {"type": "work", "value": "b@example.org"}],
}  # fmt: skip


def holds(text: str) -> bool:
    return predicate(text, RECORD)(RECORD)


@pytest.mark.parametrize(
    "text",
    [
        "id eq 7", "id ne 8", "price gt 9 and price lt 10", "price ge 9.5", "price le 9.5", "active eq true",
        "note eq null", "userName eq 'Ana Li'", 'userName eq "Ana Li"', 'username EQ "Ana Li"', "user_name eq 'Ana Li'",
        "name/familyName eq 'O''Neil'", 'name.familyName sw "o\'"', 'userName co "NA"', 'userName ew "li"', "id pr",
        "not (id eq 8)", "not note pr", "id in (1, 7)", "userName in ('x', 'Ana Li')", "contains(userName,'ana')",
        "startswith(userName, 'A') eq true", "endswith(userName,'x') eq false", "substringof('na',userName)",
        "id eq 8 or id eq 7 and active eq true", "(id eq 8 or id eq 7) and active eq true", "tags eq 'b'",
        'emails.value eq "b@example.org"', 'emails.value co "EXAMPLE.ORG"', "createdAt gt 2026-01-01T00:00:00Z",
        'createdAt lt "2027-01-01"', "  id   eq   7  ",
    ],
)  # fmt: skip
def test_an_expression_holds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "id eq 8", "id eq '7'", "id ne 7", "price gt 9.5", "active eq false", "active eq 1", "note pr", "not id eq 7",
        "userName eq 'ana li'", "id in (1, 2)", "contains(userName,'x')", "(id eq 8 or id eq 7) and active eq false",
        "name/givenName eq 'x'", "price gt 'x'", "createdAt lt 2026-01-01T00:00:00Z", 'emails.value eq "c@example.com"',
    ],
)  # fmt: skip
def test_an_expression_does_not_hold(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "from character 1"),
        ("id", "from character 3"),
        ("id eq", "from character 6"),
        ("id eq 7 8", "from character 8"),
        ("(id eq 7", "from character 9"),
        ("id like 7", "`like` is no comparison"),
        ("colour eq 7", "`colour` is no field"),
        ("length(userName) eq 6", "`length\\(\\)` is not known"),
        ("'x' eq id", "from character 1"),
        ("(" * 60 + "id eq 7" + ")" * 60, "nested too deep"),
        ("id eq " + "7" * 4_000, "more than 4,000 characters"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    with pytest.raises(UnreadableFilter, match=why):
        holds(text)
