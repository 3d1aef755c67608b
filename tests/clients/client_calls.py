"""What each client does: every operation once with success and once with an error, with what a plain client gets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import httpx

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.spec.contract import Contract
from mock_server.spec.operation import Operation
from mock_server.support.json_pointer import unescape

SETTINGS = Settings(port=0, quiet=True, rate_limit="off", world="small", now="2026-03-04T05:06:07Z")
"""Each client gets a server of its own with this world, so that ids are the same."""
WRONG_KEY = "sk_test_wrong"

_WHO = {"org_id": "org_test", "user_id": "usr_test"}
_REFERENCES = {"userId": "members", "leadId": "leads"}
# The examples of these meet a record that is there already.
_FRESH: Mapping[str, Mapping[str, str]] = {
    "createLead": {"phone": "+61255501236"},
    "createScenario": {"name": "Burst pipe in the garden"},
}


@dataclass(frozen=True)
class Call:
    """One call. ``path`` is written as in the document, ``status`` is what a plain client gets for it.

    ``model`` is the component of the answer's body, or of its items if ``many``; empty if it has no name.
    """

    operation: str
    document: str
    method: str
    path: str
    base: str
    params: Mapping[str, Mapping[str, Any]]
    body: Any = None
    body_model: str = ""
    known: bool = True
    status: int = 0
    model: str = ""
    many: bool = False
    case: str = "success"


def plan() -> list[dict[str, Any]]:
    """All calls in an order in which they succeed: what deletes comes last. Raises RuntimeError if one does not."""
    with MockServer(SETTINGS) as server:
        made = list(_Planner(server).calls())
    wrong = [call for call in made if (call.status < 400) != (call.case == "success")]
    if wrong:
        raise RuntimeError(f"a plain client gets another kind of answer: {wrong}")
    return [asdict(call) for call in made]


class _Planner:
    """Makes the calls, and makes each of them once with httpx."""

    def __init__(self, server: MockServer) -> None:
        self._url, self._key = server.url, server.api_key
        self._contract: Contract = server.app.state.workspaces.contract
        self._ids: dict[str, list[Any]] = {}

    def calls(self) -> Iterator[Call]:
        operations = sorted(self._contract.operations.values(), key=lambda it: it.method == "DELETE")
        hook = 0
        for operation in operations:
            call, answer = self._asked(self._success(operation, hook), operation)
            hook = (
                answer.get("id", hook) if isinstance(answer, dict) and operation.path.endswith("/subscribe") else hook
            )
            yield call
            yield self._asked(_failure(call, operation), operation)[0]

    def _success(self, operation: Operation, hook: int) -> Call:
        binding = self._contract.bindings.get(operation.key)
        place = -1 if operation.method == "DELETE" else 0
        kinds = [level.kind for level in binding.levels] if binding else []
        path = {it.name: self._known(kinds[at])[place] for at, it in enumerate(operation.path_parameters)}
        asked = {it.name for it in operation.parameters if it.location == "query"}
        query = {**{name: _WHO[name] for name in asked & _WHO.keys()}, **({"limit": 2} if "limit" in asked else {})}
        params = {name: values for name, values in (("path", path), ("query", query)) if values}
        sent = operation.node.get("requestBody", {}).get("content", {}).get("application/json", {})
        body = sent.get("example")
        if isinstance(body, dict):
            body = {name: self._known(_REFERENCES[name])[0] if name in _REFERENCES else it for name, it in body.items()}
            body |= {"hookId": hook} if "hookId" in body else {}
            body |= _FRESH.get(operation.node["operationId"], {})
        return Call(
            operation=str(operation.node["operationId"]),
            document=operation.document.name.rpartition("/")[2].partition(".")[0],
            method=operation.method,
            path=unescape(operation.pointer.split("/")[2]),
            base=operation.base,
            params=params,
            body=body,
            body_model=_named(sent.get("schema", {})),
        )

    def _known(self, kind: str) -> list[Any]:
        """The ids of the records of a kind."""
        if kind not in self._ids:
            items = httpx.get(f"{self._url}/__admin/records/{kind}").raise_for_status().json()["items"]
            self._ids[kind] = [item["id"] for item in items]
        return self._ids[kind]

    def _asked(self, call: Call, operation: Operation) -> tuple[Call, Any]:
        """The call with the status and the model of its answer, and the answer."""
        url = self._url + call.base + call.path
        for name, value in call.params.get("path", {}).items():
            url = url.replace(f"{{{name}}}", str(value))
        key = {"Authorization": f"Bearer {self._key if call.known else WRONG_KEY}"}
        answer = httpx.request(call.method, url, params=call.params.get("query"), json=call.body, headers=key)
        response = operation.response_for(answer.status_code)
        schema = response.schema if response else None
        many = schema is not None and schema.types == {"array"}
        schema = schema.items if many and schema is not None else schema
        pointer = schema.pointer if schema is not None else ""
        model = pointer.rpartition("/")[2] if pointer.startswith("/components/schemas/") else ""
        return replace(call, status=answer.status_code, model=model, many=many), answer.json()


def _failure(call: Call, operation: Operation) -> Call:
    """The same call about a record that is not there; with a wrong key if it is about none."""
    path = dict(call.params.get("path", {}))
    if not path:
        return replace(call, known=False, case="unauthorized")
    last = next(reversed(path))
    path[last] = 987_654_321 if isinstance(path[last], int) else "none_1"
    return replace(call, params={**call.params, "path": path}, case="not found")


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def counted(calls: Sequence[Mapping[str, Any]]) -> str:
    """Say how many operations there are, and how many calls of each case."""
    cases = [str(call["case"]) for call in calls]
    told = ", ".join(f"{cases.count(case)} {case}" for case in dict.fromkeys(cases))
    return f"{len({call['operation'] for call in calls})} operations, {len(calls)} calls: {told}"
