"""Options of ``pytest --pyargs contracts``. A plugin, because pytest reads options before it looks into packages.

It is loaded wherever the distribution is installed, so it is light, and it adds nothing unless the suite was asked
for: an option called ``--target`` must not get in the way of somebody else's.
"""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    if not any(arg.partition("::")[0].partition(".")[0] == "contracts" for arg in args):
        return
    group = parser.getgroup("contracts", "the contract suite of sophiie-mock")
    group.addoption("--target", default="", metavar="URL", help="what to check; without it the mock is started")
    group.addoption("--contract-mode", default="", choices=["", "full", "safe"], help="what may be sent")
    group.addoption("--contract-spec", default="", metavar="FILE", help="check against this document")
    group.addoption("--contract-seed", default=1, type=int, help="same seed, same requests")
    group.addoption("--contract-quick", action="store_true", help="no fuzzing and no random chains")
