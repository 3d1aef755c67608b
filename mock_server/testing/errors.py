"""The one exception of the handles: the server refused or failed, and says why."""

import re
from collections.abc import Iterator, Mapping
from typing import Any


class Refused(Exception):
    """The server did not do what was requested. ``problem`` is its answer, as RFC 9457 describes it."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = problem
        super().__init__("\n".join(_lines(problem)))


_KEYWORDS: Mapping[str, str] = {"allowUnknown": "allow_unknown=True", "rateLimit": "rate_limit"}


def _in_python(detail: str) -> str:
    """Translate names of JSON members to the keywords of the handles."""
    for member, keyword in _KEYWORDS.items():
        detail = re.sub(rf"\b{member}\b", keyword, detail)
    return detail


def _lines(problem: Mapping[str, Any]) -> Iterator[str]:
    """A refusal as lines for a person."""
    where = problem.get("pointer") or problem.get("parameter")
    yield _in_python(str(problem.get("detail", "refused"))) + (f" (at {where})" if where else "")
    for miss in problem.get("nearMisses", ()):
        name = f"{miss['id']} {miss['request']}" if "id" in miss else f"delivery {miss['number']}"
        yield f"  nearest: {name}"
        yield from (f"    {difference}" for difference in miss["differences"])
    for line in problem.get("deliveries", ()):
        yield f"  {line}"
