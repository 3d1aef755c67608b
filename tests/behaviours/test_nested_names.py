"""Records below other records: two parents may have children of one name, and a PUT without a body relates two."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from foreign import COUNT, TEXT, Foreign, having, listing, operation

Serve = Callable[..., Foreign]
SHOP, PRICE = having(id=COUNT), {**having(sku=TEXT, amount=COUNT), "required": ["sku", "amount"]}


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    def made(collection: Any, item: Any) -> Foreign:
        paths = {
            "/shops": {"get": operation(listing(SHOP)), "post": operation(SHOP, "201", body=having(name=TEXT))},
            "/shops/{id}": {"get": operation(SHOP)},
            "/shops/{id}/prices": {"get": operation(listing(PRICE)), **collection},
            "/shops/{id}/prices/{sku}": {"delete": operation(status="204"), **item},
        }
        return Foreign(tmp_path, paths)

    return made


def two(api: Foreign) -> tuple[str, str]:
    one, other = (api.good("POST", "/shops", {})["id"] for _ in range(2))
    return f"/shops/{one}/prices", f"/shops/{other}/prices"


def test_children_of_one_name_below_two_parents_are_apart(serve: Serve) -> None:
    put = operation(PRICE, body=having(amount=COUNT))
    put["responses"]["201"] = put["responses"]["200"]
    api = serve({"post": operation(PRICE, "201", body=PRICE)}, {"get": operation(PRICE), "put": put})
    one, other = two(api)
    assert api.ask("PUT", f"{one}/k", {"amount": 1}).status == 201
    assert api.ask("GET", f"{other}/k").status == 404
    assert api.ask("PUT", f"{other}/k", {"amount": 2}).status == 201
    assert api.ask("PUT", f"{other}/k", {"amount": 3}).status == 200
    assert [api.get(f"{it}/k")["amount"] for it in (one, other)] == [1, 3]
    assert [api.get(it) for it in (one, other)] == [[{"sku": "k", "amount": n}] for n in (1, 3)]
    api.good("DELETE", f"{other}/k")
    assert [api.ask("GET", f"{it}/k").status for it in (one, other)] == [200, 404]


def test_an_id_of_the_client_is_taken_only_below_the_same_parent(serve: Serve) -> None:
    api = serve({"post": operation(PRICE, "201", body=PRICE)}, {"get": operation(PRICE)})
    one, other = two(api)
    for amount, prices in enumerate((one, other)):
        assert api.ask("POST", prices, {"sku": "k", "amount": amount}).status == 201
        assert api.ask("POST", prices, {"sku": "k", "amount": 9}).status == 409
    assert [api.get(f"{it}/k")["amount"] for it in (one, other)] == [0, 1]


def test_a_put_without_a_body_relates_two_records(serve: Serve) -> None:
    put = operation(status="204")
    put["responses"]["404"] = {"description": "no such shop"}
    api = serve({}, {"put": put})
    one, other = two(api)
    api.good("PUT", f"{one}/k")
    api.good("PUT", f"{one}/k")
    assert [[it["sku"] for it in api.get(prices)] for prices in (one, other)] == [["k"], []]
    assert api.ask("PUT", "/shops/99/prices/k").status == 404
    api.good("DELETE", f"{one}/k")
    assert api.get(one) == []


def test_a_put_without_a_body_creates_nothing_that_is_created_otherwise(serve: Serve) -> None:
    put = operation(status="204")
    put["responses"]["404"] = {"description": "no such price"}
    api = serve({"post": operation(PRICE, "201", body=PRICE)}, {"put": put})
    assert api.ask("PUT", f"{two(api)[0]}/k").status == 404
