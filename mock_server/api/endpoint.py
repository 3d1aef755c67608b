"""The contract's operations as one ASGI endpoint: route, validate, behave, check our own answer, send."""

import asyncio
import logging

import orjson
from starlette.types import Receive, Scope, Send

from mock_server.api import prefer, validation
from mock_server.api.answer import send_answer
from mock_server.api.body import read_body
from mock_server.api.exchange import Exchange
from mock_server.api.routing import Router
from mock_server.behaviours import crud
from mock_server.behaviours.registry import Behaviour, Call, Outcome, by_hand
from mock_server.errors import AnswerInvalid, InternalError
from mock_server.settings import Settings
from mock_server.spec.operation import Operation, Response
from mock_server.store.image import Transaction
from mock_server.workspace import Workspace, Workspaces

log = logging.getLogger("mock_server")

_SAMPLE = 64  # one whole answer in so many is checked again, whatever its parts were


class Endpoint:
    """Everything that does not depend on the request is looked up or compiled here, at start."""

    def __init__(self, workspaces: Workspaces, settings: Settings) -> None:
        self._workspaces = workspaces
        self._contract = workspaces.contract
        self._settings = settings
        self._router = Router(self._contract.operations.values())
        self._behaviours = {key: self._behaviour(key) for key in self._contract.operations}
        self._answered: dict[str, int] = {}
        self.mismatches = 0

    def _behaviour(self, key: str) -> Behaviour:
        binding = self._contract.bindings.get(key)
        return by_hand(key) or crud.inferred(binding.role if binding else None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["mock.exchange"]
        workspace = exchange.workspace
        if workspace is None:
            raise InternalError("a request without a workspace reached the endpoint")
        path = scope["raw_path"].decode("latin-1")
        operation, texts = self._router.match(exchange.method, path)
        exchange.operation = operation
        headers = dict(scope["headers"])
        body = b""
        if operation.bodies:
            body = await read_body(receive, headers.get(b"content-length"), self._settings.max_body)
        valid = validation.validated(operation, texts, exchange.query, headers, body)
        sent: list[tuple[bytes, bytes]] = []
        if b"prefer" in headers:
            preference, applied = prefer.parse(headers[b"prefer"].decode("latin-1"))
            if applied:
                sent.append((b"preference-applied", applied.encode("latin-1")))
            await asyncio.sleep(preference.delay / 1000)
            if preference.picks:
                status, value = prefer.picked(operation, preference, workspace.chance(operation.key))
                answer = b"" if value is None else orjson.dumps(value)
                await send_answer(send, exchange, status, answer, sent, ours=self._settings.mock_headers)
                return
        status, answer = self._behave(workspace, operation, valid, exchange)
        await send_answer(send, exchange, status, answer, sent, ours=self._settings.mock_headers)

    def _behave(
        self, workspace: Workspace, operation: Operation, valid: validation.Valid, exchange: Exchange
    ) -> tuple[int, bytes]:
        """Run the behaviour and check its answer in one transaction: a bad answer undoes the change."""
        with self._workspaces.transaction(workspace) as tx:
            call = self._call(workspace, operation, valid, exchange, tx)
            outcome = self._behaviours[operation.key](call)
            exchange.explain.extend(outcome.explain)
            success = operation.success
            status = success.status if outcome.status is None else outcome.status
            answer = b"" if outcome.value is None else orjson.dumps(outcome.value)
            response = success if status == success.status else operation.responses.get(status, success)
            self._check(operation, response, outcome, answer)
        return status, answer

    def _call(
        self, workspace: Workspace, operation: Operation, valid: validation.Valid, exchange: Exchange, tx: Transaction
    ) -> Call:
        now = workspace.clock.stamp()
        return Call(self._contract, operation, tx, workspace.ids, now, exchange.id, valid.path, valid.query, valid.body)

    def _check(self, operation: Operation, response: Response, outcome: Outcome, answer: bytes) -> None:
        """Raises AnswerInvalid when our answer breaks the contract; a lenient document only counts and logs it."""
        turn = self._answered.get(operation.key, 0)
        self._answered[operation.key] = turn + 1
        if outcome.checked and turn % _SAMPLE and self._settings.self_check == "sampled":
            return
        if response.schema is None or not answer:
            return
        value = orjson.loads(answer)
        if response.schema.accepts(value):
            return
        self.mismatches += 1
        problems = [f"our answer {problem}" for problem in response.schema.problems(value)]
        log.error("%s %s: %s", operation.key, response.status, "; ".join(problems))
        if not operation.document.lenient:
            raise AnswerInvalid(*problems)
