"""The only texts that a recording may hold: names of members and headers, and words of closed sets.

Each is a class of its own that refuses what is not of its form. A value of an account cannot be put into a recording
by mistake, because no part of it takes a plain text.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from contracts.spec.document import Contract
from contracts.spec.member_names import is_identifier

ANY_NAME = "*"
"""The name that stands for every name that may be somebody's data."""

_NAME = re.compile(r"\*|[A-Za-z_$@#][\w.$@#:/+\[\]-]{0,127}", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,31}")
_HEADER = re.compile(r"[a-z][a-z0-9-]{0,47}")
_MEDIA = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_PRIVATE = (
    *("name", "address", "suburb", "street", "city", "line", "email", "mail", "phone", "mobile"),
    *("text", "message", "body", "subject", "summary", "title", "label", "description", "note", "content", "question"),
    *("answer", "url", "website", "instructions", "transcript", "comment", "postcode", "id"),
)
_STEPS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class _Formed(str):
    """A text of a given form. Raises ValueError, which does not repeat the text."""

    __slots__ = ()
    form: re.Pattern[str]

    def __new__(cls, text: str) -> "_Formed":
        if not cls.form.fullmatch(text):
            raise ValueError(f"not of the form of a {cls.__name__}")
        return super().__new__(cls, text)


class Name(_Formed):
    """The name of a member or a parameter, or ``*`` for any."""

    __slots__ = ()
    form = _NAME


class Word(_Formed):
    """One word of a set that the contract lists, or that a gap asks for."""

    __slots__ = ()
    form = _WORD


class HeaderName(_Formed):
    """The name of a header field, in lower case."""

    __slots__ = ()
    form = _HEADER


class MediaType(_Formed):
    """A media type without parameters."""

    __slots__ = ()
    form = _MEDIA


def is_private(name: str) -> bool:
    """Tell whether a member's name says that its texts are names, addresses or prose: none is ever a word."""
    return any(step.lower() in _PRIVATE for step in _STEPS.findall(name))


def is_kept(name: str) -> bool:
    """Tell whether a recording can hold a documented name; one of another form is kept as ``*``."""
    return bool(_NAME.fullmatch(name))


class Vocabulary:
    """The names that one contract has itself. ``asked`` maps an operation to the members whose words a gap asks for."""

    def __init__(self, contract: Contract, asked: Mapping[str, Collection[str]]) -> None:
        self._words, self.asked = contract.words, asked

    def name(self, text: str, known: Collection[str], *, closed: bool) -> Name:
        """The name of a member; of one that the document lacks only where objects have names that programmers gave.

        ``closed``: the object is one with named members, and no map whose keys are data.
        """
        documented = text in known or text in self._words
        shown = documented or (closed and is_identifier(text))
        return Name(text) if shown and _NAME.fullmatch(text) else Name(ANY_NAME)

    def knows(self, text: str) -> bool:
        """Tell whether the document itself has a name or a word, at whatever place."""
        return text in self._words

    def asks_for_words(self, operation: str, name: str) -> bool:
        """Tell whether a gap asks which words stand in a member of this name."""
        return name in self.asked.get(operation, ()) or name in self.asked.get("*", ())

    @staticmethod
    def word(text: str) -> Word | None:
        """The text as a word; None for one of another form."""
        return Word(text) if _WORD.fullmatch(text) else None


def header_names(headers: Mapping[str, Any]) -> frozenset[HeaderName]:
    """The names of headers that are of the usual form."""
    return frozenset(HeaderName(name) for name in map(str.lower, headers) if _HEADER.fullmatch(name))


def media_type(text: str) -> MediaType | None:
    """A media type of the usual form; None for what is none."""
    return MediaType(text) if _MEDIA.fullmatch(text) else None
