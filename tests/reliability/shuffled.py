"""A plugin for pytest (``-p shuffled``): the tests of a run in the random order that SHUFFLE numbers."""

import os
import random

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    random.Random(os.environ["SHUFFLE"]).shuffle(items)
