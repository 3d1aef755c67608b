"""Places of an operation in its document, for the actions of an Overlay."""

from collections.abc import Iterator, Mapping, Sequence

from contracts.shapes.exchanges import Order
from contracts.spec.document import Operation
from contracts.spec.operation_parts import json_media
from contracts.spec.schema_location import SchemaLocation

LIST_ORDER = "x-list-order"
"""The extension of an operation that says how its list is ordered."""
_MAX_DEPTH = 40


def operation_place(operation: Operation) -> SchemaLocation:
    """The place of the operation itself."""
    item = SchemaLocation(operation.document.raw).into("paths").into(operation.path).followed()
    return item.into(operation.method.lower()).followed()


def documented_order(operation: Operation) -> str:
    """The order of a list: newest first, unless the document says otherwise."""
    return str(operation_place(operation).node.get(LIST_ORDER, Order.NEWEST_FIRST))


def responses_place(operation: Operation) -> SchemaLocation:
    """The place of all its responses."""
    return operation_place(operation).into("responses")


def response_place(operation: Operation, status: int) -> SchemaLocation:
    """The place of the response that is documented for a status."""
    answer = operation.answer(status)
    return responses_place(operation).into(answer.status if answer else str(status)).followed()


def schema_place(operation: Operation, status: int) -> SchemaLocation:
    """The place of the schema of the answers with a status."""
    content = response_place(operation, status).into("content")
    return content.into(json_media(content.node) or "application/json").into("schema")


def object_places(schema: SchemaLocation, steps: Sequence[str], depth: int = 0) -> Iterator[SchemaLocation]:
    """Every schema that describes the object at a place: itself, and the parts that it is put together from."""
    here = schema.followed()
    node = here.node if isinstance(here.node, Mapping) else {}
    if depth > _MAX_DEPTH:
        return
    if not steps:
        yield here
    else:
        onward = here.into("items") if steps[0] == "*" else here.into("properties").into(steps[0])
        if onward.node:
            yield from object_places(onward, steps[1:], depth + 1)
    for word in ("allOf", "anyOf", "oneOf"):
        for index in range(len(node.get(word, ()))):
            yield from object_places(here.into(word).into(index), steps, depth + 1)
