"""What the tests of the engine share: documents from a few lines, schemas by themselves, seeded chance."""

import copy
import os
from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.config.paths import OPENAPI
from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.document import parse
from mock_server.spec.schema import Schema
from mock_server.spec.schema_lint import SchemaLint
from mock_server.support.bounded_files import read_file
from mock_server.world.ids import Rng, rng

SIZE = int(os.environ.get("SOPHIIE_TEST_EXAMPLES", "1"))
"""How many times more examples the property tests here try than they do at each run of the suite."""

OURS: Mapping[str, Mapping[str, Any]] = {
    name: read_file(OPENAPI / f"{name}.yaml", SpecError) for name in ("v1", "zapier")
}


def ours(name: str) -> dict[str, Any]:
    """A copy of one of our documents, to be changed."""
    return copy.deepcopy(dict(OURS[name]))


def document(paths: Mapping[str, Any], *, version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    """A whole document with ``paths``."""
    return {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": dict(paths), **more}


def answering(schema: Any, **more: Any) -> dict[str, Any]:
    """An operation that answers 200 with ``schema``."""
    return {**more, "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}


def served(*roots: Mapping[str, Any]) -> Contract:
    """The contract of ``roots``. Raises SpecError as `serve --spec` would."""
    return Contract([parse(dict(root), f"{index or ''}doc") for index, root in enumerate(roots)])


def schema(node: Any, *, version: str = "3.1.0", **others: Any) -> Schema:
    """``node`` as the schema `It` of a document, ``others`` beside it by name. Raises SpecError when it is unsound."""
    root = document({"/x": {}}, version=version, components={"schemas": {"It": node, **others}})
    made = parse(root, "doc")
    faults = SchemaLint(made).faults("/components/schemas/It")
    if faults:
        raise SpecError(*faults)
    return Schema.of(made, "/components/schemas/It")


def chance(*key: str | int) -> Rng:
    return rng(1, *key)


def nodes(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every node of a tree."""
    yield path
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in inner:
        yield from nodes(child, (*path, key))
