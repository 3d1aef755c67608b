"""Our v1 document as the vendor might publish it one day: the filters are spelt in another way, and there are more."""

import copy
from typing import Any

from mock_server.config.paths import OPENAPI
from mock_server.errors import SpecError
from mock_server.support.bounded_files import read_file

TEXT = {"type": "string"}
MORE = {
    "created_after": TEXT,  # names no field
    "sort_by": {"type": "string", "enum": ["createdAt", "-createdAt"]},
    "min_length": {"type": "integer"},
    "Is-Read": {"type": "boolean"},
}


def renamed(lead: str = "lead_id", source: str = "Source") -> dict[str, Any]:
    """``lead`` and ``source`` are the filters of inquiries; ``lead`` is the one of appointments too."""
    root = copy.deepcopy(dict(read_file(OPENAPI / "v1.yaml", SpecError)))
    for path in ("/v1/inquiries", "/v1/appointments"):
        operation = root["paths"][path]["get"]
        parameters = [_followed(root, it) for it in operation["parameters"]]
        names = {"leadId": lead, "source": source}
        operation["parameters"] = [{**it, "name": names.get(it["name"], it["name"])} for it in parameters]
    inquiries = root["paths"]["/v1/inquiries"]["get"]
    inquiries["parameters"] += [{"name": name, "in": "query", "schema": schema} for name, schema in MORE.items()]
    return root


def _followed(root: Any, node: Any) -> Any:
    target = root
    for token in node["$ref"][2:].split("/") if "$ref" in node else ():
        target = target[token]
    return target if "$ref" in node else node
