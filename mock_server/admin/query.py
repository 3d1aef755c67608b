"""The query of a control route: whole numbers, and fields that narrow a list. An unknown name is refused."""

from collections.abc import Iterable, Mapping

from starlette.requests import Request

from mock_server.admin.control import Refusal

_LONGEST = 9  # digits


def known(request: Request, names: Iterable[str]) -> None:
    """Raises Refusal for a parameter that says nothing here: a typing error would widen a list unseen."""
    for name in request.query_params:
        if name not in names:
            raise Refusal(400, f"no such parameter here; there are {', '.join(names)}", parameter=name)


def whole(request: Request, name: str, default: int) -> int:
    """A number from 0. Raises Refusal."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise Refusal(400, f"`{name}` is a whole number", parameter=name)
    return int(text)


def flag(request: Request, name: str) -> bool:
    """Whether a filter is wanted. Raises Refusal for a word that is neither true nor false."""
    text = request.query_params.get(name, "false").lower()
    if text not in ("true", "false"):
        raise Refusal(400, f"`{name}` is true or false", parameter=name)
    return text == "true"


def narrowing(request: Request, fields: Mapping[str, type]) -> dict[str, str | int]:
    """The values that the query asks fields to have. Raises Refusal."""
    known(request, [*fields, "limit", "offset"])
    return {
        name: whole(request, name, 0) if kind is int else request.query_params[name]
        for name, kind in fields.items()
        if name in request.query_params
    }
