"""Runs the suite with every text of its scenarios and rules reworded, and prints the keys of what it finds.

    python tests/contracts/rewording.py URL WORD…

A text is what a person reads: words with blanks between them. Names, paths and values stay as they are.
"""

import ast
import importlib.abc
import importlib.machinery
import json
import re
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

MODULES = ("contracts.scenarios.", "contracts.rules.", "contracts.real_host.", "contracts.spec.")
MARK = "reworded"
_TEXT = re.compile(r"[a-z]{2,}[,:]? [a-z]{2,}|^ [a-z]{2,}|[a-z]{2,}[,:]? $")
_VALUES = ("Bearer ", "Basic ")


class _Rewording(ast.NodeTransformer):
    """Adds a word to each text."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str) and _TEXT.search(node.value) and not node.value.startswith(_VALUES):
            return ast.copy_location(ast.Constant(f"{node.value} {MARK} "), node)
        return node


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> Any:
        """Compile the reworded source; what was compiled before has the old words."""
        tree = _Rewording().visit(ast.parse(self.get_data(self.path)))
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if fullname.startswith(MODULES) and spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin)
        return spec


def found(url: str, only: Sequence[str]) -> list[tuple[list[str], str]]:
    """The key of each finding of a run, with a text of it."""
    from contracts.options.options import Options
    from contracts.run.run_plan import RunPlan
    from contracts.run.session import RunSession, make_run
    from contracts.spec.document import load
    from contracts.transport.target import named

    options = Options(only=tuple(only), without=("engine",))
    findings = make_run(RunSession(RunPlan.of(load(), named(url, ""), options))).findings
    return sorted((list(finding.key), finding.expected) for finding in findings)


if __name__ == "__main__":
    sys.meta_path.insert(0, _Finder())
    print(json.dumps(found(sys.argv[1], sys.argv[2:])))
