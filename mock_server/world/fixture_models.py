"""The shapes of the raw material: what a business sells, what people say about it, and who they are.

Read from ``fixtures/`` by :mod:`mock_server.world.fixtures`; frozen, since every world shares them. Most are named
tuples: a frozen dataclass takes half a millisecond of each start to be made, a named tuple a tenth of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from mock_server.world.calendar import DAY

Lines = tuple[str, ...]


class FollowUpAnswer(NamedTuple):
    """A customer's answer to a follow-up question, the fact noted from it, and whether it makes the job urgent."""

    spoken: str
    fact: str
    urgent: bool = False


class TimePreference(NamedTuple):
    """When a visit suits: the words, the fact noted, the hours it may start in, and the weekday that is out."""

    spoken: str
    fact: str
    hours: tuple[int, int] = (0, DAY)
    without: int | None = None


class Topic(NamedTuple):
    """The subject of a conversation. With a ``service`` it is a job; without, it is about an earlier contact."""

    key: str
    about: str
    tag: str
    weight: int
    open: Lines
    subject: Lines
    slots: tuple[tuple[str, Lines], ...]
    service: str | None = None
    words: frozenset[str] = frozenset()
    answers: tuple[tuple[FollowUpAnswer, ...], ...] = ()
    needs: str = ""
    effect: str = ""
    outbound: bool = False
    fact: str = ""
    reply: Lines = ()
    agree: Lines = ()
    settled: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the catalogue; ``index`` is its place in it."""

    index: int
    name: str
    category: str
    minutes: int
    about: str
    questions: Lines
    active: bool


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person of the team; ``crew`` attend visits."""

    index: int
    role: str
    first: str
    last: str
    position: str
    responsibility: str
    phone: str
    duty: str

    @property
    def email(self) -> str:
        """Their address at work."""
        return f"{self.first}.{self.last}@example.org".lower().replace(" ", "").replace("'", "")


class Business(NamedTuple):
    """A business and what people talk to it about. ``raw`` is the file, for what only the catalogue needs."""

    key: str
    name: str
    mailbox: str
    zone: str
    state: str
    area: int
    hours: tuple[tuple[tuple[int, int], ...], ...]
    """For each weekday the open slots as local milliseconds of the day."""
    team: tuple[TeamMember, ...]
    services: tuple[Service, ...]
    topics: tuple[Topic, ...]
    raw: Mapping[str, Any]

    def service(self, name: str) -> Service:
        """The service of that name; StopIteration when it sells none, which the fixtures' test excludes."""
        return next(service for service in self.services if service.name == name)


class Common(NamedTuple):
    """Phrases, verbs and follow-up topics that every business shares."""

    phrases: Mapping[str, Lines]
    preferences: tuple[TimePreference, ...]
    urgent_preferences: tuple[TimePreference, ...]
    verbs: Mapping[str, str]
    lead_tags: Mapping[str, str | None]
    followups: tuple[Topic, ...]


class Names(NamedTuple):
    """Given names, family names, kinds of trading names, streets and suburbs by state."""

    given: Lines
    family: Lines
    trading: Lines
    streets: Lines
    kinds: Lines
    suburbs: Mapping[str, tuple[tuple[str, str], ...]]
