"""Requests made anew from recorded shapes: the same operation, members and breaches, with values of our own.

Ids are bound again: a number of the recording stands for one record of the mock, the same one each time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from contracts.errors import SuiteError
from contracts.rules.first_violations import first_problems
from contracts.shapes.exchanges import Breach, Fact, Keyword, Part, ShapedExchange
from contracts.shapes.shape import Shape
from contracts.shapes.text_classes import Kind, Size
from contracts.spec.document import Contract, Operation
from contracts.spec.samples import Sampler

_NOT_AGAIN = (408, 409, 425, 429)
"""Statuses that depend on what else an account holds, or on the time."""
_LENGTHS = {Size.NONE: 0, Size.ONE: 1, Size.FEW: 3, Size.SOME: 12, Size.MANY: 30, Size.HUNDRED: 70, Size.MORE: 150,
            Size.LONG: 400, Size.HUGE: 30_000}  # fmt: skip
_OTHERS: Mapping[Kind, Any] = {
    Kind.STRING: "text", Kind.INTEGER: 1, Kind.NUMBER: 1.5, Kind.BOOLEAN: True, Kind.ARRAY: [], Kind.OBJECT: {},
    Kind.NULL: None,
}  # fmt: skip


@dataclass(frozen=True)
class RemadeRequest:
    """A request for the mock. ``with_key`` is false where the recorded one had none or a wrong one."""

    method: str
    path: str
    query: Mapping[str, str]
    content: bytes | None
    with_key: bool


def not_again_reason(exchange: ShapedExchange) -> str:
    """The reason why a recorded exchange cannot be made again; empty when it can."""
    if not exchange.operation:
        return "its path is no operation of the contract"
    if exchange.status in _NOT_AGAIN or exchange.status >= 500:
        return f"its status ({exchange.status}) depends on more than the request"
    if Fact.NOT_JSON_SENT in exchange.facts:
        return "its body was no JSON"
    breaches = {breach.keyword for breach in exchange.breaches}
    return "how it broke the contract is not kept exactly" if Keyword.OTHER in breaches else ""


class RequestMaker:
    """Makes requests in the order of the recording. ``known`` offers ids of the mock by operation of a list."""

    def __init__(self, contract: Contract) -> None:
        self._contract, self._sampler = contract, Sampler(7)
        self._bound: dict[tuple[str, int], str] = {}
        self._free: dict[str, list[str]] = {}

    def offer(self, operation: str, ids: list[str]) -> None:
        """Take ids that a list of the mock has shown, or that it has just made."""
        family = _family(operation)
        taken = {id for (own, _), id in self._bound.items() if own == family}
        waiting = self._free.setdefault(family, [])
        waiting += [id for id in ids if id not in waiting and id not in taken]

    def lacks_ids(self, exchange: ShapedExchange) -> str:
        """The list to ask before a request can be made; empty when its records are known or are to be unknown."""
        family = _family(exchange.operation)
        if not exchange.subject or self._is_unknown(exchange) or (family, exchange.subject[0]) in self._bound:
            return ""
        return "" if self._free.get(family) else family

    def make(self, exchange: ShapedExchange) -> RemadeRequest:
        """The request of a recorded exchange. Raises SuiteError when no value can be made for it."""
        operation = self._contract.operations[exchange.operation]
        return RemadeRequest(
            operation.method,
            self._path(operation, exchange),
            self._query(operation, exchange),
            self._content(operation, exchange),
            with_key=Fact.WITHOUT_KEY not in exchange.facts and exchange.status not in (401, 403),
        )

    @staticmethod
    def _is_unknown(exchange: ShapedExchange) -> bool:
        never_met = Fact.UNKNOWN_RECORD in exchange.facts and not exchange.succeeded
        return never_met or any(breach.part is Part.PATH for breach in exchange.breaches)

    def _path(self, operation: Operation, exchange: ShapedExchange) -> str:
        family, numbers, steps = _family(operation.key), list(exchange.subject), []
        for step in operation.path.split("/"):
            if step.startswith("{"):
                number = numbers.pop(0) if numbers else 0
                steps.append(quote(self._id(operation, exchange, family, number), safe=""))
            else:
                steps.append(step)
        return "/".join(steps)

    def _id(self, operation: Operation, exchange: ShapedExchange, family: str, number: int) -> str:
        schema = next((it.schema for it in operation.parameters_in("path")), {})
        if any(breach.part is Part.PATH for breach in exchange.breaches):
            return "!" if schema.get("type") != "integer" else "x"
        if self._is_unknown(exchange):
            return self._id_of_none(operation, schema, number)
        key = family, number
        if key not in self._bound:
            waiting = self._free.get(family, [])
            if not waiting:
                raise SuiteError("the mock has no such record")
            self._bound[key] = waiting.pop()
        return self._bound[key]

    def lacks_references(self, exchange: ShapedExchange) -> list[str]:
        """The lists to ask before a body can refer to records; empty when they are known, or are to be unknown."""
        names = [str(name) for name in exchange.sent.members] if exchange.sent and exchange.succeeded else []
        wanted = [_stem(name) for name in names if name.endswith("Id") and not self._met(name)]
        lists = [it.path for it in self._contract.operations.values() if it.method == "GET" and "{" not in it.path]
        found = (next((path for path in lists if _is_of(path, stem)), "") for stem in wanted)
        return [path for path in dict.fromkeys(found) if path]

    def _met(self, name: str) -> str:
        """The id of a record of the mock that a member such as ``leadId`` can refer to; empty when none is known."""
        free = [ids[-1] for family, ids in self._free.items() if ids and _is_of(family, _stem(name))]
        bound = [id for (family, _), id in self._bound.items() if _is_of(family, _stem(name))]
        return next(iter([*free, *bound[-1:]]), "")

    def _id_of_none(self, operation: Operation, schema: Mapping[str, Any], number: int) -> str:
        """An id of the documented form that no record has."""
        if schema.get("type") == "integer":
            return "2000000000"
        if {"format", "pattern", "minLength", "enum"} & schema.keys():
            return str(self._sampler.value(operation.document, schema))
        return f"none{number}"

    def _query(self, operation: Operation, exchange: ShapedExchange) -> dict[str, str]:
        known = {parameter.name: parameter for parameter in operation.parameters_in("query")}
        broken = {breach.place[0]: breach.keyword for breach in exchange.breaches if breach.part is Part.QUERY}
        found = {}
        for name, shape in exchange.parameters.items():
            schema = known[name].schema if name in known else {}
            if name == "page" and Fact.PAST_THE_END in exchange.facts:
                found[str(name)] = "9999"
            elif name in broken and name in known:
                found[str(name)] = _broken_text(broken[name], schema)
            elif shape.words:
                found[str(name)] = min(shape.words)
            elif schema.get("type") == "integer":
                found[str(name)] = "1" if name == "page" else "10"
            else:
                found[str(name)] = str(self._sampler.value(operation.document, schema)) if schema else "1"
        return found

    def _content(self, operation: Operation, exchange: ShapedExchange) -> bytes | None:
        if exchange.sent is None:
            return None
        breaches = [breach for breach in exchange.breaches if breach.part is Part.BODY]
        value = self._value(operation, operation.body or {}, exchange.sent, breaches)
        if exchange.succeeded and isinstance(value, dict):
            value |= {name: known for name in value if name.endswith("Id") and (known := self._met(name))}
        if operation.body and not breaches and first_problems(operation.document, operation.body, value):
            raise SuiteError("no valid body can be made from its shape")
        return json.dumps(value).encode()

    def _value(self, operation: Operation, schema: Any, shape: Shape, breaches: list[Breach]) -> Any:
        """A value of a shape, valid for its schema but for what the recorded one broke."""
        own = next((breach.keyword for breach in breaches if not breach.place), None)
        if shape.kinds == {Kind.NULL}:
            return None
        if own is not None and own not in (Keyword.REQUIRED, Keyword.UNKNOWN, Keyword.EXTRA):
            return _broken_value(own, schema, shape)
        if Kind.OBJECT in shape.kinds:
            known = operation.document.properties(schema)
            return {
                str(name): self._value(operation, known.get(name, {}), member, _below(breaches, name))
                for name, member in shape.members.items()
                if name != "*"
            }
        if Kind.ARRAY in shape.kinds and shape.items is not None:
            items = operation.document.resolve(schema).get("items", {})
            return [self._value(operation, items, shape.items, _below(breaches, "*"))]
        if shape.words:
            return str(min(shape.words))
        if schema and not breaches:
            return self._sampler.value(operation.document, schema)
        return _OTHERS[min(shape.kinds)]


def _below(breaches: list[Breach], name: str) -> list[Breach]:
    return [Breach(it.part, it.place[1:], it.keyword) for it in breaches if it.place and it.place[0] == name]


def _broken_value(keyword: Keyword, schema: Any, shape: Shape) -> Any:
    if keyword is Keyword.MAX_LENGTH or keyword is Keyword.MIN_LENGTH:
        return "x" * _LENGTHS[max(shape.lengths, default=Size.ONE, key=lambda size: _LENGTHS[size])]
    if keyword is Keyword.MAXIMUM:
        return schema.get("maximum", 2**53) + 1
    if keyword is Keyword.MINIMUM:
        return schema.get("minimum", 0) - 1
    return "no such" if keyword in (Keyword.ENUM, Keyword.PATTERN, Keyword.FORMAT) else _OTHERS[min(shape.kinds)]


def _broken_text(keyword: Keyword, schema: Mapping[str, Any]) -> str:
    if keyword in (Keyword.MAXIMUM, Keyword.MINIMUM):
        return str(_broken_value(keyword, schema, Shape()))
    if keyword is Keyword.MAX_LENGTH:
        return "x" * (int(schema.get("maxLength", 255)) + 1)
    return "" if keyword is Keyword.MIN_LENGTH else "no such"


def _stem(name: str) -> str:
    """The kind of record that a member such as ``leadId`` refers to: ``lead``."""
    return name.removesuffix("Id").lower()


def _is_of(path: str, stem: str) -> bool:
    """Tell whether a list has records of a kind: ``/v1/leads`` has those of ``lead``."""
    return bool(stem) and path.rpartition("/")[2].lower().startswith(stem)


def _family(operation: str) -> str:
    """The path of the list that the records of an operation's path are in: all before its first parameter."""
    return operation.partition(" ")[2].partition("/{}")[0]
