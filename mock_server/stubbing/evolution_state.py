"""The evolutions of one workspace: what a test asks for, and what has failed already."""

from dataclasses import dataclass, field

from mock_server.config.evolutions import Evolutions


@dataclass(slots=True)
class EvolutionState:
    """``asked`` is what the answers of the workspace get; None leaves it to the server.

    ``outages`` are the URLs of which a GET has failed once, where an evolution asks for it.
    """

    asked: Evolutions | None = None
    outages: set[tuple[bytes, bytes]] = field(default_factory=set)
