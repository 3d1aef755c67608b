"""The header fields that a document has for an answer, a success or an error."""

from collections.abc import Callable

from mock_server.api.response import Header
from mock_server.spec.answer_compiler import header_value
from mock_server.spec.generation import generate
from mock_server.spec.operation import Response
from mock_server.spec.regex_samples import RandomSource


def documented_headers(response: Response, chances: Callable[[], RandomSource]) -> list[Header]:
    """The documented header fields of a response. Required ones without a value get a made-up one."""
    chance = chances()
    made = {name: header_value(generate(it, chance)) for name, it in response.required_headers.items()}
    given = {**response.headers, **made}
    fields = [(name, text) for name, text in given.items() if text is not None]
    return [(name.encode(), text.encode("latin-1", "replace")) for name, text in fields]
