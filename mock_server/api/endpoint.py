"""The contract's operations as one ASGI endpoint: route, validate, behave, check our own answer, send."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial

from starlette.types import Receive, Scope, Send

from mock_server.api import prefer, validation
from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.representation import Representation
from mock_server.api.request_body import body_of
from mock_server.api.response import Header, PreparedResponse, send_answer, with_headers
from mock_server.api.response_cache import accept, recall, remember
from mock_server.api.routing import Router
from mock_server.api.stage import Stage
from mock_server.behaviours import crud
from mock_server.behaviours.callbacks import with_callbacks
from mock_server.behaviours.conditions import NAMES, is_conditional, with_conditions
from mock_server.behaviours.registry import Behaviour, OperationContext, OperationResult, by_hand, idle
from mock_server.config.settings import Settings
from mock_server.errors import AnswerInvalid, InternalError, NotServed, SpecError
from mock_server.spec.content import Content
from mock_server.spec.operation import Operation, Response
from mock_server.spec.resources import Role
from mock_server.support.condition import apart_if_large
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, read_json, write_json
from mock_server.support.wire_texts import joined_fields
from mock_server.webhooks import events
from mock_server.workspaces.coverage import in_body
from mock_server.workspaces.workspace import Workspace, Workspaces

log = logging.getLogger("mock_server")

_TOLD = 5  # ignored names that a header tells; the journal has all
_SAMPLE = 64  # one whole answer in so many is checked again, whatever its parts were


class Endpoint:
    """Everything that does not depend on the request is looked up or compiled here, at start."""

    def __init__(self, workspaces: Workspaces, settings: Settings, router: Router) -> None:
        self._workspaces = workspaces
        self._contract = workspaces.contract
        self._settings = settings
        self._router = router
        self._behaviours = {key: self._behaviour(key) for key in self._contract.operations}
        self._idle = {key: idle(self._contract, operation) for key, operation in self._contract.operations.items()}
        self._conditional = {key for key, operation in self._contract.operations.items() if is_conditional(operation)}
        self._answered: dict[str, int] = {}
        self._representation = Representation()
        self.mismatches = 0

    def _behaviour(self, key: str) -> Behaviour:
        binding = self._contract.bindings.get(key)
        if not self._contract.foreign and (ours := by_hand(key)):
            return ours
        operation = self._contract.operations[key]
        inferred = with_conditions(operation, crud.inferred(binding.role if binding else None))
        return with_callbacks(operation, inferred)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of the emulated API, from routing to the checked answer."""
        exchange: Exchange = scope[EXCHANGE]
        known = self._recall(exchange, scope)
        if known is not None:
            await send_answer(send, exchange, known, ours=self._settings.mock_headers)
            return
        exchange.stage = Stage.ROUTE
        operation, texts, _ = route = exchange.route
        if operation is None:
            raise self._router.refusal(route, scope["raw_path"].decode("latin-1"))
        if unserved := operation.unserved or self._contract.unmade.get(operation.key):
            raise NotServed(unserved)
        try:
            await self._serve(exchange, operation, texts, scope, receive, send)
        except SpecError as fault:  # found only now: no value could be made for a schema
            self._contract.failed[operation.key] = str(fault)
            raise NotServed(str(fault)) from None

    async def _serve(
        self, exchange: Exchange, operation: Operation, texts: Sequence[str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a request to an operation: validate, behave, send."""
        exchange.stage = Stage.VALIDATION
        headers = joined_fields(scope["headers"])
        body = b""
        if operation.bodies:
            body = await body_of(scope, receive, self._settings.max_body)
        unread = self._idle[operation.key]
        work = partial(validation.validated, operation, texts, scope["query_string"], headers, body, unread)
        valid = await apart_if_large(len(body), work)
        if operation.key in self._conditional:
            given = ((name.encode(), name) for name in NAMES)
            valid.conditions = {name: headers[raw].decode("latin-1") for raw, name in given if raw in headers}
        exchange.fields = in_body(operation, valid.body) if body else ()
        exchange.note(*map(str, valid.ignored[:_TOLD]))
        answer: PreparedResponse | None = None
        applied: list[Header] = []
        if b"prefer" in headers:
            exchange.stage = Stage.PREFERENCE
            wishes = b",".join(value for name, value in scope["headers"] if name == b"prefer")
            answer, applied = await self._preferred(exchange, operation, wishes.decode("latin-1"), accept(scope))
        if answer is None:
            content = self._representation.chosen(operation.success, accept(scope))
            answer, lasting = self._behave(exchange, operation, valid, content, _url(headers, exchange))
            if lasting and not valid.ignored and self._settings.self_check == "sampled":
                remember(_workspace(exchange).image, scope, operation, answer)
        exchange.stage = Stage.ANSWER
        await send_answer(send, exchange, answer, applied, ours=self._settings.mock_headers)

    def _recall(self, exchange: Exchange, scope: Scope) -> PreparedResponse | None:
        """The answer to the same request in the same state; once in a while it is made anew, to be checked whole."""
        known = recall(_workspace(exchange).image, scope)
        if known is None:
            return None
        turn = self._answered[known.operation.key]
        if turn % _SAMPLE == 0:
            return None
        self._answered[known.operation.key] = turn + 1
        exchange.stage = Stage.ANSWER
        return known.answer

    async def _preferred(
        self, exchange: Exchange, operation: Operation, header: str, accept: str | None
    ) -> tuple[PreparedResponse | None, list[Header]]:
        """The documented answer that ``Prefer`` picks, None when it picks none; and the header that says so."""
        preference, applied = prefer.parse(header)
        exchange.preferred = applied
        headers = [(b"preference-applied", applied.encode("latin-1"))] if applied else []
        await asyncio.sleep(preference.delay / 1000)
        if not preference.picks:
            return None, headers
        chance = _workspace(exchange).chance(operation.key)
        response, content, body, said = prefer.picked(operation, preference, accept, chance)
        exchange.note(*said)
        media = content.content_type.encode("latin-1") if content else b""
        given = self._representation.headers(response, chance)
        return PreparedResponse(response.status, body, media, given), headers

    def _behave(
        self,
        exchange: Exchange,
        operation: Operation,
        valid: validation.ValidRequest,
        content: Content | None,
        url: str,
    ) -> tuple[PreparedResponse, bool]:
        """Run the behaviour and check its answer in one transaction: a bad answer undoes the change.

        Whether the answer stays the same as long as the records do comes with it.
        """
        exchange.stage = Stage.BEHAVIOUR
        workspace = _workspace(exchange)
        with self._workspaces.transaction(workspace) as tx:
            call = OperationContext(
                contract=self._contract,
                operation=operation,
                tx=tx,
                ids=workspace.ids,
                now=workspace.clock.stamp(),
                cause=exchange.id,
                path=valid.path,
                query=valid.query,
                body=valid.body,
                url=url,
                query_text=exchange.plain_query,
                headers=valid.conditions,
            )
            outcome = self._behaviours[operation.key](call)
            exchange.note(*call.notes, *outcome.explain)
            answer = b"" if outcome.value is None else write_json(outcome.value)
            exchange.stage = Stage.SELF_CHECK
            response = operation.responses.get(outcome.status or 0, operation.success)
            if response is not operation.success:
                content = self._representation.chosen(response, None)
            self._check(operation, response, outcome, answer)
        if tx.changed:
            exchange.events = [it.row.record for it in tx.changes() if it.kind == events.KIND and it.row]
        binding = self._contract.bindings.get(operation.key)
        lives = binding is not None and binding.role is not Role.SINGLE
        made = self._representation.answer(response, content, answer, url, call.chance(), lives=lives)
        _set_headers(made, outcome)
        return made, outcome.lasting and not (tx.changed or outcome.explain)

    def _check(self, operation: Operation, response: Response, outcome: OperationResult, answer: bytes) -> None:
        """Raises AnswerInvalid when our answer breaks the contract; a lenient document only counts and logs it."""
        turn = self._answered.get(operation.key, 0)
        self._answered[operation.key] = turn + 1
        if outcome.checked and turn % _SAMPLE and self._settings.self_check == "sampled":
            return
        if response.schema is None or not answer:
            return
        value = read_json(answer, MAX_JSON_DEPTH + ENVELOPE_DEPTH)
        if response.schema.accepts(value):
            return
        self.mismatches += 1
        problems = [f"our answer {problem}" for problem in response.schema.problems(value)]
        log.error("%s %s: %s", operation.key, response.status, "; ".join(problems))
        if not operation.document.lenient:
            raise AnswerInvalid(*problems)


def _set_headers(answer: PreparedResponse, outcome: OperationResult) -> None:
    """Put the headers of a behaviour in the place of those of the document."""
    given = [(name.encode(), text.encode("latin-1", "replace")) for name, text in outcome.headers]
    answer.headers = [field for field in with_headers(answer.headers, given) if field[1]]


def _url(headers: Mapping[bytes, bytes], exchange: Exchange) -> str:
    """The address that was asked for, without its query."""
    return f"http://{headers.get(b'host', b'localhost').decode('latin-1')}{exchange.url.partition('?')[0]}"


def _workspace(exchange: Exchange) -> Workspace:
    """The workspace that authentication found."""
    if exchange.workspace is None:
        raise InternalError("a request without a workspace reached the endpoint")
    return exchange.workspace
