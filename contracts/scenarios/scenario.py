"""A scenario: a directed run of requests about one operation or collection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.scenarios.client import ScenarioClient


@dataclass(frozen=True)
class Scenario:
    """A scenario, named ``topic[subject]``. ``run`` gives its findings to the client, or raises ScenarioSkipped."""

    topic: str
    subject: str
    run: Callable[[ScenarioClient], None]
    also: Sequence[str] = ()
    """Operations that it uses beside its subject: those of the collection, and the list that supplies an id."""
    builds_on: Sequence[str] = ()
    """Names of the scenarios whose effects it examines."""
    size: float = 1.0
    """Its duration, in units of an ordinary scenario, from which the end of a run is estimated."""

    @property
    def name(self) -> str:
        """The name in reports and options: ``pages[GET /v1/leads]``."""
        return f"{self.topic}[{self.subject}]"


def on(function: Callable[..., None], *subject: Any) -> Callable[[ScenarioClient], None]:
    """Bind a function to its subject: ``function(client, *subject)``, for later."""
    return lambda client: function(client, *subject)


def with_ids(
    function: Callable[[ScenarioClient, Any, Sequence[Any]], None],
    subject: Any,
    known: Callable[[ScenarioClient], list[Any]],
    client: ScenarioClient,
) -> None:
    """Bind ``function(client, subject, ids)`` so that the ids are found when the scenario runs."""
    function(client, subject, known(client))
