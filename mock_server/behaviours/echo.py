"""Put what a request says into an answer that is made from the schema alone: `POST /quotes` shows the sum it was asked.

No record is behind such an answer. But a field with the name of one in the request is meant to be that one.
"""

from collections.abc import Mapping
from typing import Any

from mock_server.spec.names import plain
from mock_server.spec.operation import Response
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema

_MAX_ITEMS = 2_000  # of a list that is answered item by item


def with_given(success: Response, value: Any, asked: Mapping[str, Any], body: Any, chance: RandomSource) -> Any:
    """Put values of the path and the query (``asked``) and of the body into a made-up ``value`` of an answer.

    What the answer's schema does not admit is left out.
    """
    schema = success.schema
    if schema is None:
        return value
    if isinstance(value, list) and schema.items is not None and isinstance(body, list):
        made = value[0] if value and isinstance(value[0], dict) else {}
        several = [_put(schema.items, made, {**asked, **it}) for it in body[:_MAX_ITEMS] if isinstance(it, dict)]
        return success.fit(several, chance) if several else value
    given = {**asked, **body} if isinstance(body, dict) else dict(asked)
    if not isinstance(value, dict) or not given:
        return value
    whole = _put(schema, value, given)
    if whole == value or schema.accepts(whole):
        return whole
    if isinstance(body, dict) and schema.accepts(body):
        return body
    fitted = success.fit(_put(schema, {}, given), chance)  # made-up values beside the given ones may not fit them
    return fitted if schema.accepts(fitted) else value


def _put(schema: Schema, value: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    known = {plain(name): one for name, one in given.items()}
    whole = {name: given.get(name, one) for name, one in value.items()}
    for name, part in schema.properties.items():
        one = given.get(name, known.get(plain(name)))
        made = value.get(name)
        if one is None or "writeOnly" in part.marks:
            continue
        if part.accepts(one):
            whole[name] = one
        elif isinstance(one, dict) and isinstance(made, dict):
            whole[name] = _put(part, made, one)
        elif name in value:
            whole[name] = made
    return whole


def asked_for(query: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The values of a query that an answer shows again: those with the name of one of its fields."""
    return _put(schema, {}, query)


def with_answer(schema: Schema, body: Any, asked: Any, success: Response, answer: Any) -> Any:
    """Put an ``answer``, and what was ``asked``, into a made-up ``body`` of a message about them."""
    if not isinstance(body, dict) or not isinstance(answer, dict):
        return body
    place = success.schema.pointer if success.schema else None
    if schema.pointer == place:
        return answer
    given = {**(asked if isinstance(asked, dict) else {}), **answer}
    whole = {
        **_put(schema, body, given),
        **{n: answer for n, part in schema.properties.items() if part.pointer == place},
    }
    return whole if schema.accepts(whole) else body
