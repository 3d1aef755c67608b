"""Which field of a record is its id: the one that the path of an item names, whatever it is called."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mock_server.spec.names import plain

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_USUAL = ("id", "_id", "uuid", "guid", "gid", "sid", "uid", "token", "key", "slug", "code", "ref", "reference")
_NAMING = ("name", "number")  # they tell records apart where nothing better does


def id_field(parameter: str, fields: Iterable[str], word: str) -> str:
    """The field of a record of the kind ``word`` that a path parameter names; nothing where there is none.

    ``task_gid`` is ``gid``, ``cardToken`` is ``token``, ``Sid`` is ``sid``, and ``customer`` the id of a customer.
    """
    spelt: dict[str, str] = {}
    for name in fields:
        spelt.setdefault(plain(name), name)
    return next((spelt[it] for it in _readings(parameter, word, spelt) if it in spelt), "")


def _readings(parameter: str, word: str, spelt: Mapping[str, str]) -> Iterator[str]:
    """Plain names that the parameter may mean, the likeliest first."""
    words = [part.lower() for part in _WORDS.findall(parameter)]
    yield plain(parameter)
    if words and words[-1] not in _NAMING:
        yield words[-1]
    for usual in _USUAL:
        yield from (plain(usual), plain(f"{word}{usual}"))
    yield from _NAMING if parameter else ()


def id_fields(parameters: Sequence[str], fields: Sequence[str], word: str) -> tuple[str, ...]:
    """The fields that the parameters at the end of an item's path name; empty where they do not all name another."""
    found = tuple(id_field(name, fields, word) for name in parameters)
    return found if all(found) and len(set(found)) == len(found) else ()
