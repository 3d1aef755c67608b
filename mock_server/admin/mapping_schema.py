"""The schemas of a stub override in the control plane, in WireMock's words."""

from collections.abc import Mapping
from typing import Any

from mock_server.admin.answer_parts import HEADERS
from mock_server.admin.context import JsonBody
from mock_server.admin.request_patterns import PROPERTIES
from mock_server.stubbing.raw_body import RAW_BODIES

MAX_MAPPINGS = 1_000
"""Most mappings of a workspace."""
STATE = {"type": "string", "minLength": 1, "maxLength": 100}
"""The schema for the name of a scenario, or of its state."""
_PATTERN = {name: schema for name, schema in PROPERTIES.items() if name != "allowUnknown"}  # allowInvalid says it
_REQUEST = {"type": "object", "properties": _PATTERN, "additionalProperties": False, "minProperties": 1}
_RESPONSE = {
    "type": "object",
    "properties": {
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "jsonBody": {},
        **RAW_BODIES,
        "headers": HEADERS,
        "fixedDelayMilliseconds": {"type": "number", "minimum": 0, "maximum": 120_000},
    },
    "additionalProperties": False,
}
_MAPPING: Mapping[str, Any] = {
    "request": _REQUEST,
    "response": _RESPONSE,
    "priority": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
    "allowInvalid": {"type": "boolean"},
    "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    "after": {"type": "integer", "minimum": 0, "maximum": 1_000_000_000},
    "times": {"type": "integer", "minimum": 1, "maximum": 1_000_000_000},
    "scenarioName": STATE,
    "requiredScenarioState": STATE,
    "newScenarioState": STATE,
}
NEW_MAPPING = JsonBody(("request", "response"), **_MAPPING)
"""The body that adds or replaces one mapping."""
_ITEM = {"type": "object", "properties": _MAPPING, "required": ["request", "response"], "additionalProperties": False}
MANY_MAPPINGS = JsonBody(("mappings",), mappings={"type": "array", "items": _ITEM, "maxItems": MAX_MAPPINGS})
"""The body of ``/mappings/import``."""
