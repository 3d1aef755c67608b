"""Answers judged after the load was over, against the document that the server published; each different one once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

METHODS = ("get", "post", "put", "patch", "delete")
Kept = tuple[str, int, bytes]
"""Operation (``GET /v1/leads/{}`` with the document's own parameter names), status and body."""


class Judge:
    """``documents`` as they were published."""

    def __init__(self, *documents: Mapping[str, Any]) -> None:
        self._schemas: dict[tuple[str, int], Any] = {}
        for document in documents:
            for path, item in document["paths"].items():
                for method in METHODS:
                    if method in item:
                        self._learn(document, f"{method.upper()} {path}", item[method])

    def _learn(self, document: Mapping[str, Any], operation: str, described: Mapping[str, Any]) -> None:
        for status, response in described["responses"].items():
            while "$ref" in response:
                response = self._at(document, response["$ref"])
            content = response.get("content", {}).get("application/json")
            if content and status.isdigit():
                schema = {
                    "$schema": "https://json-schema.org/draft/2020-12/schema",
                    "components": document.get("components", {}),
                    "allOf": [content["schema"]],
                }
                self._schemas[operation, int(status)] = jsonschema_rs.Draft202012Validator(
                    schema, validate_formats=True, offline=True
                )

    @staticmethod
    def _at(document: Mapping[str, Any], reference: str) -> Any:
        value: Any = document
        for name in reference.removeprefix("#/").split("/"):
            value = value[name.replace("~1", "/").replace("~0", "~")]
        return value

    def faults(self, kept: Kept) -> Iterator[str]:
        """What is wrong with an answer. A status that the document does not describe must have the error envelope."""
        operation, status, raw = kept
        try:
            body = json.loads(raw)
        except ValueError:
            yield f"{operation} {status}: not JSON: {raw[:100]!r}"
            return
        schema = self._schemas.get((operation, status))
        if schema is not None:
            for error in schema.iter_errors(body):
                yield f"{operation} {status}: {error.message}"
                return
        elif status < 400:
            yield f"{operation} {status}: not in the document"
        elif set(body) != {"success", "message", "error"} or body["error"].get("status") != status:
            yield f"{operation} {status}: no error envelope: {raw[:100]!r}"
