"""Whatever becomes of a document, it is served or refused, and nothing else: never another exception.

Our documents are mutilated at random places. Every run tries a few dozen; with SOPHIIE_TEST_EXAMPLES=100, thousands.
"""

import copy
from collections import defaultdict
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from specimens import OURS, SIZE, chance, nodes, served

from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.generation import generate
from mock_server.spec.parameter_values import Unreadable

PLACES = {name: [way for way in nodes(root) if way] for name, root in OURS.items()}
LEAVES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 10**40, "", "text", "#/components/schemas/Lead", [], {}),
    *([None], [{}], ["a", "a"], {"": None}, {"type": "object"}, {"$ref": "#/nothing"}, {"$ref": "elsewhere.yaml"}),
    {"$ref": "#/components/schemas/StringId"},
    {"$ref": "#/paths"},
]
KEYS = [
    "",
    "$ref",
    "type",
    "properties",
    "required",
    "allOf",
    "items",
    "default",
    "example",
    "parameters",
    "get",
    "x-a",
]
Way = tuple[str | int, ...]
Root = dict[str, Any]


def mutilated(root: Root, way: Way, how: str, leaf: Any, key: str) -> Root:
    """A copy of ``root`` with the node at ``way`` taken out, put below another key, or replaced; shares the rest."""
    changed: Any = copy.copy(root)
    place = changed
    for step in way[:-1]:
        place[step] = copy.copy(place[step])
        place = place[step]
    if how == "remove":
        del place[way[-1]]
    elif how == "rename" and isinstance(place, dict):
        place[key] = place.pop(way[-1])
    else:
        place[way[-1]] = leaf
    whole: Root = changed
    return whole


@st.composite
def mutilations(draw: st.DrawFn, name: str) -> Root:
    root = dict(OURS[name])
    for _ in range(draw(st.integers(1, 2))):
        way = draw(st.sampled_from(PLACES[name]))
        how = draw(st.sampled_from(["replace", "replace", "remove", "rename"]))
        try:
            root = mutilated(root, way, how, draw(st.sampled_from(LEAVES)), draw(st.sampled_from(KEYS)))
        except (LookupError, TypeError):
            continue  # the first one took the second one's place away
    return root


def used(contract: Contract) -> None:
    """Ask of a contract what start-up and the first requests ask."""
    for binding in contract.bindings.values():
        assert binding.family.views is not None
        assert binding.family.fields is not None
        if binding.wrapper:
            figures: dict[str, Any] = defaultdict(int)
            binding.wrapper.wrap([], figures, chance)
    for operation in contract.operations.values():
        assert (operation.tag, operation.summary, operation.provenance, operation.secured) is not None
        assert (operation.body, operation.path_parameters, operation.locations) is not None
        for parameter in operation.parameters:
            assert parameter.hint is not None
            with suppress(Unreadable):
                parameter.parse(["5"])
            parameter.find({"a[b]": ["c"]})
        for response in operation.responses.values():
            for example in response.examples.values():
                response.fit(example, chance())
    for document in contract.documents:
        contract.published(document, "http://here")
    contract.document_for("/v1/leads")


def refusal(root: Root, *, generating: bool) -> SpecError | None:
    """Serve ``root`` and ask everything of it; the error with which it is refused."""
    try:
        contract = served(root)
        used(contract)
        for operation in contract.operations.values() if generating else ():
            if operation.success.schema:
                generate(operation.success.schema, chance(operation.key), example=False)
    except SpecError as fault:
        return fault
    return None


def check(root: Root, *, generating: bool) -> None:
    fault = refusal(root, generating=generating)
    if fault is not None:
        assert all(line.startswith(("doc#", "… and ")) for line in str(fault).splitlines())
        assert fault.problems
        assert all(problem.remedy for problem in fault.problems[:20])


@pytest.mark.slow
@settings(max_examples=12 * SIZE)
@given(mutilations("v1"))
def test_a_mutilated_v1_is_served_or_refused(root: Root) -> None:
    check(root, generating=SIZE > 1)


@pytest.mark.slow
@settings(max_examples=40 * SIZE)
@given(mutilations("zapier"))
def test_a_mutilated_zapier_is_served_or_refused(root: Root) -> None:
    check(root, generating=True)
