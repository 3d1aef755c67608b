"""The key of a request as curl sends it, in the place that the document names: not always a bearer header."""

from collections.abc import Sequence

from contracts.spec.security import BEARER, Scheme

_PREFIX = "Bearer "


def key_words(authorization: str, schemes: Sequence[Scheme]) -> list[tuple[str, str]]:
    """The flags of curl, with their values, for a key that is not in a bearer header; none for a bearer header."""
    if not authorization.startswith(_PREFIX) or not schemes or set(schemes) == {BEARER}:
        return []
    return [_word(scheme, authorization.removeprefix(_PREFIX)) for scheme in schemes]


def _word(scheme: Scheme, key: str) -> tuple[str, str]:
    if scheme.place == "query":
        return "--url-query", f"{scheme.name}={key}"
    if scheme.place == "cookie":
        return "-b", f"{scheme.name}={key}"
    if scheme.word.lower() == "basic":
        return "-u", f"{key}:"
    return "-H", f"{scheme.name}: {scheme.word} {key}".replace(":  ", ": ")
