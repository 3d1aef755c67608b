"""One document of a shop, and the ways to spell it otherwise without another meaning."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Node = dict[str, Any]
PLACE = "#/components/schemas/"
TEXT, COUNT = {"type": "string"}, {"type": "integer"}


def ref(name: str, shelf: str = "schemas") -> Node:
    return {"$ref": f"#/components/{shelf}/{name}"}


def rows(item: Node) -> Node:
    return {"type": "array", "items": item}


def thing(*required: str, **properties: Node) -> Node:
    return {"type": "object", "required": [*required], "properties": properties}


def body(schema: Node, media: str = "application/json") -> Node:
    return {"content": {media: {"schema": schema}}}


def query(name: str, schema: Node, place: str = "query", **more: Any) -> Node:
    return {"name": name, "in": place, "schema": schema, **more}


ID = {**COUNT, "readOnly": True}
ADDRESS: Node = {
    "city": {**TEXT, "minLength": 2},
    "zip": {**TEXT, "pattern": "^[0-9]{4}$"},
    "tags": {**rows(TEXT), "maxItems": 3},
}
STATUS = {**TEXT, "enum": ["active", "blocked"]}
SCHEMAS: Node = {
    "Id": {**TEXT, "format": "uuid"},
    "Address": thing("city", **ADDRESS),
    "Customer": thing(
        *("id", "name", "email"),
        id={"allOf": [ref("Id")], "readOnly": True},
        name={**TEXT, "minLength": 1, "maxLength": 40},
        email={**TEXT, "format": "email"},
        status={**STATUS, "default": "active"},
        address=ref("Address"),
        secret={**TEXT, "writeOnly": True},
        created_at={**TEXT, "format": "date-time", "readOnly": True},
        nick={"type": ["string", "null"]},
    ),
    "Line": thing("sku", "qty", sku=TEXT, qty={**COUNT, "minimum": 1}),
    "Order": thing(
        *("id", "customer_id", "total"),
        id=ID,
        customer_id={"allOf": [ref("Id")]},
        total={"type": "number", "minimum": 0},
        lines=rows(ref("Line")),
        state={**TEXT, "enum": ["open", "paid"], "readOnly": True},
    ),
    "Circle": thing("kind", "r", id=ID, kind=TEXT, r=COUNT),
    "Square": thing("kind", "a", id=ID, kind=TEXT, a=COUNT),
    "Shape": {
        "oneOf": [ref("Circle"), ref("Square")],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"circle": f"{PLACE}Circle", "square": f"{PLACE}Square"},
        },
    },
    "Tree": thing(id=ID, label=TEXT, children=rows(ref("Tree"))),
    "Settings": thing(theme={**TEXT, "enum": ["dark", "light"]}, limit=COUNT),
    "Page": thing("data", "total", data=rows(ref("Customer")), total=COUNT, page=COUNT, per_page=COUNT),
    "Error": thing("code", "message", code=COUNT, message=TEXT),
}


def operation(schema: Node | None = None, status: str = "200", sent: Node | None = None, *asked: Node) -> Node:
    answers: Node = {status: {"description": "", **(body(schema) if schema else {})}}
    refused = {"400": ref("Bad", "responses"), "404": ref("Missing", "responses")}
    given = {"requestBody": {"required": True, **body(sent)}} if sent else {}
    return {**given, "parameters": [*asked], "responses": {**answers, **refused}}


def shop() -> Node:
    """The document."""
    customer, order = (
        query(name, it, "path", required=True) for name, it in (("customer_id", ref("Id")), ("order_id", COUNT))
    )
    page = [query("page", {**COUNT, "minimum": 1}), query("per_page", {**COUNT, "minimum": 1, "maximum": 50})]
    find = query("filter", thing(status=TEXT), style="deepObject", explode=True)
    form = {"content": {"application/x-www-form-urlencoded": {"schema": thing("a", a=COUNT, b=rows(TEXT))}}}
    paths = {
        "/customers": {
            "get": operation(ref("Page"), "200", None, *page, query("status", STATUS), ref("Sort", "parameters")),
            "post": operation(ref("Customer"), "201", ref("Customer")),
        },
        "/customers/{customer_id}": {
            "get": operation(ref("Customer"), "200", None, customer),
            "patch": operation(ref("Customer"), "200", ref("Customer"), customer),
            "put": operation(ref("Customer"), "200", ref("Customer"), customer),
            "delete": operation(None, "204", None, customer),
        },
        "/customers/{customer_id}/orders": {"get": operation(rows(ref("Order")), "200", None, customer)},
        "/orders": {
            "get": operation(rows(ref("Order")), "200", None, query("customer_id", ref("Id"))),
            "post": operation(ref("Order"), "201", ref("Order")),
        },
        "/orders/{order_id}": {"get": operation(ref("Order"), "200", None, order)},
        "/orders/{order_id}/pay": {"post": operation(ref("Order"), "200", None, order)},
        "/shapes": {"get": operation(rows(ref("Shape"))), "post": operation(ref("Shape"), "201", ref("Shape"))},
        "/trees": {"get": operation(rows(ref("Tree"))), "post": operation(ref("Tree"), "201", ref("Tree"))},
        "/settings": {"get": operation(ref("Settings")), "put": operation(ref("Settings"), "200", ref("Settings"))},
        "/forms": {"post": {**operation(thing(ok={"type": "boolean"})), "requestBody": {"required": True, **form}}},
        "/search": {"get": operation(thing(results=rows(ref("Customer"))), "200", None, query("q", TEXT), find)},
    }
    components = {
        "schemas": SCHEMAS,
        "responses": {name: {"description": "", **body(ref("Error"))} for name in ("Bad", "Missing")},
        "parameters": {"Sort": query("sort", {**TEXT, "enum": ["name", "-name"]})},
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    }
    root = {"openapi": "3.1.0", "servers": [{"url": "https://shop.example/v1"}], "security": [{"key": []}]}
    return copy.deepcopy({**root, "info": {"title": "Shop", "version": "1"}, "paths": paths, "components": components})


WAYS: dict[str, Callable[[Node], Node | None]] = {}
"""Functions that spell the document otherwise: they change it, or return another one."""


def way(function: Callable[[Node], Node | None]) -> Callable[[Node], Node | None]:
    WAYS[function.__name__] = function
    return function


def spelt(name: str) -> Node:
    """The document in one of these ways."""
    root = shop()
    return WAYS[name](root) or root


def operations(root: Node) -> Iterator[Node]:
    return (operation for item in root["paths"].values() for operation in item.values())


def replaced(root: Node, old: Any, new: Any) -> Node:
    """The document with each part that is ``old`` replaced."""
    found: Node = json.loads(json.dumps(root).replace(json.dumps(old), json.dumps(new)))
    return found


def renamed(root: Node, name: Callable[[str], str], reference: Callable[[str], str]) -> Node:
    for own in root["components"]["schemas"]:
        root = replaced(root, f"{PLACE}{own}", f"{PLACE}{reference(own)}")
    root["components"]["schemas"] = {name(own): schema for own, schema in root["components"]["schemas"].items()}
    return root


def inlined(root: Node, node: Any, shelf: str, but: tuple[str, ...] = ()) -> Any:
    """A copy of ``node`` without references to a shelf of the components, except recursive ones."""
    if isinstance(node, list):
        return [inlined(root, part, shelf, but) for part in node]
    if not isinstance(node, Mapping):
        return node
    named = str(node.get("$ref", "")).rpartition("/")[2]
    if node == ref(named, shelf) and named not in but:
        return inlined(root, root["components"][shelf][named], shelf, but)
    return {key: inlined(root, part, shelf, but) for key, part in node.items()}


@way
def in_another_order(root: Node) -> None:
    root["paths"] = dict(reversed(root["paths"].items()))
    root["components"]["schemas"] = dict(reversed(SCHEMAS.items()))


@way
def with_the_base_in_each_path(root: Node) -> None:
    root["servers"] = [{"url": "https://shop.example"}]
    root["paths"] = {f"/v1{path}": item for path, item in root["paths"].items()}


@way
def with_servers_at_each_path(root: Node) -> None:
    servers = root.pop("servers")
    for item in root["paths"].values():
        item["servers"] = servers


@way
def with_servers_at_each_operation(root: Node) -> None:
    servers = root.pop("servers")
    for one in operations(root):
        one["servers"] = servers


@way
def with_server_variables(root: Node) -> None:
    names = {"host": {"default": "shop"}, "version": {"default": "v1", "enum": ["v1"]}}
    root["servers"] = [{"url": "https://{host}.example/{version}", "variables": names}]


@way
def with_security_at_each_operation(root: Node) -> None:
    security = root.pop("security")
    for one in operations(root):
        one["security"] = security


@way
def with_parameters_at_the_path(root: Node) -> None:
    for item in root["paths"].values():
        shared = [it for one in item.values() for it in one["parameters"] if it.get("in") == "path"][:1]
        for one in item.values():
            one["parameters"] = [it for it in one["parameters"] if it.get("in") != "path"]
        item["parameters"] = shared


@way
def with_path_items_elsewhere(root: Node) -> None:
    items = {f"item{number}": item for number, item in enumerate(root["paths"].values())}
    root["components"]["pathItems"] = items
    root["paths"] = {path: ref(name, "pathItems") for path, name in zip(root["paths"], items, strict=True)}


@way
def with_bodies_elsewhere(root: Node) -> None:
    bodies = root["components"]["requestBodies"] = {}
    for number, one in enumerate(operations(root)):
        if "requestBody" in one:
            bodies[f"body{number}"] = one["requestBody"]
            one["requestBody"] = ref(f"body{number}", "requestBodies")


@way
def without_shared_answers(root: Node) -> None:
    for shelf in ("responses", "parameters"):
        root["paths"] = inlined(root, root["paths"], shelf)
        del root["components"][shelf]


@way
def without_shared_schemas(root: Node) -> None:
    kept = ("Tree", "Circle", "Square")
    for part in ("responses", "schemas"):
        root["components"][part] = inlined(root, root["components"][part], "schemas", kept)
    root["paths"] = inlined(root, root["paths"], "schemas", kept)


@way
def with_each_schema_as_a_part(root: Node) -> None:
    for name, schema in SCHEMAS.items():
        root["components"]["schemas"][name] = {"allOf": [schema]} if "properties" in schema else schema


@way
def with_each_schema_in_two_parts(root: Node) -> None:
    for name in ("Customer", "Order", "Line", "Address", "Settings"):
        schema = SCHEMAS[name]
        properties = list(schema["properties"].items())
        parts = [thing(**dict(some)) for some in (properties[::2], properties[1::2])]
        root["components"]["schemas"][name] = {"allOf": parts, "required": schema["required"]}


@way
def with_names_of_a_generator(root: Node) -> Node:
    return renamed(root, "acme.v1.{}-Dto[T]".format, "acme.v1.{}-Dto%5BT%5D".format)


@way
def with_names_with_slashes(root: Node) -> Node:
    return renamed(root, "a/b {}".format, "a~1b%20{}".format)


@way
def in_version_3_0(root: Node) -> Node:
    return replaced({**root, "openapi": "3.0.3"}, {"type": ["string", "null"]}, {**TEXT, "nullable": True})


@way
def in_version_3_2(root: Node) -> Node:
    return {**root, "openapi": "3.2.0"}


@way
def with_null_as_a_choice(root: Node) -> Node:
    return replaced(root, {"type": ["string", "null"]}, {"oneOf": [TEXT, {"type": "null"}]})


@way
def with_charsets(root: Node) -> Node:
    return replaced(root, "application/json", "application/json; charset=utf-8")


@way
def with_extensions(root: Node) -> Node:
    said = {"description": "May be null, required or default.", "title": "T", "x-a": {"$ref": "#/nowhere"}}

    def noted(node: Node) -> Node:
        return {**node, **said} if node in (TEXT, COUNT) else node

    found: Node = json.loads(json.dumps(root), object_hook=noted)
    return found


@way
def with_other_names_of_parameters(root: Node) -> Node:
    text = json.dumps(root).replace("{customer_id}", "{customerId}").replace("{order_id}", "{id}")
    for old, new in (("customer_id", "customerId"), ("order_id", "id")):
        text = text.replace(f'"name": "{old}", "in": "path"', f'"name": "{new}", "in": "path"')
    found: Node = json.loads(text)
    return found
