"""JSON values and bodies with each secret masked."""

from collections.abc import Mapping
from typing import Any

import orjson

from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, NotJson, read_json, write_json
from mock_server.support.redaction import Redactor


def shown_body(body: bytes, redactor: Redactor) -> Any:
    """A sent body with secrets masked: its JSON value, its text if it is not JSON, None if there is none.

    An ``orjson.Fragment`` stands for JSON in which nothing had to be masked.
    """
    if not body:
        return None
    text = body.decode("utf-8", "replace")
    try:
        value = read_json(body, MAX_JSON_DEPTH + ENVELOPE_DEPTH)
    except NotJson:
        return redactor.redact(text)
    # A secret may be hidden in an escape; without one, a text is in the JSON as it is.
    if "\\" not in text and redactor.redact(text) == text:
        return orjson.Fragment(body)
    return masked(value, redactor)


def masked_json(value: Any, redactor: Redactor) -> orjson.Fragment:
    """A value as JSON with each secret masked. It costs less than ``masked``, because mostly there is none."""
    raw = write_json(value)
    text = raw.decode()
    is_clean = "\\" not in text and redactor.redact(text) == text
    return orjson.Fragment(raw if is_clean else write_json(masked(value, redactor)))


def masked(value: Any, redactor: Redactor) -> Any:
    """Copy ``value`` with each secret in its texts and names masked."""
    if isinstance(value, str):
        return redactor.redact(value)
    if isinstance(value, Mapping):
        return {redactor.redact(name): masked(inner, redactor) for name, inner in value.items()}
    return [masked(inner, redactor) for inner in value] if isinstance(value, list) else value
