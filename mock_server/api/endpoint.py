"""The contract's operations as one ASGI endpoint: an answer that still holds, or the handler of the operation."""

from collections import Counter

from starlette.types import Receive, Scope, Send

from mock_server.api.early_reads import is_early
from mock_server.api.evolving import Evolving
from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.operation_handler import OperationHandler
from mock_server.api.refused_keys import RefusedKeys
from mock_server.api.response import send_answer
from mock_server.api.response_cache import ResponseCache
from mock_server.api.routing import Router
from mock_server.api.self_check import SelfCheck
from mock_server.api.stage import Stage
from mock_server.behaviours.render_cache import RenderCache
from mock_server.config.settings import Settings
from mock_server.errors import AnswerInvalid, InternalError, NotServed, SpecError
from mock_server.spec.operation import Operation
from mock_server.workspaces.workspace import Workspaces


class Endpoint:
    """Serves every operation. ``check`` knows how many of our own answers broke the contract.

    ``answers`` counts all answers of the emulated API by their status, those of the layers before it too.
    """

    def __init__(self, workspaces: Workspaces, settings: Settings, router: Router, evolving: Evolving) -> None:
        self._workspaces, self._settings, self.router = workspaces, settings, router
        self.answers: Counter[int] = Counter()
        self.refused_keys = RefusedKeys(workspaces)
        self._contract = workspaces.contract
        self._handlers: dict[Operation, OperationHandler] = {}
        self.check = SelfCheck(sampled=settings.self_check == "sampled")
        self.cache = ResponseCache()
        self.renderings = RenderCache()
        self.evolving = evolving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of the emulated API."""
        exchange: Exchange = scope[EXCHANGE]
        operation, workspace = exchange.operation, exchange.workspace
        if workspace is None:
            raise InternalError("a request without a workspace reached the endpoint")
        if operation is None:
            exchange.stage = Stage.ROUTE
            raise self.router.refusal(exchange.route, scope["raw_path"].decode("latin-1"))
        known = self.cache.recall(workspace.state, exchange)
        if known is not None and self.check.may_repeat(operation):
            exchange.stage = Stage.ANSWER
            await send_answer(send, exchange, self.evolving(exchange, known), ours=self._settings.mock_headers)
            return
        late = workspace.state.late
        if late is not None and not is_early(self._contract, operation, scope["query_string"], late):
            await late.made.ready()
        try:
            await self._handler(exchange, operation)(exchange, workspace, scope, receive, send)
        except (SpecError, AnswerInvalid) as fault:  # found only now: no value could be made for a schema
            if isinstance(fault, AnswerInvalid) and not self._contract.foreign:
                raise  # our own documents have a value for every schema: that none was made is our fault
            self._contract.failed[operation.key] = str(fault)
            raise NotServed(str(fault)) from None

    def _handler(self, exchange: Exchange, operation: Operation) -> OperationHandler:
        """The handler of an operation, made at its first request. Raises NotServed."""
        exchange.stage = Stage.ROUTE
        if unserved := operation.unserved or self._contract.unmade.get(operation.key):
            raise NotServed(unserved)
        handler = self._handlers.get(operation)
        if handler is None:
            handler = self._handlers[operation] = OperationHandler(
                operation, self._workspaces, self._settings, self.check, self.cache, self.renderings, self.evolving
            )
        return handler
