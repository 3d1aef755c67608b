"""Where a recorded shape is not as the schema of the document has it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.learn.difference import DifferenceKind, Mismatch
from contracts.rules.object_members import is_open
from contracts.shapes.shape import MAX_DEPTH, Shape
from contracts.shapes.text_classes import Kind, TextFormat
from contracts.shapes.vocabulary import ANY_NAME, is_kept
from contracts.spec.document import Document

Schema = Mapping[str, Any]
_ABSENT = DifferenceKind.ABSENT
_MAX_BRANCHES = 32
_FORMATS: Mapping[str, frozenset[TextFormat]] = {
    "date-time": frozenset({TextFormat.MOMENT, TextFormat.OTHER_MOMENT}),
    "date": frozenset({TextFormat.DATE}),
    "email": frozenset({TextFormat.EMAIL}),
    "uuid": frozenset({TextFormat.UUID}),
    "uri": frozenset({TextFormat.URL}),
}


def mismatches(document: Document, schema: Any, shape: Shape, steps: tuple[str, ...] = ()) -> Iterator[Mismatch]:
    """Every place where a shape cannot be of the schema. Nothing is said where alternatives leave it open."""
    branches = list(branches_of(document, schema))
    if len(steps) > MAX_DEPTH or not branches or any(not branch for branch in branches):
        return
    yield from _kinds(branches, shape, steps)
    yield from _texts(document, branches, shape, steps)
    yield from _objects(document, [branch for branch in branches if "object" in _types(branch)], shape, steps)
    lists = [branch["items"] for branch in branches if "items" in branch]
    if shape.items is not None and len(lists) == 1:
        yield from mismatches(document, lists[0], shape.items, (*steps, "*"))


def branches_of(document: Document, schema: Any, depth: int = 0) -> Iterator[Schema]:
    """The alternatives of a schema, each with what ``allOf`` and its own keywords say together."""
    node = document.resolve(schema)
    if not isinstance(node, Mapping) or depth > MAX_DEPTH:
        return
    own = {name: value for name, value in node.items() if name not in ("allOf", "anyOf", "oneOf")}
    found: list[Schema] = [own]
    groups = [[part] for part in node.get("allOf", ())] + [node[word] for word in ("anyOf", "oneOf") if word in node]
    for group in groups:
        parts = [branch for part in group for branch in branches_of(document, part, depth + 1)]
        found = [_joined(one, part) for one in found for part in parts][:_MAX_BRANCHES] if parts else found
    yield from found


def _joined(one: Schema, other: Schema) -> Schema:
    """Both schemas at once; of a property that both describe, the second one's words are added to the first's."""
    properties = dict(one.get("properties", {}))
    for name, schema in other.get("properties", {}).items():
        properties[name] = {"allOf": [properties[name], schema]} if name in properties else schema
    required = [*one.get("required", ()), *other.get("required", ())]
    merged = {**one, **other}
    if properties:
        merged["properties"] = properties
    if required:
        merged["required"] = required
    return merged


def kinds_of(document: Document, schema: Any) -> set[str] | None:
    """The types of JSON that a schema admits; None when it admits any."""
    known = [_types(branch) for branch in branches_of(document, schema)]
    admitted = set().union(*known)
    return admitted | ({"integer"} if "number" in admitted else set()) if known and all(known) else None


def _types(branch: Schema) -> set[str]:
    """The types that a branch admits; empty when it does not say."""
    said = branch.get("type")
    if said is not None:
        return {said} if isinstance(said, str) else {*said}
    values = [*branch.get("enum", ()), *([branch["const"]] if "const" in branch else ())]
    if values:
        names = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
        return {names.get(type(value), "object") for value in values}
    return {"object"} if "properties" in branch or "required" in branch else set()


def _kinds(branches: Sequence[Schema], shape: Shape, steps: tuple[str, ...]) -> Iterator[Mismatch]:
    known = [_types(branch) for branch in branches]
    if not all(known):
        return
    admitted = set().union(*known)
    if "number" in admitted:
        admitted.add("integer")
    for kind in sorted(shape.kinds):
        if kind not in admitted:
            word = DifferenceKind.NULL if kind is Kind.NULL else DifferenceKind.TYPE
            yield Mismatch(word, steps, " or ".join(sorted(admitted)), str(kind))


def _texts(document: Document, branches: Sequence[Schema], shape: Shape, steps: tuple[str, ...]) -> Iterator[Mismatch]:
    texts = [branch for branch in branches if _types(branch) & {"string"}]
    if Kind.STRING not in shape.kinds or not texts:
        return
    if all("enum" in branch or "const" in branch for branch in texts):
        listed = {*(str(v) for b in texts for v in (*b.get("enum", ()), *([b["const"]] if "const" in b else ())))}
        for word in sorted(shape.words - listed):
            yield Mismatch(DifferenceKind.ENUM, steps, f"one of {', '.join(sorted(listed))}", str(word))
    formats = {branch.get("format") for branch in texts}
    if formats <= {*_FORMATS}:
        admitted = frozenset().union(*(_FORMATS[str(form)] for form in formats))
        if document.vendors and formats == {"date-time"}:
            admitted = frozenset({TextFormat.MOMENT})
        for form in sorted(shape.formats - admitted):
            yield Mismatch(DifferenceKind.FORMAT, steps, " or ".join(sorted(admitted)), str(form))


def _objects(
    document: Document, branches: Sequence[Schema], shape: Shape, steps: tuple[str, ...]
) -> Iterator[Mismatch]:
    """The mismatches under the alternative that has fewest; none where the items of a list may be of several."""
    if Kind.OBJECT not in shape.kinds or not branches:
        return
    found = [list(_members(document, branch, shape, steps)) for branch in branches]
    if len(found) > 1 and "*" in steps:
        # Items of several kinds were merged into one shape: a member is wrong where every alternative says so.
        found = [[one for one in found[0] if all(one in others for others in found) and one.kind is not _ABSENT]]
    yield from min(found, key=len)


def _members(document: Document, branch: Schema, shape: Shape, steps: tuple[str, ...]) -> Iterator[Mismatch]:
    known = branch.get("properties", {})
    hidden = {name for name in known if not is_kept(name)}  # they can only be the fields whose names are not kept
    closed = bool(known) and not is_open(branch) and not (hidden and ANY_NAME in {*map(str, shape.members)})
    for name, member in shape.members.items():
        if name in known:
            yield from mismatches(document, known[name], member, (*steps, str(name)))
        elif closed:
            shown = "fields with names that are not kept" if name == ANY_NAME else "a field"
            yield Mismatch(DifferenceKind.FIELD, (*steps, str(name)), "documented fields only", shown)
    there, sometimes = {*map(str, shape.members)}, {*map(str, shape.optional)}
    for missing in sorted({*branch.get("required", ())} - (there - sometimes) - hidden):
        often = "not always there" if missing in there else "never there"
        yield Mismatch(_ABSENT, (*steps, missing), "a required field", often)
