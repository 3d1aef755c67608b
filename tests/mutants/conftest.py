"""The modules of this folder import each other by their names: it is a workshop beside the suite, not a package.

A mock whose defects can be changed is started once for each file of tests.
"""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from wrapper import Defects, bench

from contracts.spec.document import Contract, load
from contracts.transport.target import Target


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


@pytest.fixture(scope="module")
def defects() -> Defects:
    return Defects()


@pytest.fixture(scope="module")
def target(defects: Defects) -> Generator[Target, None, None]:
    with bench(defects) as target:
        yield target
