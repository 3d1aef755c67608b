"""Whose document it is: what we know of Sophiie holds for hers, and for no other."""

from typing import Any

import pytest
from published import published
from specimens import answering, document, ours

from mock_server.config.paths import OPENAPI
from mock_server.spec.document import parse
from mock_server.spec.vendor import is_vendors

OURS = OPENAPI / "v1.yaml"


def judged(root: dict[str, Any]) -> bool:
    return is_vendors(parse(root, "doc"), OURS)


@pytest.mark.parametrize("url", ["https://api.sophiie.ai", "https://sophiie.ai/x", "http://eu.api.sophiie.ai:8080/v1"])
def test_a_server_below_the_vendors_name_makes_it_hers(url: str) -> None:
    assert judged(document({"/a": {"get": answering({})}}, servers=[{"url": "https://b.example"}, {"url": url}]))


@pytest.mark.parametrize("url", ["https://api.sophiie.ai.example", "https://notsophiie.ai", "/v1", "http://["])
def test_a_name_that_only_looks_alike_does_not(url: str) -> None:
    assert not judged(document({"/a": {"get": answering({})}}, servers=[{"url": url}]))


def test_our_paths_with_our_shapes_make_it_hers() -> None:
    root = published(ours("v1"))
    root["servers"] = [{"url": "https://mirror.example"}]
    assert judged(root)


def test_our_paths_with_other_shapes_do_not() -> None:
    shape = {"type": "object", "properties": {"foo": {"type": "string"}, "bar": {"type": "integer"}}}
    root = ours("v1")
    paths = {path: {"get": answering(shape)} for path in root["paths"]}
    assert not judged(document(paths, servers=[{"url": "https://mirror.example"}]))
