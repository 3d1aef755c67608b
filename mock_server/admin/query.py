"""The query of a control route: whole numbers, and fields that narrow a list. Unknown names are refused."""

from collections.abc import Iterable, Mapping, Sequence

from starlette.requests import Request

from mock_server.admin.context import ControlRefused
from mock_server.support.did_you_mean import did_you_mean

_MAX_DIGITS = 9


def refuse_unknown(request: Request, names: Iterable[str]) -> None:
    """Raises ControlRefused for an unknown parameter: a typing error would silently widen a list."""
    for name in request.query_params:
        if name not in names:
            raise ControlRefused(400, f"no such parameter here; there are {', '.join(names)}", parameter=name)


def whole_number(request: Request, name: str, default: int, most: int = 10**_MAX_DIGITS - 1) -> int:
    """Read a number from 0 to ``most``. Raises ControlRefused."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise ControlRefused(400, f"`{name}` is a whole number", parameter=name)
    if int(text) > most:
        raise ControlRefused(400, f"`{name}` is at most {most}", parameter=name)
    return int(text)


def flag(request: Request, name: str) -> bool:
    """Tell whether a filter is wanted. Raises ControlRefused for a word that is neither true nor false."""
    text = request.query_params.get(name, "false").lower()
    if text not in ("true", "false"):
        raise ControlRefused(400, f"`{name}` is true or false", parameter=name)
    return text == "true"


Field = type | Sequence[str]
"""The kind of value in a field: a text, a number, or one of several words."""


def narrowing(request: Request, fields: Mapping[str, Field]) -> dict[str, str | int]:
    """The values that the query demands of fields. Raises ControlRefused, also for a value that no record can have."""
    refuse_unknown(request, [*fields, "limit", "offset"])
    return {name: _value(request, name, kind) for name, kind in fields.items() if name in request.query_params}


def _value(request: Request, name: str, kind: Field) -> str | int:
    if kind is int:
        return whole_number(request, name, 0)
    text = request.query_params[name]
    if not isinstance(kind, type) and text not in kind:
        what = f"`{name}` is none of {', '.join(kind)}{did_you_mean(text, kind)}"
        raise ControlRefused(400, what, parameter=name)
    return text
