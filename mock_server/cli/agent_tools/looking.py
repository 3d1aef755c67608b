"""The tools that look: they change nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mock_server.cli.agent_tools.running_mock import RunningMock
from mock_server.cli.agent_tools.small_answers import MAX_ROWS, rows
from mock_server.cli.agent_tools.verbs import run_verb
from mock_server.cli.client import segment, segments
from mock_server.config.paths import RUN_FILE
from mock_server.errors import Problem, SettingsError
from mock_server.support.did_you_mean import did_you_mean
from mock_server.support.json_pointer import find

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


class Looking:
    """One method for each noun that can be looked at. All raise SettingsError."""

    def __init__(self, mock: RunningMock) -> None:
        self._mock = mock

    def server(self) -> Any:
        """The fake API: its URL, its key, its clock and how many records it has. Starts one if none runs."""
        client = self._mock.client()
        own = "started for you; it ends with these tools" if self._mock.is_own else "it was running already"
        return {
            "baseUrl": client.url, "key": client.working_key(), "how": own, "send": "Authorization: Bearer KEY",
            "version": client.control("GET", "/version"), "clock": client.control("GET", "/clock"),
            "records": client.control("GET", "/records"),
        }  # fmt: skip

    def operations(self, key: str = "") -> Any:
        """The operations of the API, as METHOD /path. With `key` (GET /v1/leads/{leadId}): its parameters, body,
        statuses.
        """
        client = self._mock.client()
        found: dict[str, Any] = {}
        for name in client.control("GET", "/documents")["documents"]:
            document = client.control("GET", f"/documents/{segment(str(name))}")
            for path, item in document.get("paths", {}).items():
                found |= {f"{way.upper()} {path}": (document, item, way) for way in _METHODS if way in item}
        if not key:
            return {
                "operations": [f"{name}: {it[it_way].get('summary', '')}" for name, (_, it, it_way) in found.items()]
            }
        if key not in found:
            what = f"no operation `{key}`{did_you_mean(key, found)}"
            raise SettingsError(Problem("key", what, "call it without a key for the list"))
        return _described(key, *found[key])

    def requests(self, id: str = "", unmatched: bool = False, limit: int = 10) -> Any:
        """The newest requests that your client has sent. With `id`: one in full, and why it was answered so.

        `unmatched`: only those for a path or method that the API does not have.
        """
        client = self._mock.client()
        if id:
            explained = client.control("GET", f"/explain/{segment(id)}")
            return {"request": client.control("GET", f"/requests/{segment(id)}"), "steps": explained["steps"]}
        found = client.control("GET", f"/requests?limit={_bounded(limit)}&unmatched={str(unmatched).lower()}")
        return {
            "total": found["meta"]["total"],
            "requests": rows(found["requests"], "id", "method", "path", "query", "status", "explain", "fault"),
        }

    def records(self, kind: str = "", limit: int = 5) -> Any:
        """How many records there are of each kind. With `kind` (leads, inquiries …): some of them."""
        client = self._mock.client()
        if not kind:
            return client.control("GET", "/records")
        return client.control("GET", f"/records/{segments(kind)}?limit={_bounded(limit)}")

    def events(self, id: str = "", limit: int = 10) -> Any:
        """The newest webhook events with their deliveries. With `id`: one event with each attempt."""
        client = self._mock.client()
        if id:
            deliveries = client.control("GET", f"/webhooks/deliveries?eventId={segment(id)}")["items"]
            return {"event": client.control("GET", f"/webhooks/events/{segment(id)}"), "deliveries": deliveries}
        events = client.control("GET", f"/webhooks/events?limit={_bounded(limit)}")["items"]
        owed = client.control("GET", f"/webhooks/deliveries?limit={_bounded(limit)}")["items"]
        return {
            "events": rows(events, "id", "type", "recordId", "createdAt"),
            "deliveries": rows(owed, "eventId", "trigger", "url", "state", "reason"),
        }

    def verdict(self, source: str = "") -> Any:
        """Is the integration done? If not, the next five actions with their commands.

        `source`: sophiie-mock.run.json of a pytest session, or a HAR file. Without it: the requests at the mock.
        """
        return run_verb(self._mock, "verdict", _source(source, self._mock))

    def lint(self, source: str = "") -> Any:
        """Tell what a client does wrong: paging, retries, limits, names, keys. `source` as for `verdict`."""
        found = run_verb(self._mock, "lint", _source(source, self._mock))
        names = ("rule", "severity", "operation", "detail", "remedy", "exchanges", "test")
        return {"verdict": found["verdict"], "findings": rows(found["findings"], *names), "notes": found["notes"]}


def _source(source: str, mock: RunningMock) -> str:
    """The recording that is judged: a file, or the running mock."""
    if source and not _is_file(source):
        what = f"no file in {Path.cwd()}"
        raise SettingsError(Problem(source, what, f"`pytest --sophiie-lint` writes {RUN_FILE}"))
    return source or mock.client().url


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except (OSError, ValueError):  # no name that a file can have
        return False


def _bounded(limit: int) -> int:
    return max(1, min(limit, MAX_ROWS))


def _described(key: str, document: Mapping[str, Any], item: Mapping[str, Any], way: str) -> Any:
    """One operation in short: names, places and types, without the whole schemas."""
    operation = item[way]
    parameters = [_resolved(document, one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    body = _resolved(document, operation.get("requestBody", {})).get("content", {})
    schemas = [_resolved(document, media.get("schema", {})) for media in body.values()]
    return {
        "operation": key,
        "summary": operation.get("summary", ""),
        "parameters": [_parameter(document, one) for one in parameters],
        "body": [_fields(document, schema) for schema in schemas],
        "statuses": list(operation.get("responses", {})),
    }


def _parameter(document: Mapping[str, Any], one: Mapping[str, Any]) -> Any:
    schema = _resolved(document, one.get("schema", {}))
    return {"name": one["name"], "in": one["in"], "required": one.get("required", False), "schema": schema}


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """The fields of a body, also of the parts of which its schema is made."""
    parts = [schema, *(_resolved(document, part) for part in schema.get("allOf", ()))]
    fields = {name: _resolved(document, field) for part in parts for name, field in part.get("properties", {}).items()}
    return {"required": [name for part in parts for name in part.get("required", ())], "fields": fields}


def _resolved(document: Mapping[str, Any], part: Any) -> Any:
    """Follow references of a node, at most a few: a document may have a circle of them."""
    for _ in range(8):
        if not isinstance(part, Mapping) or not isinstance(part.get("$ref"), str):
            break
        part = find(document, part["$ref"]) or {}
    return part
