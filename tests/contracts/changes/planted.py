"""Changes of our own document: six that break the example integration, and six that harm nobody."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]


def _leads(document: Document) -> Any:
    return document["paths"]["/v1/leads"]


def _parameter(document: Document, name: str) -> Any:
    """A parameter of the list of leads, as an object of its own."""
    operation = _leads(document)["get"]
    for index, raw in enumerate(operation["parameters"]):
        found = copy.deepcopy(resolved(document, raw))
        if found["name"] == name:
            operation["parameters"][index] = found
            return found
    raise KeyError(name)


def resolved(document: Document, node: Any) -> Any:
    """The node, or the target of its references."""
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].split("/")[1:]:
            target = target[step]
        node = target
    return node


def _body(document: Document, holder: Any) -> Any:
    """The schema of a JSON body, as an object of its own."""
    content = resolved(document, holder)["content"]["application/json"]
    content["schema"] = merged(document, content["schema"])
    return content["schema"]


def merged(document: Document, schema: Any) -> Any:
    """An object of its own that says what a schema and the parts of its ``allOf`` say."""
    schema = copy.deepcopy(resolved(document, schema))
    for part in [merged(document, it) for it in schema.pop("allOf", ())]:
        schema["type"] = "object"
        schema["properties"] = {**part.get("properties", {}), **schema.get("properties", {})}
        schema["required"] = [*part.get("required", ()), *schema.get("required", ())]
    return schema


def _answer(document: Document, method: str, status: str) -> Any:
    responses = _leads(document)[method]["responses"]
    responses[status] = copy.deepcopy(resolved(document, responses[status]))
    responses[status]["content"]["application/json"].pop("example", None)
    responses[status]["content"]["application/json"].pop("examples", None)
    return _body(document, responses[status])


def _without(schema: Any, name: str) -> Any:
    gone = schema["properties"].pop(name)
    schema["required"] = [it for it in schema.get("required", ()) if it != name]
    return gone


def _smaller_pages(document: Document) -> None:
    _parameter(document, "limit")["schema"] = {"type": "integer", "minimum": 1, "maximum": 3}


def _no_page_count(document: Document) -> None:
    _without(_answer(document, "get", "200"), "totalPages")


def _renamed_list(document: Document) -> None:
    schema = _answer(document, "get", "200")
    schema["properties"]["items"] = _without(schema, "leads")
    schema["required"].append("items")


def _no_creation(document: Document) -> None:
    del _leads(document)["post"]


def _one_more_required(document: Document) -> None:
    schema = _body(document, _leads(document)["post"]["requestBody"])
    schema["properties"]["source"] = {"type": "string"}
    schema.setdefault("required", []).append("source")


def _no_lead_in_the_answer(document: Document) -> None:
    _without(_answer(document, "post", "201"), "lead")


def _larger_pages(document: Document) -> None:
    _parameter(document, "limit")["schema"]["maximum"] = 500


def _a_new_parameter(document: Document) -> None:
    _leads(document)["get"]["parameters"].append({"name": "archived", "in": "query", "schema": {"type": "boolean"}})


def _lead(document: Document) -> Any:
    leads = _answer(document, "get", "200")["properties"]["leads"]
    leads["items"] = merged(document, leads["items"])
    return leads["items"]


def _a_new_field(document: Document) -> None:
    _lead(document)["properties"]["nickname"] = {"type": "string"}


def _an_unread_field_less(document: Document) -> None:
    _without(_lead(document), "businessName")


def _an_uncalled_operation_less(document: Document) -> None:
    del document["paths"]["/v1/organization"]


def _deprecated(document: Document) -> None:
    _leads(document)["get"]["deprecated"] = True


BREAKING: Mapping[str, Callable[[Document], None]] = {
    change.__name__.strip("_"): change
    for change in (
        _smaller_pages,
        _no_page_count,
        _renamed_list,
        _no_creation,
        _one_more_required,
        _no_lead_in_the_answer,
    )
}
HARMLESS: Mapping[str, Callable[[Document], None]] = {
    change.__name__.strip("_"): change
    for change in (
        _larger_pages,
        _a_new_parameter,
        _a_new_field,
        _an_unread_field_less,
        _an_uncalled_operation_less,
        _deprecated,
    )
}
