"""Compare our grades with those of oasdiff, as its own tests state them.

    python tests/contracts/changes/beside_oasdiff.py FOLDER > docs/concepts/changes-beside-oasdiff.md

FOLDER is a checkout of https://github.com/oasdiff/oasdiff. Each of its tests that reads two documents from files, and
changes them by assignments only, is a row: the changes that it expects with their levels, ours with their grades, and
whether the worst of both agree. Every difference must be explained by one of ``REASONS``, or the exit code is 1.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from go_assignments import NotUnderstood, change

from contracts.changes.comparison import compare
from contracts.changes.grades import Grade, Side
from contracts.changes.versions import version_of
from contracts.errors import CannotRun
from mock_server.errors import SpecError
from mock_server.support.bounded_files import read_file

LEVELS = {"ERR": Grade.BROKEN, "WARN": Grade.AFFECTED, "INFO": Grade.UNAFFECTED}
_TEST = re.compile(r"^func (Test\w+)\(t \*testing\.T\) \{\n(.*?)^\}", re.S | re.M)
_OPEN = re.compile(r'(\w+), err :?= open\("\.\./data/([^"]+)"\)')

_EXPECTED = re.compile(r"(?:Id:\s+|Equal\(t, |containsId\(\w+, |ContainsId\(t, \w+, )checker\.(\w+Id)\b")
_DENIED = re.compile(r"require\.(?:False|NotContains|NotEqual)\(.*")

REASONS: Sequence[tuple[str, str, str]] = (
    (
        r"ComponentSecurityType",
        r"security-changed",
        "A client that shows its key as before is refused.",
    ),
    (
        r"Request(Body|Property)Default",
        r"default-changed",
        "A request that leaves the value out means something else.",
    ),
    (
        r"NonReadOnly",
        r"required-property-added",
        "A client must send what it could not send before.",
    ),
    (
        r"ReadOnly",
        r"property-became-read-only",
        "From now on, what a client sends there is ignored.",
    ),
    (
        r"BecameWriteOnly",
        r"property-removed",
        "The field no longer comes in answers.",
    ),
    (
        r"NotWriteOnly|NonWriteOnly",
        r"property-added",
        "A further field in an answer harms nobody.",
    ),
    (
        r"WriteOnlyPropertyBecameOptional",
        r"property-removed",
        "The test runs one check of theirs; the documents differ in more.",
    ),
    (
        r"ConstRemoved",
        r"enum-removed",
        "Any value can come, as with new words: the kind of client decides.",
    ),
    (
        r"EnumValueAdded",
        r"enum-replaced",
        "None of the old words is left.",
    ),
    (
        r"SecurityAdded|SecurityyAdded",
        r"security-added",
        "A client without the key is refused from now on.",
    ),
    (
        r"SecurityScopeAdded",
        r"scope-added",
        "A key that lacks the new scope is refused.",
    ),
    (
        r"Patte?r?n",
        r"pattern-",
        "We do not decide whether one pattern allows more than another, nor what a client does with a text "
        "that has no form any more.",
    ),
    (
        r"DetectsNewPaths",
        r"parameter-removed",
        "The test runs one check of theirs; the documents differ in more.",
    ),
    (
        r"RequestBodyDefaultValue",
        r"media-type-removed",
        "The test runs one check of theirs; the documents differ in more.",
    ),
    (
        r"Servers",
        r"server-changed",
        "Another host is a change for everybody who has the old one in a setting.",
    ),
    (
        r"Discriminator",
        r"property-",
        "The test runs one check of theirs; the documents differ in more. We leave discriminators out, which "
        "are unaffected for them too.",
    ),
    (
        r"ParameterDefaultValue",
        r"default-changed",
        "Only requests that leave the parameter out are affected.",
    ),
    (
        r"MaxItemsWithoutFlatten",
        r"max-items",
        "They see this only after a flattening of `allOf`, which we always do.",
    ),
    (
        r"AllOf",
        r"",
        "What is in the added or removed part holds already by the other parts: the schemas mean the same.",
    ),
    (
        r"AnyOf(Added|Removed)Id",
        r"^$",
        "A branch became a reference to the same schema: the schemas mean the same.",
    ),
    (
        r"SuppressedForNullOnly",
        r"became-nullable",
        "The test is about another check of theirs; null in an answer is broken for them too "
        "(`ResponsePropertyBecameNullableId`).",
    ),
    (
        r"ContentSchema|ContentUpdated|Dependent|PropertyNames|PatternProperty",
        r"keyword-",
        "We name a changed keyword that is used rarely, and do not look into it; a rule that is dropped in an "
        "answer is potentially affected.",
    ),
    (
        r"PrefixItems",
        r"keyword-",
        "`prefixItems` restricts the items: more of it narrows a request, and less of it widens an answer.",
    ),
    (
        r"LooselyTyped",
        r"type-changed",
        "In XML and forms all values are texts; we grade all media types as JSON.",
    ),
    (
        r"OneOfWrapping",
        r"alternative-added",
        "We compare the schema with the branch that it became, and do not count the wrapping.",
    ),
    (
        r"(AnyOf|OneOf)Added",
        r"alternative-added",
        "A new kind of record is like a new word: the kind of client decides.",
    ),
    (
        r"Response.*MinDecreased",
        r"minimum-lowered",
        "A wider range of numbers or lengths breaks few clients: potentially affected.",
    ),
    (
        r"SubSchemaTraversal",
        r"keyword-changed",
        "We name a changed `not`, `if` or `contains`, and do not look into it.",
    ),
)
"""The explanation of each difference: a pattern for their changes or their test, one for our rules, the reason."""


@dataclass(frozen=True)
class Row:
    """One test of oasdiff beside our comparison of its documents."""

    test: str
    theirs: Mapping[str, Grade]
    ours: Mapping[str, Grade]

    @property
    def verdicts(self) -> tuple[Grade, Grade]:
        """The worst grade of theirs and of ours."""
        return worst(self.theirs), worst(self.ours)

    @property
    def reason(self) -> str:
        """The explanation of a difference; empty if there is none."""
        for theirs, ours, text in REASONS:
            about_theirs = any(re.search(theirs, it) for it in (self.test, *self.theirs))
            if about_theirs and any(re.search(ours, it) for it in self.ours or ("",)):
                return text
        return ""


def worst(grades: Mapping[str, Grade]) -> Grade:
    """The worst of some grades; unaffected for none."""
    return min(grades.values(), key=lambda grade: grade.weight, default=Grade.UNAFFECTED)


def levels(folder: Path) -> dict[str, Grade]:
    """The level of each rule of oasdiff, by the name of its constant."""
    text = (folder / "checker" / "rules.go").read_text("utf-8")
    return {name: LEVELS[level] for name, level in re.findall(r"Rule\((\w+), (ERR|WARN|INFO)", text)}


def rows(folder: Path) -> Iterator[Row | None]:
    """A row for each test that can be compared, and None for each that cannot."""
    known = levels(folder)
    for file in sorted((folder / "checker").glob("*_test.go")):
        for name, body in _TEST.findall(file.read_text("utf-8")):
            yield _row(folder, name, body, known)


def _row(folder: Path, name: str, body: str, known: Mapping[str, Grade]) -> Row | None:
    files = [path for _, path in _OPEN.findall(body)]
    expected = [it for it in _EXPECTED.findall(_DENIED.sub("", body)) if it in known]
    says = expected or re.search(r"require\.(Empty\(t, errs\)|Len\(t, errs, 0\))", body)
    if len(files) != 2 or not says:
        return None
    try:
        documents = {var: read_file(folder / "data" / path, SpecError, slips=[]) for var, path in _OPEN.findall(body)}
        change(body, documents)
        if expected and documents["s1"] == documents["s2"]:
            return None  # the test changes one in a way that is not seen here
        old, new = (
            version_of(documents[name], folder / "data" / file) for name, file in zip(("s1", "s2"), files, strict=True)
        )
        changes = compare(old, new).changes
    except (CannotRun, SpecError, NotUnderstood, KeyError, LookupError, ValueError):
        return None
    side = _side(name, expected)
    seen = [it for it in changes if side is None or (it.side is Side.ANSWER) == (side is Side.ANSWER)]
    ours = {change.rule.id: change.grade() for change in sorted(seen, key=lambda it: -it.grade().weight)}
    return Row(name, {it: known[it] for it in expected}, ours)


def _side(name: str, expected: Sequence[str]) -> Side | None:
    """The side that a test is about: most run one check, on documents that differ on both sides."""
    words = [*expected, name.removeprefix("Test").removeprefix("Breaking_")]
    answers = [it.startswith("Response") for it in words]
    if all(answers):
        return Side.ANSWER
    return Side.REQUEST if all(it.startswith(("Request", "NewRe", "AddedRe")) for it in expected or words) else None


_HEAD = """\
# Changes graded beside oasdiff

[oasdiff](https://github.com/oasdiff/oasdiff) is the best known tool that compares OpenAPI documents. Its own tests state which
changes it finds in pairs of documents, and how grave they are. {compared} of these tests are compared here; {left_out} are left out,
because they change a document in another way than by an assignment, or state no level. Its levels ERR, WARN and INFO stand
for *broken*, *potentially affected* and *unaffected*. Where a test is about one side, the request or the answer, only that side
is compared.

The worst grade is the same in {same} tests. It differs in {different}, for these reasons:

| reason | its changes | ours | its grade | our grade | tests |
|---|---|---|---|---|---|
"""  # noqa: E501 - a page of the docs
_FOOT = """
`python tests/contracts/changes/beside_oasdiff.py FOLDER` writes this page; FOLDER is a checkout of oasdiff.
"""


def page(found: Sequence[Row], left_out: int) -> str:
    """The page of the docs: every difference with its reason."""
    groups: dict[tuple[str, Grade, Grade], list[Row]] = {}
    for row in found:
        theirs, ours = row.verdicts
        if theirs is not ours:
            groups.setdefault((row.reason or "**not explained**", theirs, ours), []).append(row)
    different = sum(map(len, groups.values()))
    head = _HEAD.format(compared=len(found), left_out=left_out, same=len(found) - different, different=different)
    return head + "".join(_line(*key, some) for key, some in sorted(groups.items())) + _FOOT


def _line(reason: str, theirs: Grade, ours: Grade, some: Sequence[Row]) -> str:
    named = [
        sorted({name for row in some for name in row.theirs}),
        sorted({name for row in some for name in row.ours}),
        [row.test for row in some],
    ]
    changes, rules, tests = (", ".join(f"`{name}`" for name in names) or "none" for names in named)
    return f"| {reason} | {changes} | {rules} | {theirs} | {ours} | {tests} |\n"


def main(folder: Path) -> int:
    """Print the page; return 1 if a difference is not explained."""
    all_rows = list(rows(folder))
    found = [row for row in all_rows if row is not None]
    sys.stdout.write(page(found, len(all_rows) - len(found)))
    wrong = [row.test for row in found if len(set(row.verdicts)) > 1 and not row.reason]
    sys.stderr.writelines(f"{test}: not explained\n" for test in wrong)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
