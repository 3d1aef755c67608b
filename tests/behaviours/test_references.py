"""Records that name each other: what is listed below a customer are the orders of `/orders` that name it."""

from pathlib import Path
from typing import Any

import pytest
from foreign import COUNT, TEXT, Foreign, having, listing, operation

PLACE = "#/components/schemas/"
ORDER, CUSTOMER = {"$ref": f"{PLACE}Order"}, {"$ref": f"{PLACE}Customer"}
ID = {**COUNT, "readOnly": True}


def shop(
    folder: Path, field: str = "customer_id", *, shown: Any = ORDER, part: Any = COUNT, more: Any = None
) -> Foreign:
    orders = {**having(id=ID, note=TEXT, **{field: part}), "required": ["id", field]}
    served: dict[str, Any] = {
        "/orders": {"get": operation(listing(ORDER)), "post": operation(ORDER, "201", body=ORDER)},
        "/orders/{id}": {"get": operation(ORDER), "patch": operation(ORDER, body=ORDER)},
        "/customers": {"get": operation(listing(CUSTOMER)), "post": operation(CUSTOMER, "201", body=CUSTOMER)},
        "/customers/{customer_id}": {"get": operation(CUSTOMER), "delete": operation(None, "204")},
        "/customers/{customer_id}/orders": {
            "get": operation(listing(shown)),
            "post": operation(ORDER, "201", body=having(note=TEXT)),
        },
        **(more or {}),
    }
    return Foreign(folder, served, components={"schemas": {"Order": orders, "Customer": having(id=ID, name=TEXT)}})


@pytest.mark.parametrize("field", ["customer_id", "customerId", "customer"])
def test_a_list_below_a_record_has_the_records_that_name_it(tmp_path: Path, field: str) -> None:
    api = shop(tmp_path, field)
    one, other = (api.good("POST", "/customers", {"name": name})["id"] for name in "ab")
    order = api.good("POST", "/orders", {field: one, "note": "n"})

    assert api.get(f"/customers/{one}/orders") == [order]
    assert api.get(f"/customers/{other}/orders") == []
    api.good("PATCH", f"/orders/{order['id']}", {field: other})
    assert api.get(f"/customers/{one}/orders") == []
    assert [it["id"] for it in api.get(f"/customers/{other}/orders")] == [order["id"]]
    assert api.ask("GET", "/customers/999999/orders").status == 404


def test_what_is_created_below_a_record_names_it_and_is_in_both_lists(tmp_path: Path) -> None:
    api = shop(tmp_path)
    one = api.good("POST", "/customers", {"name": "a"})["id"]
    order = api.good("POST", f"/customers/{one}/orders", {"note": "n"})

    assert order["customer_id"] == one
    assert api.get(f"/customers/{one}/orders") == [order]
    assert api.get(f"/orders/{order['id']}") == order
    assert order in api.get("/orders")


def test_a_list_below_a_record_may_spell_its_schema_out(tmp_path: Path) -> None:
    api = shop(tmp_path, shown=having(id=ID, note=TEXT, customer_id=COUNT))
    order = api.get("/orders")[0]
    assert order["id"] in [it["id"] for it in api.get(f"/customers/{order['customer_id']}/orders")]


def test_one_kind_is_listed_below_several_others(tmp_path: Path) -> None:
    order = {**having(id=ID, customer_id=COUNT, store_id=COUNT), "required": ["id", "customer_id", "store_id"]}
    record = having(id=ID, name=TEXT)
    paths = {"/orders": {"get": operation(listing(order)), "post": operation(order, "201", body=order)}}
    for above in ("customer", "store"):
        paths[f"/{above}s"] = {"get": operation(listing(record)), "post": operation(record, "201", body=record)}
        paths[f"/{above}s/{{{above}_id}}"] = {"get": operation(record)}
        paths[f"/{above}s/{{{above}_id}}/orders"] = {"get": operation(listing(order))}
    api = Foreign(tmp_path, paths)
    customer, store = (api.good("POST", f"/{above}s", {"name": "a"})["id"] for above in ("customer", "store"))
    made = api.good("POST", "/orders", {"customer_id": customer, "store_id": store})
    others = [api.get(f"/customers/{it['id']}/orders") for it in api.get("/customers") if it["id"] != customer]

    assert api.get(f"/customers/{customer}/orders") == [made] == api.get(f"/stores/{store}/orders")
    assert not any(made in some for some in others)


def test_a_record_outlives_the_one_that_it_names(tmp_path: Path) -> None:
    api = shop(tmp_path)
    one = api.good("POST", "/customers", {"name": "a"})["id"]
    order = api.good("POST", "/orders", {"customer_id": one})
    assert api.ask("DELETE", f"/customers/{one}").status == 204
    assert api.get(f"/orders/{order['id']}") == order


@pytest.mark.parametrize("field", ["customer_id", "customerId", "billing_customer_id", "billingCustomerID"])
def test_made_up_records_name_records_that_exist(tmp_path: Path, field: str) -> None:
    api = shop(tmp_path, field)
    known = {it["id"] for it in api.get("/customers")}
    assert {it[field] for it in api.get("/orders")} <= known
    assert len({it[field] for it in api.get("/orders")}) > 1


def test_an_id_may_be_called_otherwise(tmp_path: Path) -> None:
    card, use = having(token=TEXT, name=TEXT), having(token=TEXT, card_token=TEXT)
    use["required"] = ["token", "card_token"]
    paths = {f"/{name}": {"get": operation(listing(one))} for name, one in (("cards", card), ("uses", use))}
    api = Foreign(tmp_path, {**paths, "/cards/{card_token}": {"get": operation(card)}})
    assert {it["card_token"] for it in api.get("/uses")} <= {it["token"] for it in api.get("/cards")}


def test_an_id_or_the_record_itself_is_an_id_at_first(tmp_path: Path) -> None:
    api = shop(tmp_path, "customer", part={"anyOf": [COUNT, CUSTOMER]})
    known = {it["id"] for it in api.get("/customers")}
    assert {it["customer"] for it in api.get("/orders") if isinstance(it["customer"], int)} <= known


def test_a_field_that_takes_no_such_id_keeps_its_value(tmp_path: Path) -> None:
    api = shop(tmp_path, part={"type": "string", "format": "uuid"})
    assert all(len(it["customer_id"]) == 36 for it in api.get("/orders"))


def test_what_an_example_says_stays(tmp_path: Path) -> None:
    shown = {"id": 5, "customer_id": 77, "note": "shown"}
    answer = operation(ORDER)
    answer["responses"]["200"]["content"]["application/json"]["example"] = shown
    api = shop(tmp_path, more={"/orders/{id}": {"get": answer}})
    assert shown in api.get("/orders")
