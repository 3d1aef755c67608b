"""Serves one operation: validate, run the behaviour in one transaction, check our own answer, send."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from starlette.types import Receive, Scope, Send

from mock_server.api import prefer
from mock_server.api.evolving import Evolving
from mock_server.api.exchange import Exchange
from mock_server.api.representation import Representation
from mock_server.api.request_body import body_of
from mock_server.api.response import Header, PreparedResponse, send_answer, with_headers
from mock_server.api.response_cache import ResponseCache, repeatable
from mock_server.api.self_check import SelfCheck
from mock_server.api.stage import Stage
from mock_server.api.validation import RequestReader, ValidRequest
from mock_server.behaviours import crud
from mock_server.behaviours.access_tokens import answers_tokens, token_in, with_token
from mock_server.behaviours.callbacks import headers_in_callbacks, with_callbacks
from mock_server.behaviours.conditions import NAMES, is_conditional, with_conditions
from mock_server.behaviours.registry import Behaviour, OperationContext, by_hand, idle
from mock_server.behaviours.render_cache import RenderCache
from mock_server.config.settings import Settings
from mock_server.spec.content import Content
from mock_server.spec.contract import Contract
from mock_server.spec.operation import Operation, Response
from mock_server.spec.resources import Binding, Role
from mock_server.store.base import Change
from mock_server.support.condition import in_a_thread, is_large
from mock_server.support.exact_json import write_json
from mock_server.webhooks import events
from mock_server.workspaces.coverage import BodyFields
from mock_server.workspaces.workspace import Workspace, Workspaces

MAX_CHANGES_SHOWN = 20
"""Changed records that the journal keeps of one request: a deletion may take hundreds along."""
_MISSING = 404
_TOLD = 5  # ignored names that a header tells; the journal has all


class OperationHandler:
    """Serves one operation. All that does not depend on the request is compiled once, at its first request."""

    def __init__(
        self,
        operation: Operation,
        workspaces: Workspaces,
        settings: Settings,
        check: SelfCheck,
        cache: ResponseCache,
        renderings: RenderCache,
        evolving: Evolving,
    ) -> None:
        contract = workspaces.contract
        self._operation, self._workspaces, self._contract = operation, workspaces, contract
        self._most, self._ours = settings.max_body, settings.mock_headers
        self._read = RequestReader(operation, idle(contract, operation))
        self._fields = BodyFields(operation)
        read = {*(NAMES if is_conditional(operation) else ()), *headers_in_callbacks(operation)}
        self._conditions = {name.encode(): name for name in read}
        self._answers_tokens = answers_tokens(contract, operation)
        self._behaviour = _behaviour(contract, operation)
        if self._answers_tokens:
            self._behaviour = with_token(self._behaviour)
        self._check, self._renderings, self._evolving = check, renderings, evolving
        binding = _binding(contract, operation)
        self._binding = cast(Binding, binding)  # None is for behaviours that do not ask
        self._representation = Representation(lives=binding is not None and binding.role is not Role.SINGLE)
        self._cache = cache if check.sampled and repeatable(operation) else None

    async def __call__(
        self, exchange: Exchange, workspace: Workspace, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a request to the operation."""
        operation, headers, body = self._operation, exchange.named, b""
        exchange.stage = Stage.VALIDATION
        if operation.bodies:
            body = await body_of(scope, receive, self._most)
        given = (exchange.route.texts, scope["query_string"], headers, body)
        if body and is_large(len(body)):
            valid = await in_a_thread(partial(self._read, *given))
        else:
            valid = self._read(*given)
        if body:
            exchange.fields = self._fields.of(valid.body)
        if valid.ignored:
            exchange.note(*map(str, valid.ignored[:_TOLD]))
        answer: PreparedResponse | None = None
        applied: list[Header] = []
        if b"prefer" in headers:
            exchange.stage = Stage.PREFERENCE
            answer, applied = await self._preferred(exchange, workspace, headers[b"prefer"].decode("latin-1"))
        if answer is None:
            content = self._representation.chosen(operation.success, exchange.accept)
            answer, lasting = self._behave(exchange, workspace, valid, content)
            if self._cache is not None and lasting and not valid.ignored:
                self._cache.remember(workspace.state, exchange, answer)
        exchange.stage = Stage.ANSWER
        await send_answer(send, exchange, self._evolving(exchange, answer), applied, ours=self._ours)

    async def _preferred(
        self, exchange: Exchange, workspace: Workspace, header: str
    ) -> tuple[PreparedResponse | None, list[Header]]:
        """The documented answer that ``Prefer`` picks, None when it picks none; and the header that says so."""
        preference, applied = prefer.parse(header)
        exchange.preferred, exchange.evolve = applied, preference.evolve
        headers = [(b"preference-applied", applied.encode("latin-1"))] if applied else []
        await asyncio.sleep(preference.delay / 1000)
        if not preference.picks:
            return None, headers
        chance = workspace.chance(self._operation.key)
        response, content, body, said = prefer.picked(self._operation, preference, exchange.accept, chance)
        exchange.note(*said)
        media = content.content_type.encode("latin-1") if content else b""
        given = self._representation.headers(response, lambda: chance)
        return PreparedResponse(response.status, body, media, given), headers

    def _behave(
        self, exchange: Exchange, workspace: Workspace, valid: ValidRequest, content: Content | None
    ) -> tuple[PreparedResponse, bool]:
        """Run the behaviour and check its answer in one transaction: a bad answer undoes the change.

        Whether the answer stays the same as long as the records do comes with it.
        """
        exchange.stage, operation = Stage.BEHAVIOUR, self._operation
        with self._workspaces.transaction(workspace, grouped=True) as tx:
            call = OperationContext(
                contract=self._contract,
                operation=operation,
                binding=self._binding,
                renderings=self._renderings,
                tx=tx,
                ids=workspace.ids,
                now=workspace.clock.stamp(),
                cause=exchange.id,
                path=valid.path,
                query=valid.query,
                body=valid.body,
                address=exchange.address,
                query_text=exchange.plain_query,
                headers=self._conditional(exchange.named),
                media_type=exchange.named.get(b"content-type", b"").decode("latin-1"),
            )
            outcome = self._behaviour(call)
            if call.notes or outcome.explain:
                exchange.note(*call.notes, *outcome.explain)
            answer = b"" if outcome.value is None else write_json(outcome.value)
            exchange.stage = Stage.SELF_CHECK
            response = operation.responses.get(outcome.status or 0, operation.success)
            if response is not operation.success:
                content = self._representation.chosen(response, None)
            mend = partial(_fitted, response, call) if self._contract.foreign else None
            answer = self._check.check(operation, response, answer, checked=outcome.checked, mend=mend)
        if tx.changed:
            self._note(exchange, tx.changes())
        if self._answers_tokens:
            self._workspaces.open_with_token(workspace.id, token_in(outcome.value))
        made = self._representation.answer(response, content, answer, call)
        if outcome.headers:
            _set_headers(made, outcome.headers)
        return made, outcome.lasting and not (tx.changed or outcome.explain)

    def _note(self, exchange: Exchange, changes: Sequence[Change]) -> None:
        """Note the events and changes of a transaction, and forget how the rows that it replaced went out."""
        exchange.events = [it.row.record for it in changes if it.kind == events.KIND and it.row]
        exchange.changes = [it for it in changes if not it.kind.startswith("$")][:MAX_CHANGES_SHOWN]
        for it in changes:
            if it.before is not None:
                self._renderings.forget(it.kind, it.before)

    def _conditional(self, headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
        """The headers that a behaviour reads: conditions on the request, and addresses of callbacks."""
        names = self._conditions
        return {name: headers[raw].decode("latin-1") for raw, name in names.items() if raw in headers} if names else {}


def _fitted(response: Response, call: OperationContext, value: Any) -> Any:
    """Fit an answer that is made of valid parts to what the document says of the whole."""
    return response.fit(value, call.chance(*call.path))


def _binding(contract: Contract, operation: Operation) -> Binding | None:
    """The role of an operation in its family; a HEAD of the document has that of the GET at its path."""
    own = contract.bindings.get(operation.key)
    if own is None and operation.method == "HEAD":
        return contract.bindings.get(f"GET{operation.key.removeprefix('HEAD')}")
    return own


def _behaviour(contract: Contract, operation: Operation) -> Behaviour:
    binding = _binding(contract, operation)
    if not contract.foreign and (ours := by_hand(operation.key)):
        return ours
    above = contract.above.get(operation.key, ()) if operation.response_for(_MISSING) else ()
    inferred = with_conditions(operation, crud.inferred(binding.role if binding else None, above))
    if operation.method == "HEAD" and binding is not None:
        return lambda call: replace(inferred(call), value=None)
    return with_callbacks(operation, inferred)


def _set_headers(answer: PreparedResponse, given: Sequence[tuple[str, str]]) -> None:
    """Put the headers of a behaviour in the place of those of the document."""
    fields = [(name.encode(), text.encode("latin-1", "replace")) for name, text in given]
    answer.headers = [field for field in with_headers(answer.headers, fields) if field[1]]
