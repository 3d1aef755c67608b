"""All mutants, and the words to write one down."""

from collections.abc import Awaitable, Callable
from typing import Any

from wrapper import Behaviour, Forward, Messenger, Mutant, Request, Response, State

MUTANTS: list[Mutant] = []


def mutant(group: str, operation: str, *, any_method: bool = False) -> Callable[[Behaviour], Behaviour]:
    """Register a behaviour under its function's name."""

    def register(behave: Behaviour) -> Behaviour:
        MUTANTS.append(Mutant(behave.__name__, group, operation, behave, any_method))
        return behave

    return register


def answer(group: str, operation: str) -> Callable[[Callable[[Any, Request, State], Any]], None]:
    """A change of successful answers: the function gets the body, the request and what it remembers."""

    def register(change: Callable[[Any, Request, State], Any]) -> None:
        async def behave(request: Request, forward: Forward, state: State) -> Response:
            response = await forward(request)
            if not 200 <= response.status < 300 or response.json is None:
                return response
            return response.but(change(response.json, request, state))

        MUTANTS.append(Mutant(change.__name__, group, operation, behave))

    return register


def asked(group: str, operation: str) -> Callable[[Callable[[Request], Request]], None]:
    """A change of requests on their way in."""

    def register(change: Callable[[Request], Request]) -> None:
        async def behave(request: Request, forward: Forward, state: State) -> Response:
            return await forward(change(request))

        MUTANTS.append(Mutant(change.__name__, group, operation, behave))

    return register


def crash(group: str, operation: str) -> Callable[[Callable[[Request], bool]], None]:
    """A failure of the server for some requests."""

    def register(when: Callable[[Request], bool]) -> None:
        async def behave(request: Request, forward: Forward, state: State) -> Response:
            response = await forward(request)
            if response.status in (401, 405) or not when(request):
                return response
            error = {"status": 500, "message": "Internal server error"}
            return response.but({"success": False, "message": error["message"], "error": error}, status=500)

        MUTANTS.append(Mutant(when.__name__, group, operation, behave))

    return register


def told(trigger: str, group: str = "webhooks") -> Callable[[Messenger], Messenger]:
    """A change of deliveries on their way to subscribers."""

    def register(tell: Messenger) -> Messenger:
        MUTANTS.append(Mutant(tell.__name__, group, f"WEBHOOK {trigger}", tell=tell))
        return tell

    return register


KEY = "sk_test_local"
Behave = Callable[[Request, Forward, State], Awaitable[Response]]


def authorized(request: Request) -> Request:
    """The same request with the right key."""
    return Request(
        request.method, request.path, request.query, {**request.headers, "authorization": f"Bearer {KEY}"}, request.body
    )
