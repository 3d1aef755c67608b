"""``Prefer``: what a client may ask of one answer, in Prism's words (RFC 7240)."""

from dataclasses import dataclass
from typing import Any

from mock_server.errors import BadRequest
from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation, Response
from mock_server.world.ids import Rng

LONGEST = 60_000
"""Milliseconds; a longer delay is refused."""


@dataclass(frozen=True, slots=True)
class Preference:
    """``code`` and ``example`` pick a documented answer, ``dynamic`` makes one up, ``delay`` waits (ms)."""

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    delay: int = 0

    @property
    def picks(self) -> bool:
        """True when the answer is to be the document's and not the workspace's."""
        return self.code is not None or self.example is not None or self.dynamic


def parse(header: str) -> tuple[Preference, str]:
    """The preferences of a header (several are joined by commas), and those that were understood, as
    ``Preference-Applied`` names them.

    Unknown ones are ignored, as the RFC wants. Raises BadRequest for a value that makes no sense.
    """
    known: dict[str, str] = {}
    for part in header.replace(";", ",").split(","):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() in ("code", "example", "dynamic", "delay"):
            known[name.strip().lower()] = value.strip().strip('"')
    preference = Preference(
        code=_whole("code", known["code"], 599) if "code" in known else None,
        example=known.get("example"),
        dynamic=_boolean("dynamic", known.get("dynamic", "false")),
        delay=_whole("delay", known.get("delay", "0"), LONGEST),
    )
    return preference, ", ".join(f"{name}={value}" for name, value in known.items())


def _whole(name: str, text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) > most:
        raise BadRequest(f"Prefer: {name} is a whole number up to {most}")
    return int(text)


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise BadRequest(f"Prefer: {name} is true or false")
    return text.lower() == "true"


def picked(operation: Operation, preference: Preference, chance: Rng) -> tuple[Response, Any]:
    """The answer and body that the document has for the preference. Raises BadRequest when it has none."""
    status = operation.success.status if preference.code is None else preference.code
    response = operation.success if status == operation.success.status else operation.responses.get(status)
    if response is None:
        documented = ", ".join(str(code) for code in sorted(operation.responses))
        raise BadRequest(f"Prefer: code={status} is not documented here; documented: {documented}")
    return response, _value(response, preference, chance)


def _value(response: Response, preference: Preference, chance: Rng) -> Any:
    if preference.example is not None:
        if preference.example not in response.examples:
            names = ", ".join(name or "(one without a name)" for name in response.examples) or "none"
            raise BadRequest(f"Prefer: no such example for {response.status}; examples: {names}")
        return response.examples[preference.example]
    if not preference.dynamic:
        for example in response.examples.values():
            return example
    return generate(response.schema, chance, example=False) if response.schema else None
