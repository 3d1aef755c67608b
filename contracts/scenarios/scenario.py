"""A scenario is one directed run about one operation or collection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.scenarios.client import ScenarioClient


@dataclass(frozen=True)
class Scenario:
    """``topic[subject]`` is its name; ``run`` gives what it finds to the client, or raises ScenarioSkipped."""

    topic: str
    subject: str
    run: Callable[[ScenarioClient], None]
    also: Sequence[str] = ()
    """Operations that it asks beside its subject, those of its collection, and the list that an item's id is from."""
    builds_on: Sequence[str] = ()
    """Names of the scenarios whose traces it looks at."""
    size: float = 1.0
    """How long it takes, an ordinary one being 1: for the time that is left to be foretold."""

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
    """Call ``function(client, subject, ids)`` with ids found when the scenario runs."""
    function(client, subject, known(client))
