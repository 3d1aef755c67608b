"""A document means the same however it is spelled: each request gets the same answer, and the judge accuses nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from foreign import Foreign
from shop_document import WAYS, Node, shop, spelt

from contracts.cli import main

UNKNOWN = "00000000-0000-4000-8000-000000000000"
ANN = {"name": "Ann", "email": "ann@example.com"}
CUSTOMERS: list[Any] = [
    {**ANN, "address": {"city": "Rome", "zip": "1234"}, "secret": "s", "nick": None},
    *({**ANN, "id": UNKNOWN}, {**ANN, "extra": 1}),
    *({"name": "Ann"}, {**ANN, "name": ""}, {**ANN, "email": "no"}, {**ANN, "status": "gone"}, {**ANN, "nick": 1}),
    *({**ANN, "address": {"city": "R"}}, {**ANN, "address": {"city": "Rome", "zip": "1"}}, [], "x"),
]
SHAPES = [
    {"kind": "circle", "r": 1},
    {"kind": "square", "a": 1},
    {"kind": "circle", "a": 1},
    {"kind": "oval"},
    {"r": 1},
]
TREES = [{"label": "a", "children": [{"label": "b", "children": [{"label": "c"}]}]}, {"children": [{"label": 1}]}]
QUERIES = (
    "page=1&per_page=2",
    "page=0",
    "per_page=51",
    "page=x",
    "status=blocked",
    "status=gone",
    "sort=zip",
    "page=99",
)


def shape(value: Any) -> Any:
    """The names and types in a value."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in sorted(value.items())}
    return [shape(part) for part in value[:1]] if isinstance(value, list) else type(value).__name__


def answers(folder: Path, root: Node) -> list[Any]:
    """What a server of the document answers to a series of requests."""
    folder.mkdir()
    api = Foreign(folder, **root)
    found: list[Any] = []

    def ask(method: str, target: str, sent: Any = None, media: str = "application/json") -> Any:
        answer = api.ask(method, f"/v1{target}", sent, media)
        value = answer.json if answer.body else None
        found.append(
            (method, target.partition("/00")[0], answer.status, shape(value) if answer.status != 404 else None)
        )
        return value

    for sent in CUSTOMERS:
        ask("POST", "/customers", sent)
    one = ask("POST", "/customers", ANN)["id"]
    order = ask("POST", "/orders", {"customer_id": one, "total": 3.5, "lines": [{"sku": "a", "qty": 1}]})["id"]
    for wrong in ({"total": -1}, {"total": 1, "lines": [{"sku": "a", "qty": 0}]}, {"total": 1, "customer_id": "x"}):
        ask("POST", "/orders", {"customer_id": one, **wrong})
    for query in QUERIES:
        ask("GET", f"/customers?{query}")
    known = {
        name: api.get(f"/v1{path}") for name, path in (("one", f"/customers/{one}"), ("order", f"/orders/{order}"))
    }
    found += [known["one"]["name"], shape(known), len(api.get(f"/v1/customers/{one}/orders"))]
    found += [len(api.get(f"/v1/orders?customer_id={one}")), api.good("POST", f"/v1/orders/{order}/pay")["state"]]
    for method, sent in (("PATCH", {**ANN, "name": "Bo"}), ("PATCH", {"name": ""}), ("PUT", {**ANN, "name": "Cy"})):
        found.append((method, api.ask(method, f"/v1/customers/{one}", sent).status))
        ask(method, f"/customers/{UNKNOWN}", ANN)
    found.append(api.get(f"/v1/customers/{one}")["name"])
    for name, some in (("shapes", SHAPES), ("trees", TREES)):
        for sent in some:
            ask("POST", f"/{name}", sent)
    found.append(sorted({(*it,) for it in api.get("/v1/shapes")}))
    for theme in ("dark", "x"):
        ask("PUT", "/settings", {"theme": theme, "limit": 3})
    found.append(api.get("/v1/settings"))
    found.append({it["status"] for it in api.get("/v1/search?filter[status]=active")["results"]})
    found += [api.ask("DELETE", f"/v1/customers/{one}").status, api.ask("GET", f"/v1/customers/{one}").status]
    for method, path in (("TRACE", "/customers"), ("GET", "/nowhere"), ("PUT", "/customers"), ("POST", "/forms")):
        ask(method, path, {"a": 1} if path == "/forms" else None)
    return found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return answers(tmp_path_factory.mktemp("shop") / "plain", shop())


def test_the_requests_reach_what_they_are_about(expected: list[Any]) -> None:
    statuses = [it[2] for it in expected if isinstance(it, tuple) and len(it) == 4]
    assert {200, 201, 400, 404, 405, 415} <= {*statuses}
    assert statuses.count(201) >= 8
    assert "paid" in expected


@pytest.mark.parametrize("name", WAYS)
def test_each_request_gets_the_same_answer(name: str, expected: list[Any], tmp_path: Path) -> None:
    for was, now in zip(expected, answers(tmp_path / name, spelt(name)), strict=True):
        assert now == was


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_the_judge_accuses_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(json.dumps(spelt(name)))
    asked = ["--spec", str(tmp_path / "shop.json"), "--quick"]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output
