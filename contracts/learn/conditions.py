"""Conditions on one recorded exchange, as the probes of ``openapi/gaps.yaml`` write them.

A condition is a verb with its arguments; several, separated by commas, must all hold. ``not`` before one turns it
around, and ``a|b`` as an argument is either. The head of ``gaps.yaml`` lists the verbs.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from contracts.shapes.exchanges import Breach, Fact, ShapedExchange
from contracts.shapes.shape import Shape
from contracts.shapes.text_classes import Kind

Agrees = Callable[[ShapedExchange, str], bool]
Condition = Callable[[ShapedExchange, Agrees], bool]
_Verb = Callable[[ShapedExchange, list[list[str]]], bool]
_PATH_UNKNOWN = "unknown"


def parse_conditions(text: str) -> Condition:
    """One condition that holds when all of a text's do. Raises ValueError for an unknown verb or name."""
    parts = [_parse(part.strip()) for part in text.split(",")]
    return lambda exchange, agrees: all(part(exchange, agrees) for part in parts)


def _parse(text: str) -> Condition:
    verb, *words = text.split()
    if verb == "not":
        inner = _parse(" ".join(words))
        return lambda exchange, agrees: not inner(exchange, agrees)
    if verb == "agrees":
        return lambda exchange, agrees: all(agrees(exchange, word) for word in words or [""])
    if verb not in _VERBS:
        raise ValueError(f"no condition `{verb}`")
    arguments = [word.split("|") for word in words]
    if verb == "fact":
        unknown = [name for group in arguments for name in group if name not in Fact.__members__]
        if unknown:
            raise ValueError(f"no fact `{unknown[0]}`")
    check = _VERBS[verb]
    return lambda exchange, agrees: check(exchange, arguments)


def _status(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    status = str(exchange.status)
    return any(status == one or (one.endswith("xx") and status[0] == one[0]) for group in arguments for one in group)


def _fact(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return all(any(Fact[name] in exchange.facts for name in group) for group in arguments)


def _method(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return exchange.method in arguments[0]


def _path(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    is_known = bool(exchange.operation) or Fact.OTHER_METHOD in exchange.facts
    return is_known != (arguments[0][0] == _PATH_UNKNOWN)


def _sent(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    members = exchange.sent.members if exchange.sent is not None else {}
    return all(any(name in members for name in group) for group in arguments)


def _unsent(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return exchange.sent is not None and not any(_sent(exchange, [group]) for group in arguments)


def _sent_null(exchange: ShapedExchange, _: list[list[str]]) -> bool:
    members = exchange.sent.members if exchange.sent is not None else {}
    return any(shape.kinds == {Kind.NULL} for shape in members.values())


def _sent_size(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    member = exchange.sent.at(arguments[0]) if exchange.sent is not None else None
    return member is not None and bool({*map(str, member.lengths)} & {*arguments[1]})


def _sent_header(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return any(name in exchange.sent_headers for group in arguments for name in group)


def _query(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return all(any(name in exchange.parameters for name in group) for group in arguments)


def _kept(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    if not arguments:
        return exchange.sent is not None and not exchange.altered
    return all(any(name in exchange.kept for name in group) for group in arguments)


def _shares(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return all(any(name in exchange.shared for name in group) for group in arguments)


def _kept_null(exchange: ShapedExchange, _: list[list[str]]) -> bool:
    members = exchange.sent.members if exchange.sent is not None else {}
    nulls = {name for name, shape in members.items() if shape.kinds == {Kind.NULL}}
    return not nulls & exchange.altered


def _broke(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    """``broke PART PLACE KEYWORD``, each of them ``*`` or left out for any."""
    return any(_fits(breach, arguments) for breach in exchange.breaches)


def _broke_only(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return bool(exchange.breaches) and all(_fits(breach, arguments) for breach in exchange.breaches)


def _fits(breach: Breach, arguments: list[list[str]]) -> bool:
    part, place, keyword = [*arguments, ["*"], ["*"], ["*"]][:3]
    fits_place = place == ["*"] or any(step in breach.place for step in place)
    return fits_place and all(
        wanted == ["*"] or got in wanted for wanted, got in ((part, breach.part), (keyword, breach.keyword))
    )


def _broke_nothing(exchange: ShapedExchange, _: list[list[str]]) -> bool:
    return not exchange.breaches


def _header(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return any(name in exchange.headers for group in arguments for name in group)


def _has(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return exchange.body is not None and all(
        any(exchange.body.at(place.split("/")) is not None for place in group) for group in arguments
    )


def _type(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    member = exchange.body.at(arguments[0][0].split("/")) if exchange.body is not None else None
    return member is not None and {*map(str, member.kinds)} <= {*arguments[1]}


def _count(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    place = [step for step in arguments[0][0].split("/") if step != "."]
    member = exchange.body.at(place) if exchange.body is not None else None
    return member is not None and bool(member.counts) and {*map(str, member.counts)} <= {*arguments[1]}


def _order(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    wanted = " ".join(word for group in arguments[1:] for word in group)
    return any(wanted in ("", order) for name, order in exchange.order.items() if name in arguments[0])


def words_at(shape: Shape | None, names: list[str], own: str = "") -> Iterator[str]:
    """Every word that a shape has in members of these names, however deep they lie."""
    if shape is None:
        return
    if own in names:
        yield from map(str, shape.words)
    yield from words_at(shape.items, names, own)
    for name, member in shape.members.items():
        yield from words_at(member, names, str(name))


def _worded(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return any(True for _ in words_at(exchange.body, arguments[0]))


def _words(exchange: ShapedExchange, arguments: list[list[str]]) -> bool:
    return {*words_at(exchange.body, arguments[0])} <= {*arguments[1]}


_VERBS: Mapping[str, _Verb] = MappingProxyType(
    {
        "status": _status,
        "fact": _fact,
        "method": _method,
        "path": _path,
        "sent": _sent,
        "unsent": _unsent,
        "sent-null": _sent_null,
        "sent-size": _sent_size,
        "sent-header": _sent_header,
        "query": _query,
        "kept": _kept,
        "kept-null": _kept_null,
        "shares": _shares,
        "broke": _broke,
        "broke-only": _broke_only,
        "broke-nothing": _broke_nothing,
        "header": _header,
        "has": _has,
        "type": _type,
        "count": _count,
        "order": _order,
        "worded": _worded,
        "words": _words,
    }
)
