"""Records of a person's own in another document: its kinds, links by name, and times in its own forms."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.errors import RecordsError
from mock_server.spec.contract import Contract
from mock_server.workspaces.own_data.recipe_schema import recipe_schema
from mock_server.workspaces.seeding import seeded
from mock_server.world.recipe import recipe_of

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SHOP = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /customers:
    get: {responses: {"200": {$ref: "#/components/responses/Customers"}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}}
      responses: {"201": {$ref: "#/components/responses/Customer"}}
  /customers/{customerId}/cards:
    get:
      parameters: [{name: customerId, in: path, required: true, schema: {type: string}}]
      responses: {"200": {$ref: "#/components/responses/Cards"}}
  /orders:
    get: {responses: {"200": {$ref: "#/components/responses/Orders"}}}
components:
  responses:
    Customers: {description: All, content: {application/json: {schema: {$ref: "#/components/schemas/Customers"}}}}
    Customer: {description: One, content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}}
    Cards: {description: All, content: {application/json: {schema: {$ref: "#/components/schemas/Cards"}}}}
    Orders: {description: All, content: {application/json: {schema: {$ref: "#/components/schemas/Orders"}}}}
  schemas:
    Customers: {type: array, items: {$ref: "#/components/schemas/Customer"}}
    Cards: {type: array, items: {$ref: "#/components/schemas/Card"}}
    Orders: {type: array, items: {$ref: "#/components/schemas/Order"}}
    Customer:
      type: object
      required: [id, name, level]
      properties:
        id: {type: string, format: uuid}
        name: {type: string}
        level: {enum: [gold, silver]}
        born: {type: string, format: date}
        friend: {$ref: "#/components/schemas/Customer"}
    Card:
      type: object
      required: [id, last4]
      properties: {id: {type: integer}, last4: {type: string, pattern: "^[0-9]{4}$"}, customerId: {type: string}}
    Order:
      type: object
      required: [id, total]
      properties:
        id: {type: integer}
        total: {type: number}
        customer: {type: string}
        placed_at: {type: string, format: date-time}
        items: {type: array, items: {$ref: "#/components/schemas/Item"}}
    Item: {type: object, required: [sku, qty], properties: {sku: {type: string}, qty: {type: integer}}}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    file: Path = tmp_path_factory.mktemp("shop") / "shop.yaml"
    file.write_text(SHOP)
    return load_contract(Settings(spec=str(file)))


def records(shop: Contract, written: dict[str, Any]) -> dict[str, list[Any]]:
    state = seeded(shop, recipe_of({"generic": 1, **written}), 1, NOW)
    return {kind: [row.record for row in state.rows(kind)] for kind in state.kinds}


def test_records_refer_to_each_other_by_name(shop: Contract) -> None:
    ada = {"name": "Ada", "born": "yesterday", "cards": [{"last4": "4242"}], "orders": [{"total": 12.5}]}
    order = {"total": 3, "customer": "Bob", "placed_at": "2 hours ago", "items": [{"sku": "A1"}]}
    made = records(shop, {"customers": [ada, {"name": "Bob", "level": "silver"}], "orders": [order]})
    by_name = {it["name"]: it for it in made["customers"]}
    assert by_name["Ada"]["born"] == "2026-03-03"
    assert by_name["Bob"]["level"] == "silver"
    assert made["customers/cards"][-1]["customerId"] == by_name["Ada"]["id"]
    assert [it["customer"] for it in made["orders"][-2:]] in (
        [by_name["Ada"]["id"], by_name["Bob"]["id"]],
        [by_name["Bob"]["id"], by_name["Ada"]["id"]],
    )
    bobs = next(it for it in made["orders"] if it["total"] == 3)
    assert bobs["placed_at"] == "2026-03-04T03:06:07.000Z"
    assert bobs["items"][0]["sku"] == "A1"
    assert isinstance(bobs["items"][0]["qty"], int)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"customers": [{"name": "Ada", "level": "bronze"}]}, "/customers/0/level: is 'bronze': is none of the values"),
        ({"customers": [{"nmae": "Ada"}]}, "did you mean `name`?"),
        ({"customers": [{"cards": [{"last4": "x"}]}]}, "/customers/0/cards/0/last4: is 'x': "),
        ({"customers": [{"born": "soon"}]}, "/customers/0/born: 'soon' is not a time"),
        ({"leads": [{}]}, "there is no kind 'leads'"),
        (
            {"orders": [{"customer": "Nobody", "total": 1, "items": [{"sku": "A", "qty": "many"}]}]},
            "/orders/0/items/0/qty: ",
        ),
    ],
)
def test_the_document_says_what_is_wrong(shop: Contract, written: dict[str, Any], says: str) -> None:
    with pytest.raises(RecordsError) as caught:
        records(shop, written)
    assert says in str(caught.value)


def test_the_schema_has_the_kinds_of_the_document(shop: Contract) -> None:
    schema = recipe_schema(shop)
    assert {"customers", "customers/cards", "orders"} <= schema["properties"].keys()
    assert {"cards", "orders", "born"} <= schema["$defs"]["customers"]["properties"].keys()
    assert "leads" not in schema["$defs"]
