"""The extra ``check``: its parts, and whether they are installed. This is found out without importing any of them."""

from importlib.util import find_spec
from pathlib import Path

NEEDS = ("schemathesis", "hypothesis", "pytest", "openapi_core", "openapi_spec_validator", "requests", "werkzeug")
"""Import names of the packages of the extra ``check``."""
_SOURCE = "git+https://github.com/OWNER/sophiie-mock@COMMIT"


def install(extra: str = "") -> str:
    """The command that installs the package with an extra, from its repository: no package index has it yet."""
    name = f"sophiie-mock[{extra}]" if extra else "sophiie-mock"
    return f'pip install "{name} @ {_SOURCE}"'


def lacking() -> str:
    """The parts of the contract suite that are missing, as a sentence; empty when all are there."""
    missing = [name for name in NEEDS if find_spec(name) is None]
    return f"the contract suite needs {', '.join(missing)}" if missing else ""


def is_our_suite() -> bool:
    """Tell whether ``contracts`` is the suite that came with this package: others may have a package of that name."""
    found = find_spec("contracts")
    return found is not None and found.origin == str(Path(__file__).parents[2] / "contracts" / "__init__.py")
