"""The folders of the contract and the fixtures, and the file of a session. No other module knows where they are.

In a checkout they are the top-level folders ``openapi/`` and ``fixtures/``; in a wheel they are packed inside
the package (both names belong to other distributions, so they cannot be import packages of ours).
"""

from pathlib import Path

_PACKED = Path(__file__).parent.parent / "_data"
_ROOT = _PACKED if _PACKED.is_dir() else Path(__file__).parents[2]

OPENAPI = _ROOT / "openapi"
"""Folder of the contract: ``v1.yaml``, ``zapier.yaml``, ``gaps.yaml``."""

FIXTURES = _ROOT / "fixtures"
"""Folder of the world's raw material."""

RUN_FILE = "sophiie-mock.run.json"
"""The file of the requests of a pytest session, in the root folder of its tests. It has the form of a journal."""


def is_ours(path: Path) -> bool:
    """Tell whether a file came with the program."""
    return OPENAPI in path.parents or FIXTURES in path.parents
