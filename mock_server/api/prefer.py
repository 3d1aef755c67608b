"""The header ``Prefer``: how a client asks for a certain answer, in the words of Prism (RFC 7240)."""

from collections.abc import Sequence
from dataclasses import dataclass

from mock_server.api.negotiation import negotiated
from mock_server.api.rendering import generated_body, made_body, rendered
from mock_server.config.evolutions import Evolutions, evolutions
from mock_server.errors import BadRequest
from mock_server.spec.content import Content
from mock_server.spec.operation import Operation, Response
from mock_server.world.ids import Rng

MAX_DELAY_MILLISECONDS = 60_000
"""Milliseconds; a longer delay is refused."""


@dataclass(frozen=True, slots=True)
class Preference:
    """``code`` and ``example`` pick a documented answer, ``dynamic`` makes one up, ``delay`` waits (ms).

    ``evolve`` are the evolutions that the answer shall get; None where the request names none.
    """

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    delay: int = 0
    evolve: Evolutions | None = None

    @property
    def picks(self) -> bool:
        """True when the answer must come from the document and not from the workspace."""
        return self.code is not None or self.example is not None or self.dynamic


def parse(header: str) -> tuple[Preference, str]:
    """The preferences of a header (several are joined by commas), and those that were understood, as
    ``Preference-Applied`` names them.

    Unknown ones are ignored, as the RFC wants. Raises BadRequest for a value that makes no sense.
    """
    known: dict[str, str] = {}
    for part in header.replace(";", ",").split(","):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() in ("code", "example", "dynamic", "delay", "evolve"):
            known[name.strip().lower()] = value.strip().strip('"')
    preference = Preference(
        code=_whole("code", known["code"], 599) if "code" in known else None,
        example=known.get("example"),
        dynamic=_boolean("dynamic", known.get("dynamic", "false")),
        delay=_whole("delay", known.get("delay", "0"), MAX_DELAY_MILLISECONDS),
        evolve=_evolutions(known["evolve"]) if "evolve" in known else None,
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


def _evolutions(text: str) -> Evolutions:
    try:
        return evolutions(text)
    except ValueError as fault:
        raise BadRequest(f"Prefer: evolve: {fault}") from None


def picked(
    operation: Operation, preference: Preference, accept: str | None, chance: Rng
) -> tuple[Response, Content | None, bytes, Sequence[str]]:
    """The answer of the document that fits the preference: its content, its body, and hints about it.

    Raises BadRequest when the document has none.
    """
    status = operation.success.status if preference.code is None else preference.code
    response = operation.response_for(status)
    if response is None:
        documented = ", ".join([*map(str, sorted(operation.responses)), *operation.ranges])
        raise BadRequest(f"Prefer: code={status} is not documented here; documented: {documented}")
    content = negotiated(response.contents, accept, strict=response is operation.success)
    if preference.example is not None:
        return _named(response, content, preference.example)
    if content is None:
        return response, None, b"", ()
    return response, content, generated_body(content, chance) if preference.dynamic else made_body(content, chance), ()


def _named(response: Response, content: Content | None, name: str) -> tuple[Response, Content, bytes, Sequence[str]]:
    """The example of this name, of the negotiated content before the others."""
    contents = sorted(response.contents, key=lambda each: each is not content)
    holder = next((each for each in contents if name in each.given), None)
    if holder is None:
        names = [example or "(one without a name)" for each in response.contents for example in each.given]
        known = ", ".join(dict.fromkeys(names)) or "none"
        raise BadRequest(f"Prefer: no such example for {response.status}; examples: {known}")
    value = holder.given[name]
    valid = holder.admits(value)
    said = () if valid else (f"the schema of the document does not admit its example {name or '(without a name)'}",)
    return response, holder, rendered(holder, value), said
