"""An answer in another content than the main one, with another schema: a list as HAL, a record as a summary."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from mock_server.spec.content import Content
from mock_server.spec.envelopes import list_wrapper
from mock_server.spec.operation import Response
from mock_server.spec.projection import fitted
from mock_server.spec.regex_samples import RandomSource


def in_content(response: Response, content: Content, value: Any, chances: Callable[[], RandomSource]) -> Any:
    """``value``, which is right for the main content of an answer, in the shape of ``content``."""
    schema = content.schema
    if schema is None or schema is response.schema or schema.accepts(value):
        return value
    main, other = list_wrapper(response.schema), list_wrapper(schema)
    if main is not None and other is not None and not other.as_map:
        records = [item for item in main.unwrapped(value) if isinstance(item, dict)]
        figures = defaultdict(int, total=len(records), limit=max(1, len(records)), page=1, pages=1, more=False)
        value = other.wrap([other.view.project(record) for record in records], figures, chances)
    return fitted(value, schema, chances())
