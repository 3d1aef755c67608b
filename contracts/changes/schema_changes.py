"""The changes of one schema, and the pairs of schemas below it that are to be compared too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.changes.grades import Side
from contracts.changes.schema_parts import Schema, parts_of
from contracts.changes.schema_view import SchemaView, as_schema, view_of
from contracts.changes.value_changes import OwnChange, share_a_type, value_changes
from contracts.changes.versions import Version
from contracts.errors import CannotRun
from mock_server.support.json_pointer import escape

MAX_PARTS = 1_000_000
"""Parts of schemas that are looked at in one comparison; large documents have some ten thousand."""


@dataclass
class SchemaComparison:
    """The differences of two schemas at their own level, and the pairs below, each with the step that leads there."""

    own: list[OwnChange] = field(default_factory=list)
    below: list[tuple[str, Schema, Schema]] = field(default_factory=list)


class SchemaComparer:
    """Compares schemas of two versions, one level at a time."""

    def __init__(self, old: Version, new: Version) -> None:
        self._old, self._new = old, new
        self._parts = 0

    def compare(self, old: Schema, new: Schema, side: Side) -> SchemaComparison:
        """Compare two schemas at their own level."""
        before, after = self._view(old, self._old), self._view(new, self._new)
        found = SchemaComparison()
        if self._wrapped(before, after):
            self._branches(found, [old], after.choices[0])
            return found
        if self._wrapped(after, before):
            self._branches(found, before.choices[0], [new])
            return found
        found.own += value_changes(before, after, side)
        if (
            side is Side.PARAMETER
            and before.types
            and "array" not in before.types
            and after.types == frozenset({"array"})
        ):
            self._as_list(found, old, after)
        if share_a_type(before, after):
            self._fields(found, before, after, side)
            self._further(found, before, after)
            if before.items and after.items:
                found.below.append(("/*", as_schema(before.items), as_schema(after.items)))
            self._choices(found, before, after)
        return found

    @staticmethod
    def _as_list(found: SchemaComparison, old: Schema, new: SchemaView) -> None:
        """Compare a parameter that became a list: one value on the wire is a list of one."""
        if new.bounds.get("minItems", (0, 0))[0] > 1:
            found.own = [OwnChange("", "type-changed", "one value", "a list of several")]
        if new.items:
            found.below.append(("", old, as_schema(new.items)))

    @staticmethod
    def _wrapped(plain: SchemaView, choice: SchemaView) -> bool:
        """Tell whether one side is a schema and the other one a choice that may have it as a branch."""
        bare = choice.types is None and not choice.properties and len(choice.choices) == 1
        return bare and not plain.choices and plain.types is not None

    def _fields(self, found: SchemaComparison, old: SchemaView, new: SchemaView, side: Side) -> None:
        for name in {**old.properties, **new.properties}:
            before = self._field(old, name, self._old, side)
            after = self._field(new, name, self._new, side)
            found.own += (
                OwnChange(f"/{escape(name)}", rule) for rule in _field_rules(before, after, old, new, name, side)
            )
            if before is not None and after is not None:
                found.below.append(
                    (f"/{escape(name)}", as_schema(old.properties[name]), as_schema(new.properties[name]))
                )

    def _field(self, view: SchemaView, name: str, version: Version, side: Side) -> "SchemaView | None":
        """The schema of a field on one side; None if there is no such field there."""
        if name not in view.properties:
            return None
        flags = self._view(as_schema(view.properties[name]), version)
        hidden = flags.write_only if side is Side.ANSWER else flags.read_only
        return None if hidden else flags

    @staticmethod
    def _further(found: SchemaComparison, old: SchemaView, new: SchemaView) -> None:
        if old.closed != new.closed and not new.further:
            found.own.append(OwnChange("", "object-closed" if new.closed else "object-opened"))
        elif old.further and new.further:
            found.below.append(("/*", as_schema(old.further), as_schema(new.further)))
        elif new.further and not old.closed:
            found.own.append(OwnChange("", "further-fields-narrowed"))
        elif old.further and not new.closed:
            found.own.append(OwnChange("", "further-fields-widened"))

    def _choices(self, found: SchemaComparison, old: SchemaView, new: SchemaView) -> None:
        for before, after in zip(old.choices, new.choices, strict=False):
            self._branches(found, before, after)
        more = len(new.choices) - len(old.choices)
        if more:
            found.own.append(OwnChange("", "choice-added" if more > 0 else "choice-removed"))

    def _branches(self, found: SchemaComparison, old: Sequence[Any], new: Sequence[Any]) -> None:
        """Pair the branches of a choice, by what they are called and then by their fields; the rest came or went."""
        left = [(it, *self._names(it, self._new)) for it in new]
        gone = list[tuple[Any, str, str]]()
        for branch in old:
            name, likeness = self._names(branch, self._old)
            named = next((it for it in left if name and it[1] == name), None)
            pair = named or next((it for it in left if it[2] == likeness), None)
            if pair is None:
                gone.append((branch, name, likeness))
                continue
            left.remove(pair)
            found.below.append(("", _whole(branch), _whole(pair[0])))
        if len(gone) == len(left) == 1 and gone[0][2].partition(" ")[0] == left[0][2].partition(" ")[0]:
            found.below.append(("", _whole(gone[0][0]), _whole(left[0][0])))
            return
        found.own += (OwnChange("", "alternative-removed", name or likeness, None) for _, name, likeness in gone)
        found.own += (OwnChange("", "alternative-added", None, name or likeness) for _, name, likeness in left)

    def _names(self, branch: Any, version: Version) -> tuple[str, str]:
        """The name of a branch, if it has one, and a text that is equal for schemas that are alike."""
        node = branch[0] if isinstance(branch, tuple) and len(branch) == 1 else branch
        reference, title = (node.get("$ref"), node.get("title")) if isinstance(node, dict) else (None, None)
        view = self._view(_whole(branch), version)
        more = [", ".join(sorted(view.properties)), ", ".join(view.enum or ()), view.words.get("format", "")]
        likeness = f"{'|'.join(sorted(view.types or ())) or 'any'} {' '.join(filter(None, more))}".rstrip()
        return str(reference).rpartition("/")[2] if reference else str(title or ""), likeness

    def _view(self, schema: Schema, version: Version) -> SchemaView:
        """Read a schema. Raises CannotRun for documents whose schemas multiply without end."""
        parts = parts_of(schema, version)
        self._parts += len(parts) + 1
        if self._parts > MAX_PARTS:
            raise CannotRun(f"schemas of more than {MAX_PARTS:,} parts", "give smaller documents")
        return view_of(parts)


def _whole(branch: Any) -> Schema:
    return branch if isinstance(branch, tuple) else (branch,)


def _field_rules(
    before: SchemaView | None, after: SchemaView | None, old: SchemaView, new: SchemaView, name: str, side: Side
) -> Iterator[str]:
    """The rules that a field falls under by its being there, being required, and being deprecated."""
    was, is_ = name in old.required, name in new.required
    if before is None and after is not None:
        yield "required-property-added" if is_ else "optional-property-added"
    elif before is not None and after is None:
        hidden = name in new.properties and side is not Side.ANSWER
        forbidden = new.closed and side is not Side.ANSWER
        gone = "required-property-removed" if was else "optional-property-removed"
        yield "property-became-read-only" if hidden else "property-forbidden" if forbidden else gone
    elif before is not None and after is not None:
        if was != is_:
            yield "property-became-required" if is_ else "property-became-optional"
        if before.deprecated != after.deprecated:
            yield "property-deprecated" if after.deprecated else "property-reinstated"
