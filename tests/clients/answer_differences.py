"""Compare an answer with what a client made of it. Used in the generators' environments, which have nothing of ours."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any


def findings(calls: Sequence[Any], called: Callable[[Any], list[str]]) -> list[str]:
    """Make each call, and return what was found; an exception of a client is a finding."""
    found: list[str] = []
    for call in calls:
        try:
            texts = called(call)
        except Exception as fault:  # whatever the client raises: the other calls are made all the same
            texts = [f"{type(fault).__name__}: {fault}".partition("\n")[0]]
        found += [f"{call['operation']} ({call['case']}): {text}" for text in texts]
    return found


def differences(raw: Any, made: Any) -> list[str]:
    """Where the two say something else, by path; a time may be written in another way."""
    return list(_differences(raw, made, ""))


def _differences(raw: Any, made: Any, where: str) -> Iterator[str]:
    if isinstance(raw, dict) and isinstance(made, dict):
        for name in raw.keys() | made.keys():
            if name not in made:
                yield f"{where}/{name} was lost"
            elif name in raw:
                yield from _differences(raw[name], made[name], f"{where}/{name}")
            elif made[name] is not None:
                yield f"{where}/{name} was made up"
    elif isinstance(raw, list) and isinstance(made, list) and len(raw) == len(made):
        for index, (one, other) in enumerate(zip(raw, made, strict=True)):
            yield from _differences(one, other, f"{where}/{index}")
    elif raw != made and _moment(raw) != _moment(made):
        yield f"{where} is {made!r}, not {raw!r}"


def _moment(value: Any) -> Any:
    """The moment that a text says; the value itself if it says none."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
