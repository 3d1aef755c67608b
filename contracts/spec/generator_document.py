"""The document as the generator gets it: without what it would only waste time on, or could not send."""

from typing import Any

from contracts.spec.document import Document
from contracts.spec.rewriting import rewritten
from contracts.spec.security import asked_for, load_schemes


def for_generator(document: Document) -> Any:
    """Copy the document. Where a pattern stands beside a format or a length, only the pattern is kept.

    The engine would look for a text that matches the pattern but not the format, or the pattern at exactly the greatest
    length. There may be none, and to find that out takes seconds. Our own judges and scenarios check all of it.

    A parameter that is the key of its operation as well is left out: our transport puts the key there.
    """

    def change(copy: dict[str, Any]) -> dict[str, Any]:
        return _pattern_alone(_without_keys(document, copy))

    return rewritten(document.raw, change)


def _without_keys(document: Document, copy: dict[str, Any]) -> dict[str, Any]:
    listed = copy.get("parameters")
    if not isinstance(listed, list) or "responses" not in copy:
        return copy
    declared = document.raw.get("components", {}).get("securitySchemes", {})
    schemes = load_schemes(asked_for(copy, document.raw), declared, document.resolve)
    keys = {(scheme.place, scheme.name.lower()) for scheme in schemes}
    known = [(one, document.resolve(one)) for one in listed]
    kept = [one for one, node in known if (node.get("in"), str(node.get("name")).lower()) not in keys]
    return {**copy, "parameters": kept}


def _pattern_alone(copy: dict[str, Any]) -> dict[str, Any]:
    both = isinstance(copy.get("pattern"), str) and isinstance(copy.get("format"), str)
    dropped = ("format", "minLength", "maxLength") if both else ()
    return {name: value for name, value in copy.items() if name not in dropped}
