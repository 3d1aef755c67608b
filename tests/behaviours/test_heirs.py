"""Records of a base with a discriminator: an heir, which inherits by `allOf`, keeps and shows its own fields."""

from pathlib import Path
from typing import Any

import pytest
from foreign import COUNT, TEXT, Foreign, having, listing, operation

from mock_server.support.json_pointer import join, to_reference

PLACE = "#/components/schemas/"


def heir(base: str, **properties: Any) -> dict[str, Any]:
    return {"allOf": [{"$ref": PLACE + base}, {**having(**properties), "required": [*properties]}]}


MAPPED = {"card": PLACE + "Card", "visa": "Visa", "bank": PLACE + "Bank"}


@pytest.fixture(params=["", "mapping"])
def spelt(request: pytest.FixtureRequest) -> Any:
    """How the document writes the kinds: by a mapping, or by the names of the schemas."""
    return str.lower if request.param else str


@pytest.fixture
def api(spelt: Any, tmp_path: Path) -> Foreign:
    base = {**having(id=COUNT, method=TEXT), "required": ["id", "method"]}
    base["properties"]["id"] = {**COUNT, "readOnly": True}
    schemas = {
        "Payment": {
            **base,
            "discriminator": {"propertyName": "method", **({"mapping": MAPPED} if spelt("A") == "a" else {})},
        },
        "Card": heir("Payment", number=TEXT),
        "Visa": heir("Card", pin=COUNT),
        "Bank": heir("Payment", iban=TEXT),
    }
    payment = {"$ref": PLACE + "Payment"}
    paths = {
        "/payments": {"get": operation(listing(payment)), "post": operation(payment, "201", body=payment)},
        "/payments/{id}": {"get": operation(payment)},
    }
    return Foreign(tmp_path, paths, components={"schemas": schemas})


@pytest.mark.parametrize(
    ("kind", "fields"), [("Card", {"number": "1"}), ("Visa", {"number": "2", "pin": 3}), ("Bank", {"iban": "x"})]
)
def test_an_heir_keeps_its_fields_and_those_of_the_base(api: Foreign, spelt: Any, kind: str, fields: Any) -> None:
    body = {"method": spelt(kind), **fields}
    made = api.good("POST", "/payments", body)
    assert made == {**body, "id": made["id"]} == api.get(f"/payments/{made['id']}")
    assert made in api.get("/payments")


def test_what_is_made_up_is_an_heir_with_its_fields(api: Foreign, spelt: Any) -> None:
    names = {spelt("Card"): {"number"}, spelt("Visa"): {"number", "pin"}, spelt("Bank"): {"iban"}}
    assert all(one.keys() >= {"id", "method", *names[one["method"]]} for one in api.get("/payments"))


def test_a_value_of_the_base_alone_is_admitted(api: Foreign) -> None:
    assert api.good("POST", "/payments", {"method": "cash"})["method"] == "cash"
    assert api.ask("POST", "/payments", {}).status == 400


@pytest.mark.parametrize("name", ["default", "example", "examples", "enum", "const", "properties"])
def test_a_property_may_be_called_as_a_keyword_is(tmp_path: Path, name: str) -> None:
    base = {**having(kind=TEXT), "required": ["kind"], "discriminator": {"propertyName": "kind"}}
    schemas = {"Way": base, "Card": heir("Way", number=TEXT)}
    wallet = having(id=COUNT, **{name: {"$ref": PLACE + "Way"}})
    wallet["properties"]["id"] = {**COUNT, "readOnly": True}
    paths = {"/wallets": {"post": operation(wallet, "201", body=wallet)}, "/wallets/{id}": {"get": operation(wallet)}}
    api = Foreign(tmp_path, paths, components={"schemas": schemas})
    body = {name: {"kind": "Card", "number": "1"}}
    assert api.good("POST", "/wallets", body)[name] == body[name]


@pytest.mark.parametrize(
    "name", ["Card Payment", "Pay<Card>", "Pay[Card]", "a/b", "x~y", "100%", "Zahlung ü", "v1.Card"]
)
def test_a_kind_is_called_as_its_schema_whatever_the_name(tmp_path: Path, name: str) -> None:
    base = {**having(kind=TEXT), "required": ["kind"], "discriminator": {"propertyName": "kind"}}
    child = {"allOf": [{"$ref": to_reference(join(("components", "schemas", f"{name} base")))}, having(number=TEXT)]}
    other = {**having(kind=TEXT, text=TEXT), "required": ["kind"]}
    way = {"$ref": to_reference(join(("components", "schemas", name)))}
    choice = {"oneOf": [way, {"$ref": PLACE + "Other"}], "discriminator": {"propertyName": "kind"}}
    wallet = having(id={**COUNT, "readOnly": True}, way=choice, pay=child["allOf"][0])
    paths = {"/wallets": {"get": operation(listing(wallet)), "post": operation(wallet, "201", body=wallet)}}
    api = Foreign(tmp_path, paths, components={"schemas": {f"{name} base": base, name: child, "Other": other}})

    body = {"way": {"kind": name, "number": "1"}, "pay": {"kind": name, "number": "2"}}
    made = api.good("POST", "/wallets", body)
    assert {"way": made["way"], "pay": made["pay"]} == body
    assert api.ask("POST", "/wallets", {"way": {"kind": f"{name}."}}).status == 400
    assert {it["way"]["kind"] for it in api.get("/wallets")} <= {name, "Other"}
