"""How many requests the generator makes for one operation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GenerationDepth:
    """How much is generated. ``examples`` is per operation; 0 means no fuzzing and no chains.

    ``invalid_values``: also values that the document forbids. The scenarios send some of these in any case.
    """

    examples: int
    chains: int
    steps: int = 6
    invalid_values: bool = True
    size: float = 13.0
    """The measured time for one operation, in units of an ordinary scenario, from which a run's end is estimated."""


QUICK = GenerationDepth(examples=0, chains=0, invalid_values=False, size=3.0)
USUAL = GenerationDepth(examples=8, chains=8, size=8.0)
