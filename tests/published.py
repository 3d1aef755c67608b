"""Our v1 document in the style in which the vendor publishes its own, with the differences that a real one may have.

Everything inline and nothing named: no component schemas, no operationIds, other parameter names, path parameters
marked optional. Lead ids are numbers; leads and inquiries have further fields and lack some; a resource more.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Node = dict[str, Any]

PRIORITY = {"type": ["string", "null"], "enum": ["low", "high", None]}
BILLING = {
    "type": "object",
    "required": ["terms", "note"],
    "properties": {"terms": {"type": "integer", "enum": [7, 14, 30]}, "note": {"type": ["string", "null"]}},
}
TAG = {
    "type": "object",
    "required": ["id", "name", "createdAt"],
    "properties": {
        "id": {"type": "string", "examples": ["tag_abc123"]},
        "name": {"type": "string"},
        "colour": {"type": "string"},
        "createdAt": {"type": "string", "format": "date-time"},
    },
}
LOST = {"businessName", "sourceId", "customerNotes"}


def published(root: Node) -> Node:
    paths = {path: _path(item) for path, item in _inlined(root["paths"], root).items()}
    document = {
        **{key: root[key] for key in ("openapi", "info", "servers", "tags")},
        "components": {
            "schemas": {},
            "parameters": {},
            "securitySchemes": _inlined(root["components"]["securitySchemes"], root),
        },
        "paths": {re.sub(r"\{\w+\}", "{id}", path): item for path, item in paths.items()},
    }
    _more(document["paths"])
    clean: Node = _walked(
        document, lambda node: {key: value for key, value in node.items() if not key.startswith("x-")}
    )
    return clean


def _inlined(node: Any, root: Node) -> Any:
    if isinstance(node, list):
        return [_inlined(part, root) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found = root
        for token in node["$ref"].split("/")[1:]:
            found = found[token.replace("~1", "/").replace("~0", "~")]
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _inlined({**found, **beside}, root)
    return {key: _inlined(value, root) for key, value in node.items() if key not in ("operationId", "links")}


def _walked(node: Any, change: Callable[[Node], Node]) -> Any:
    """A copy in which every mapping has been changed, the inner ones first."""
    if isinstance(node, list):
        return [_walked(part, change) for part in node]
    if isinstance(node, dict):
        return change({key: _walked(value, change) for key, value in node.items()})
    return node


def _path(item: Node) -> Node:
    return {key: _walked(value, _schema) for key, value in _walked(item, _parameter).items()}


def _parameter(node: Node) -> Node:
    if node.get("in") == "path":
        number = node["name"] == "leadId" or "integer" in str(node["schema"])
        schema = {"type": "number", "minimum": 1} if number else {"type": "string", "minLength": 1}
        return {**node, "name": "id", "required": False, "schema": schema}
    if node.get("in") == "query" and node["name"] == "leadId":
        return {**node, "schema": {"type": "integer"}, "example": 1}
    return {key: value for key, value in node.items() if key not in ("example", "examples")}


def _schema(node: Node) -> Node:
    if not isinstance(node.get("properties"), dict):
        return node
    properties = {name: part for name, part in node["properties"].items() if name not in LOST}
    required = [name for name in node.get("required", ()) if name not in LOST]
    if "leadId" in properties:
        properties["leadId"] = {"type": "integer"}
    if "firstName" in properties and "socials" in properties:
        properties |= {"priority": PRIORITY, "billing": BILLING}
        if "id" in properties:
            properties["id"] = {"type": "integer"}
            required += ["priority", "billing"]
    if "isFirstInquiry" in properties and "leadId" in properties:
        properties["sentiment"] = {"type": "string", "enum": ["good", "bad"]}
        required.append("sentiment")
    return {**node, "properties": properties, **({"required": required} if "required" in node else {})}


def _more(paths: Node) -> None:
    """A filter, an operation and a resource that our document does not have."""
    errors = {status: paths["/v1/policies"]["post"]["responses"][status] for status in ("400", "401", "415")}
    gone = {**errors, "404": paths["/v1/scenarios/{id}"]["get"]["responses"]["404"]}
    asked = {"type": "string", "enum": ["low", "high"]}
    paths["/v1/leads"]["get"]["parameters"].append({"name": "priority", "in": "query", "schema": asked})
    answer = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
    lead = {"name": "id", "in": "path", "required": False, "schema": {"type": "number", "minimum": 1}}
    paths["/v1/leads/{id}/summary"] = {"get": {"parameters": [lead], "responses": {"200": _json(answer), **gone}}}
    body = _body({"name": {"type": "string", "minLength": 1}, "colour": {"type": "string"}}, ["name"])
    tag = {"type": "object", "required": ["tag"], "properties": {"tag": TAG}}
    tags: Node = {"type": "object", "required": ["tags", "totalCount"]}
    tags["properties"] = {"tags": {"type": "array", "items": TAG}, "totalCount": {"type": "integer"}}
    id = {"name": "id", "in": "path", "required": False, "schema": {"type": "string", "minLength": 1}}
    paths["/v1/tags"] = {
        "get": {"responses": {"200": _json(tags), "401": errors["401"]}},
        "post": {"requestBody": body, "responses": {"201": _json(tag), **errors}},
    }
    paths["/v1/tags/{id}"] = {
        "parameters": [id],
        "get": {"responses": {"200": _json(TAG), **gone}},
        "put": {"requestBody": body, "responses": {"200": _json(tag), **gone}},
        "delete": {"responses": {"204": {"description": "Gone."}, **gone}},
    }
    for item in paths.values():
        for operation in item.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["security"] = [{"bearerAuth": []}]


def _json(schema: Mapping[str, Any]) -> Node:
    return {"description": "Well.", "content": {"application/json": {"schema": schema}}}


def _body(properties: Node, required: list[str]) -> Node:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"required": True, "content": {"application/json": {"schema": schema}}}
