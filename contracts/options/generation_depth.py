"""How much the generator makes for one operation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GenerationDepth:
    """How much is generated. ``examples`` per operation; no fuzzing and no chains when 0.

    ``invalid_values``: also what the document forbids. The directed runs send some such bodies and queries too.
    """

    examples: int
    chains: int
    steps: int = 6
    invalid_values: bool = True
    size: float = 13.0
    """How long it takes for one operation, in directed runs: measured, for the time that is left to be foretold."""


QUICK = GenerationDepth(examples=0, chains=0, invalid_values=False, size=3.0)
USUAL = GenerationDepth(examples=8, chains=8, size=8.0)
