"""One exchange as a recording keeps it, and a recording as a list of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from contracts.shapes.shape import Shape
from contracts.shapes.vocabulary import HeaderName, MediaType, Name


class Order(StrEnum):
    """How moments follow each other in a list."""

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"
    MIXED = "mixed"


class Fact(StrEnum):
    """Something that is true of an exchange and tells no value of it."""

    TEXT_AS_DOCUMENTED = "text as documented"
    TEXT_OTHER = "another text"
    STATUS_REPEATED = "the body repeats the status"
    STATUS_OTHER = "the body has another status"
    WITHOUT_KEY = "without a key"
    EMPTY_OBJECT_SENT = "an empty object was sent"
    NOT_JSON_SENT = "the body sent was no JSON"
    OTHER_METHOD = "a path of the contract, with a method that it does not have"
    AFTER_DELETE = "a record of the path was deleted before"
    UNKNOWN_RECORD = "no answer before has named the record of the path"
    HOLDS_DELETED = "a deleted record is in the answer"
    LEAVES_OUT_DELETED = "a deleted record that was in it is not"
    HOLDS_OF_DELETED = "a record that belongs to a deleted one is in the answer"
    LEAVES_OUT_OF_DELETED = "no record that belongs to a deleted one is in it any more"
    PAST_THE_END = "a page past the last"
    PAGES_ROUNDED_UP = "as many pages as the items need"
    PAGES_OTHER = "another number of pages"
    NO_PAGE_WHEN_EMPTY = "no page when there is nothing"
    ONE_PAGE_WHEN_EMPTY = "one page when there is nothing"
    DEFINITE_ID = "ids begin as documented"
    OTHER_ID = "ids begin in another way"


class Part(StrEnum):
    """The part of a request that broke a rule of the document."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"


class Keyword(StrEnum):
    """The keyword of JSON Schema that a request broke."""

    REQUIRED = "required"
    TYPE = "type"
    ENUM = "enum"
    CONST = "const"
    MIN_LENGTH = "minLength"
    MAX_LENGTH = "maxLength"
    PATTERN = "pattern"
    FORMAT = "format"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    EXTRA = "additionalProperties"
    UNKNOWN = "unknown"
    """A member or a parameter that the document does not name."""
    OTHER = "other"


@dataclass(frozen=True)
class Breach:
    """A rule of the document that a request broke: where, and which."""

    part: Part
    place: tuple[Name, ...]
    keyword: Keyword

    def __post_init__(self) -> None:
        right = type(self.part) is Part and type(self.keyword) is Keyword and all(type(n) is Name for n in self.place)
        if not right:
            raise TypeError("a breach holds names and keywords only")


@dataclass(frozen=True)
class ShapedExchange:
    """``operation`` is a key of the contract, or empty; ``method`` is one that HTTP knows.

    ``subject`` numbers the records of the path in the order in which they were met: two numbers that are equal are
    the same record, and no number tells its id.
    """

    minute: int
    method: str
    operation: str
    subject: tuple[int, ...]
    status: int
    parameters: Mapping[Name, Shape] = field(default_factory=dict)
    sent_headers: frozenset[HeaderName] = frozenset()
    sent: Shape | None = None
    breaches: tuple[Breach, ...] = ()
    media: MediaType | None = None
    headers: frozenset[HeaderName] = frozenset()
    body: Shape | None = None
    order: Mapping[Name, Order] = field(default_factory=dict)
    facts: frozenset[Fact] = frozenset()
    kept: frozenset[Name] = frozenset()
    """Members that were sent and that the answer shows with the value that was sent."""
    altered: frozenset[Name] = frozenset()
    """Members that were sent and that the answer shows with another value."""
    shared: frozenset[Name] = frozenset()
    """Members that were sent with a value that another record of the collection has."""

    def __post_init__(self) -> None:
        checks = (
            *((self.parameters, Name), (self.sent_headers, HeaderName), (self.headers, HeaderName)),
            *((self.order, Name), (self.order.values(), Order), (self.facts, Fact), (self.breaches, Breach)),
            *(
                (self.kept, Name),
                (self.altered, Name),
                (self.shared, Name),
                (self.subject, int),
                ((self.minute, self.status), int),
            ),
            *((self.parameters.values(), Shape), ([it for it in (self.sent, self.body) if it], Shape)),
            ([it for it in (self.media,) if it], MediaType),
        )
        for values, kind in checks:
            if not all(type(value) is kind for value in values):
                raise TypeError(f"an exchange holds nothing but {kind.__name__} here")

    @property
    def succeeded(self) -> bool:
        """True when the status is 2xx."""
        return 200 <= self.status < 300


@dataclass
class ShapeRecording:
    """Recorded exchanges, with the day and the documents that they were read by (their SHA-256)."""

    day: date
    digests: tuple[str, ...] = ()
    exchanges: list[ShapedExchange] = field(default_factory=list)
    left_out: int = 0
    """Requests that were for no path of the contract and that no error of the API answered."""
