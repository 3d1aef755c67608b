"""The floors and the nevers of the program, read from its syntax trees; nothing is imported or run.

Each rule is a function from modules to offences. One test shows that the code keeps it, and a sample in
``OFFENDING`` that it can fail. A rule that stands in your way is changed here, with its reason, or not at all.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A module imports from lower floors, or from its own folder. Two folders on one floor know nothing of each other.
FLOORS: Mapping[str, int] = {
    "mock_server": 0,  # the version
    "mock_server.errors": 1,
    "mock_server.support": 2,
    "mock_server.config": 3,
    "mock_server.store": 3,
    "mock_server.spec": 4,
    "mock_server.world": 4,
    "mock_server.event_loop": 5,
    "mock_server.stubbing": 6,
    "mock_server.workspaces": 7,
    "mock_server.webhooks": 8,
    "mock_server.behaviours": 9,
    "mock_server.api": 10,
    "mock_server.simulation": 10,
    "mock_server.cluster": 10,
    "mock_server.admin": 11,
    "mock_server.middleware": 11,
    "mock_server.http_protocol": 11,
    "mock_server.app": 12,
    "mock_server.server": 13,
    "mock_server.cli": 14,
    "mock_server.testing": 14,
    "mock_server.pytest_plugin": 15,
    "mock_server.__main__": 15,
    "contracts": 0,
    "contracts.errors": 1,
    "contracts.spec": 2,
    "contracts.transport": 3,
    "contracts.rules": 4,
    "contracts.options": 5,
    "contracts.shapes": 5,
    "contracts.scenarios": 6,
    "contracts.schemathesis_engine": 6,
    "contracts.real_host": 7,
    "contracts.run": 8,
    "contracts.receiver": 9,
    "contracts.replay": 9,
    "contracts.traffic": 9,
    "contracts.learn": 10,
    "contracts.proxy": 10,
    "contracts.lint": 10,
    "contracts.report": 11,
    "contracts.changes": 12,
    "contracts.verdict": 11,
    "contracts.evidence": 12,
    "contracts.cli": 13,
    "contracts.pytest_workers": 14,
    "contracts.pytest_session": 15,
    "contracts.conftest": 16,
    "contracts.test_contract": 16,
}

# (who, what it may not import, except for)
STRANGERS = (
    ("mock_server.spec", ("mock_server.store",)),
    ("mock_server.store", ("mock_server.spec",)),
    ("mock_server.behaviours", ("starlette", "uvicorn", "httptools", "mock_server.api")),
    # Two modules name one of `contracts` for the plugin manager or the importer, as the suite is an extra that may be
    # missing: mock_server.cli.commands.check its command, mock_server.pytest_plugin its session.
    ("mock_server", ("contracts", "schemathesis", "hypothesis", "openapi_core")),
)
# Mechanics without a meaning of their own, and how a mock is started.
CONTRACTS_MAY_IMPORT = (
    *("mock_server.__version__", "mock_server.config", "mock_server.errors", "mock_server.server"),
    "mock_server.support",
    "mock_server.cli.client",  # a running mock is asked for its journal as every verb asks it
)
# A module → why it names a module of the other package for the importer or the plugin manager.
NAMES_THE_SUITE = {
    "mock_server.cli.commands.check": "the suite is an extra that may be missing",
    "mock_server.testing.receiver": "as above: the check of a receiver is a part of it",
}
# `mock_server.cli.suite_verb` imports the module of the suite that a verb names.

CLOCK_AND_CHANCE = (
    *("time", "random", "secrets", "uuid", "os.urandom", "os.getrandom"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
)
CLOCK_AND_CHANCE_LIVE_IN = ("mock_server.world.clock", "mock_server.world.ids", "mock_server.store")

OUTGOING = (
    *("aiohttp", "http.client", "httpx", "requests", "smtplib", "urllib.request", "urllib3", "xmlrpc.client"),
    *("asyncio.open_connection", "asyncio.open_unix_connection", "socket.create_connection"),
)
OUTGOING_METHODS = ("create_connection", "create_unix_connection", "sock_connect", "connect_ex")
GATES = {
    "mock_server.webhooks.egress_client": OUTGOING,
    "mock_server.cluster.forwarding": ("aiohttp",),  # to the other replicas
    "mock_server.cli.client": ("http.client",),  # the command line's own requests, to a mock and to nothing else
    "mock_server.testing.http_client": ("http.client",),  # the test's own clients, to its own server
    "mock_server.testing.async_handles": ("httpx",),
    "mock_server.testing.sophiie": ("httpx",),
    "mock_server.testing.use_record": ("httpx",),  # the class of answers, to note what is read: opens nothing
    "mock_server.cli.diagnosis": ("urllib.request",),  # asks how proxies are set
    "mock_server.webhooks.failure_reasons": ("aiohttp",),  # names its errors
    "mock_server.webhooks.reply_protocol": (
        "aiohttp",
    ),  # reads what comes back on connections that the egress client opens
    "contracts.transport.guarded_session": OUTGOING,
    "contracts.transport.forwarding": ("http.client", "urllib3"),  # what a client of the proxy has sent, as it was sent
    "contracts.transport.plain_request": ("http.client",),  # what the user named to show a receiver's effects
    "contracts.transport.deadlines": ("http.client", "urllib3"),  # how answers are read; the session opens them
    "contracts.transport.network_errors": (
        "http.client",
        "requests",
        "urllib3.exceptions",
    ),  # what went wrong, by its class: opens nothing
}

SCHEMA_WORDS = ("$ref", "allOf", "anyOf", "oneOf", "properties", "items", "prefixItems", "additionalProperties")

CONTAINERS = ("list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict", "count", "local")
CONTAINER_MODULES = ("", "collections", "itertools", "threading")
MUTATORS = (
    *("add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem"),
    *("popleft", "remove", "reverse", "setdefault", "sort", "update"),
)
REGISTRY = "mock_server.behaviours.registry"  # its table is filled by a decorator while modules load

# "module:function" → why what it keeps is no state. An entry that is no longer needed fails.
CACHES: Mapping[str, str] = {
    "mock_server.spec.regex_samples:_category": "the characters of a class, which never change",
    "mock_server.spec.media_types:parsed": "the parts of a name, which never change",
    "mock_server.api.negotiation:ranges": "the parts of a header, which never change",
    "mock_server.world.calendar:changes": "arithmetic of the calendar",
    "mock_server.world.calendar:_year": "arithmetic of the calendar",
    "mock_server.world.calendar:_day": "arithmetic of the calendar",
    "mock_server.world.fixtures:business": "a file of ours, read once",
    "mock_server.world.fixtures:common": "a file of ours, read once",
    "mock_server.world.fixtures:names": "a file of ours, read once",
    "contracts.report.run_facts:versions": "what is installed",
}

# What stands in the root of a package beside its folders.
ROOTS: Mapping[str, Sequence[str]] = {
    "mock_server": ("__init__", "__main__", "app", "errors", "pytest_plugin", "server"),
    "contracts": (
        *("__init__", "conftest", "errors", "pytest_session", "pytest_workers", "schemathesis_engine"),
        "test_contract",
    ),
}

MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 40  # without the docstring
# "module" or "module:function" → why it has no better cut. An entry that is no longer needed fails.
OVERSIZE: Mapping[str, str] = {}


# --- what a module says of itself -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Module:
    """One source file. ``name`` is dotted, without ``__init__``."""

    name: str
    source: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        return tuple(ast.walk(self.tree))

    @cached_property
    def lines(self) -> Sequence[str]:
        return self.source.splitlines()

    @cached_property
    def imports(self) -> Sequence[tuple[ast.AST, str]]:
        """Each import with each dotted name it brings in: ``from a import b`` gives ``a.b``. ``importlib`` counts."""
        return tuple((node, name) for node in self.nodes for name in self._imported(node))

    def _imported(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Call):
            return _named_for_the_importer(node)
        if not isinstance(node, ast.Import | ast.ImportFrom):
            return iter(())
        origin = "" if isinstance(node, ast.Import) else f"{self._origin(node)}."
        return (f"{origin}{alias.name}" for alias in node.names)

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".")[: None if self.is_package and node.level == 1 else -node.level + self.is_package]
        return ".".join([*package, *([node.module] if node.module else [])])

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What each imported local name stands for."""
        known: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                known |= {
                    a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names
                }
            elif isinstance(node, ast.ImportFrom):
                known |= {a.asname or a.name: f"{self._origin(node)}.{a.name}" for a in node.names}
        return known

    @cached_property
    def uses(self) -> Sequence[tuple[ast.AST, str]]:
        """Dotted names that start with an import, in full, whatever the alias: ``dt.datetime.now``."""
        dotted = ((node, _dotted(node)) for node in self.nodes if isinstance(node, ast.Attribute))
        return tuple(
            (node, ".".join([self.names[path[0]], *path[1:]]))
            for node, path in dotted
            if path and path[0] in self.names
        )

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)} {what}"


def _named_for_the_importer(node: ast.Call) -> Iterator[str]:
    """The module that a call of ``importlib.import_module`` names, or its first part where the rest is computed."""
    if any(_dotted(part)[-1:] == ["import_module"] for part in (node.func, *node.args)):
        for part in node.args:
            text = part.values[0] if isinstance(part, ast.JoinedStr) else part
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value.rstrip(".")


def _dotted(node: ast.expr) -> list[str]:
    """``a.b.c`` as its parts; nothing when it does not start with a plain name."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (path := _dotted(node.value)):
        return [*path, node.attr]
    return []


def within(name: str, places: Iterable[str]) -> bool:
    """Is ``name`` one of the dotted ``places``, or inside one?"""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def discover(package: str) -> list[Module]:
    """Every module of ``package`` in the checkout."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found.append(Module(name, path.read_text(encoding="utf-8"), is_package))
    return found


SERVER = discover("mock_server")
SUITE = discover("contracts")
Rule = Callable[[Sequence[Module]], Iterator[str]]


def place_of(name: str) -> str | None:
    """The row of ``FLOORS`` that a module or an imported name belongs to."""
    parts = name.split(".")
    if len(parts) > 1 and ".".join(parts[:2]) in FLOORS:
        return ".".join(parts[:2])
    return parts[0] if name in ("mock_server", "mock_server.__version__", "contracts") else None


# --- the rules --------------------------------------------------------------------------------------------------


def unplaced(modules: Sequence[Module]) -> Iterator[str]:
    return (f"{module.name} has no floor" for module in modules if place_of(module.name) is None)


def upward_imports(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        here = place_of(module.name)
        for node, name in module.imports:
            there = place_of(name)
            if here is None or there is None or here == there or FLOORS[there] < FLOORS[here]:
                continue
            if here.split(".")[0] != there.split(".")[0]:  # what the suite may import: CONTRACTS_MAY_IMPORT
                continue
            yield module.at(node, f"(floor {FLOORS[here]}) imports {name} (floor {FLOORS[there]})")


def import_cycles(modules: Sequence[Module]) -> Iterator[str]:
    known = {module.name for module in modules}
    edges = {
        module.name: {near for _, name in module.imports if (near := _nearest(name, known)) and near != module.name}
        for module in modules
    }
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> Iterator[str]:
        if name in trail:
            yield " → ".join([*trail[trail.index(name) :], name])
        elif name not in done:
            for other in sorted(edges[name]):
                yield from walk(other, (*trail, name))
            done.add(name)

    for name in sorted(known):
        yield from walk(name, ())


def _nearest(name: str, known: set[str]) -> str | None:
    """``pkg.module.Class`` → ``pkg.module``, if that is a module of ours."""
    return next((near for near in (name, name.rpartition(".")[0]) if near in known), None)


def late_imports(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for function in module.nodes:
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    lines = module.lines[node.lineno - 1 : node.end_lineno]
                    if not any("start-up" in line.partition("#")[2] for line in lines):
                        yield module.at(node, f"imports inside {function.name}()")


def star_imports(modules: Sequence[Module]) -> Iterator[str]:
    return (m.at(node, f"imports {name}") for m in modules for node, name in m.imports if name.endswith(".*"))


def imports_of_strangers(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for who, whom in STRANGERS:
            if within(module.name, [who]):
                for node, name in module.imports:
                    if within(name, whom) and module.name not in NAMES_THE_SUITE:
                        yield module.at(node, f"imports {name}")


def suite_imports_of_the_server(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for node, name in module.imports:
            if within(name, ["mock_server"]) and not within(name, CONTRACTS_MAY_IMPORT):
                yield module.at(node, f"imports {name}")


def schema_walks(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        if within(module.name, ["mock_server.api"]):
            for node in module.nodes:
                if isinstance(node, ast.Constant) and node.value in SCHEMA_WORDS:
                    yield module.at(node, f"says {node.value!r}")


def clocks_and_dice(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        if not within(module.name, CLOCK_AND_CHANCE_LIVE_IN):
            for node, name in (*module.imports, *module.uses):
                if within(name, CLOCK_AND_CHANCE):
                    yield module.at(node, f"uses {name}")


def outgoing_connections(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        allowed = GATES.get(module.name, ())
        for node, name in (*module.imports, *module.uses):
            if within(name, OUTGOING) and not within(name, allowed):
                yield module.at(node, f"uses {name}")
        if allowed is not OUTGOING:
            for node in module.nodes:
                if isinstance(node, ast.Attribute) and node.attr in OUTGOING_METHODS:
                    yield module.at(node, f"calls .{node.attr}")


def mutable_globals(modules: Sequence[Module]) -> Iterator[str]:
    """Mutable class attributes and default arguments are ruff's to find (RUF012, B006)."""
    for module in modules:
        for target, value in _assignments(module.tree.body):
            if isinstance(target, ast.Name) and _is_mutable(value) and not _is_constant(target.id):
                yield module.at(target, f"{target.id} is a mutable module global")
        yield from (module.at(n, f"rebinds {', '.join(n.names)}") for n in module.nodes if isinstance(n, ast.Global))
        yield from (module.at(function, "keeps a cache") for key, function in caches([module]) if key not in CACHES)
        if module.name != REGISTRY:
            yield from (
                module.at(n, f"changes {name}") for n in module.nodes for name in _changed(n) if _is_constant(name)
            )


def caches(modules: Iterable[Module]) -> Iterator[tuple[str, ast.AST]]:
    """Each function under ``@cache`` or ``@lru_cache``: (key for ``CACHES``, its node)."""
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef):
                marks = (mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list)
                if any(_dotted(mark)[-1:] in (["cache"], ["lru_cache"]) for mark in marks):
                    yield f"{module.name}:{node.name}", node


def _assignments(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Assignments of a module body, also below ``if``, ``try`` and ``with``, never those of a function or a class."""
    for node in body:
        if isinstance(node, ast.Assign):
            yield from ((target, node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield node.target, node.value
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            inner = [statement for statement in ast.iter_child_nodes(node) if isinstance(statement, ast.stmt)]
            handled = [s for handler in getattr(node, "handlers", ()) for s in handler.body]
            yield from _assignments([*inner, *handled])


def _is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        path = _dotted(value.func)
        return bool(path) and path[-1] in CONTAINERS and ".".join(path[:-1]) in CONTAINER_MODULES
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _is_constant(name: str) -> bool:
    return bool(re.fullmatch(r"_?[A-Z][A-Z0-9_]*|__all__", name))


def _changed(node: ast.AST) -> Iterator[str]:
    """Names whose content a statement changes: ``X[k] = v``, ``del X[k]``, ``X += …``, ``X.append(…)``."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        yield from _dotted(node.value)[-1:]
    elif isinstance(node, ast.AugAssign):
        yield from _dotted(node.target)[-1:]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        yield from _dotted(node.func.value)[-1:]


def asserts(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        if not module.name.rpartition(".")[2].startswith("test_"):
            yield from (module.at(node, "asserts") for node in module.nodes if isinstance(node, ast.Assert))


def sizes(modules: Iterable[Module]) -> Iterator[tuple[str, str]]:
    """Everything over its limit: (key for ``OVERSIZE``, sentence)."""
    for module in modules:
        if len(module.lines) > MAX_MODULE_LINES:
            yield module.name, f"{module.name} has {len(module.lines)} lines"
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (n := _length(node)) > MAX_FUNCTION_LINES:
                yield f"{module.name}:{node.name}", module.at(node, f"{node.name}() has {n} lines")


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    said = function.body[0] if ast.get_docstring(function) else None
    docstring = (said.end_lineno or 0) - said.lineno + 1 if said else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def oversized(modules: Sequence[Module]) -> Iterator[str]:
    return (sentence for key, sentence in sizes(modules) if key not in OVERSIZE)


# --- the code keeps them ----------------------------------------------------------------------------------------


def kept(rule: Rule, modules: Sequence[Module], remedy: str) -> None:
    offences = list(rule(modules))
    assert not offences, "\n  ".join([remedy, *offences])


def test_every_module_stands_on_a_floor() -> None:
    kept(
        unplaced,
        [*SERVER, *SUITE],
        "Add the module to FLOORS (and to ARCHITECTURE.md), as low as what it imports allows:",
    )


def test_imports_go_downward_only() -> None:
    kept(upward_imports, [*SERVER, *SUITE], "Move the shared part down, or pass it in from above:")


def test_no_modules_import_each_other_in_a_circle() -> None:
    kept(import_cycles, [*SERVER, *SUITE], "Put what both need in a module below both:")


def test_functions_import_nothing_except_for_start_up_time() -> None:
    kept(late_imports, [*SERVER, *SUITE], "Import at the top, or say what it saves in a comment with 'start-up':")


def test_nothing_is_imported_by_star() -> None:
    kept(star_imports, [*SERVER, *SUITE], "Name what you import:")


def test_rooms_that_must_not_know_each_other_do_not() -> None:
    kept(imports_of_strangers, SERVER, "See STRANGERS; pass values, not the other room's objects:")


def test_the_suite_judges_without_the_servers_own_rules() -> None:
    kept(suite_imports_of_the_server, SUITE, f"Contracts may import only {', '.join(CONTRACTS_MAY_IMPORT)}:")


def test_the_api_leaves_schemas_to_spec() -> None:
    kept(schema_walks, SERVER, "Ask mock_server.spec for it, compiled at start:")


def test_clock_and_chance_come_from_the_world() -> None:
    kept(clocks_and_dice, SERVER, "Take time from world.clock and identifiers from world.ids, so tests can set both:")


def test_connections_leave_through_the_gates_only() -> None:
    kept(outgoing_connections, [*SERVER, *SUITE], f"Go through {' or '.join(GATES)}:")


def test_modules_hold_no_state() -> None:
    kept(mutable_globals, [*SERVER, *SUITE], "Keep state in the store or in an object; freeze or CAPITALISE constants:")


def test_checks_do_not_vanish_under_optimisation() -> None:
    kept(asserts, [*SERVER, *SUITE], "Raise an exception with a message; python -O drops assert:")


def test_modules_and_functions_stay_small() -> None:
    kept(oversized, [*SERVER, *SUITE], "Look for the noun it lacks; or give a reason in OVERSIZE:")


def test_every_excuse_is_still_needed() -> None:
    modules = {module.name: module for module in [*SERVER, *SUITE]}
    assert not OVERSIZE.keys() - {key for key, _ in sizes(modules.values())}, "take these out of OVERSIZE"
    assert not CACHES.keys() - {key for key, _ in caches(modules.values())}, "take these out of CACHES"
    for name, allowed in GATES.items():
        module = modules[name]
        used = {use for _, use in (*module.imports, *module.uses)}
        needed = OUTGOING if allowed is OUTGOING else allowed
        unused = [place for place in needed if not any(within(use, [place]) for use in used)]
        assert allowed is OUTGOING or not unused, f"{name} does not use {unused}: take it out of GATES"
    for name in NAMES_THE_SUITE:
        assert any(within(use, ["contracts"]) for _, use in modules[name].imports), f"{name}: NAMES_THE_SUITE"


@pytest.mark.parametrize("package", ROOTS)
def test_the_root_holds_only_the_modules_that_are_named(package: str) -> None:
    assert sorted(path.stem for path in (ROOT / package).glob("*.py")) == sorted(ROOTS[package])


# --- and each of them can fail ----------------------------------------------------------------------------------

LONG_FUNCTION = "def f():\n" + "    pass\n" * MAX_FUNCTION_LINES

OFFENDING: Sequence[tuple[Rule, str, str]] = (
    (unplaced, "mock_server.utils", ""),
    (upward_imports, "mock_server.spec.document", "from mock_server.world.clock import Clock"),
    (upward_imports, "mock_server.spec.document", "from ..world import clock"),
    (upward_imports, "mock_server.errors", "import mock_server.config.paths"),
    (upward_imports, "mock_server.admin.seed", "from mock_server.middleware import trusted_host"),
    (import_cycles, "mock_server.spec.a", "from mock_server.spec import b"),
    (import_cycles, "mock_server.spec.a", "from .b import B"),
    (late_imports, "mock_server.app", "def f():\n    import json"),
    (late_imports, "mock_server.app", "async def f():\n    from json import loads  # for speed"),
    (star_imports, "mock_server.app", "from mock_server.errors import *"),
    (imports_of_strangers, "mock_server.store.sqlite_log", "from mock_server.spec.resources import Family"),
    (imports_of_strangers, "mock_server.behaviours.crud", "from starlette.requests import Request"),
    (imports_of_strangers, "mock_server.app", "import schemathesis"),
    (suite_imports_of_the_server, "contracts.rules.bodies", "from mock_server.spec import schema"),
    (suite_imports_of_the_server, "contracts.rules.bodies", "import mock_server"),
    (schema_walks, "mock_server.api.error_bodies", "def f(schema): return schema['properties']"),
    (clocks_and_dice, "mock_server.app", "import time"),
    (clocks_and_dice, "mock_server.app", "from uuid import uuid4"),
    (clocks_and_dice, "mock_server.app", "from datetime import datetime\nnow = datetime.now()"),
    (clocks_and_dice, "mock_server.app", "import datetime as dt\nnow = dt.date.today"),
    (clocks_and_dice, "mock_server.app", "import os\nkey = os.urandom(8)"),
    (outgoing_connections, "mock_server.admin.seed", "import aiohttp"),
    (outgoing_connections, "mock_server.webhooks.dispatcher", "import urllib.request"),
    (outgoing_connections, "mock_server.server", "from http import client"),
    (outgoing_connections, "contracts.transport.target", "import socket\nsocket.create_connection(('h', 1))"),
    (outgoing_connections, "mock_server.server", "async def f(loop): await loop.create_connection()"),
    (mutable_globals, "mock_server.app", "cache = {}"),
    (mutable_globals, "mock_server.app", "seen: set[str] = set()"),
    (mutable_globals, "mock_server.app", "if True:\n    ids = itertools.count()"),
    (mutable_globals, "mock_server.app", "TABLE = {}\ndef f(): TABLE['a'] = 1"),
    (mutable_globals, "mock_server.app", "from x import TABLE\nTABLE.append(1)"),
    (mutable_globals, "mock_server.app", "import x\ndef f(): del x.TABLE['a']"),
    (mutable_globals, "mock_server.app", "n = 0\ndef f():\n    global n\n    n = 1"),
    (mutable_globals, "mock_server.app", "@lru_cache(maxsize=8)\ndef f(x): return x"),
    (upward_imports, "mock_server.spec.document", "import importlib\nimportlib.import_module('mock_server.world.ids')"),
    (upward_imports, "contracts.rules.bodies", "from contracts.run import runner"),
    (imports_of_strangers, "mock_server.app", "import importlib\nimportlib.import_module('contracts.cli')"),
    (asserts, "contracts.rules.bodies", "def f(x): assert x"),
    (oversized, "mock_server.app", "\n" * (MAX_MODULE_LINES + 1)),
    (oversized, "mock_server.app", LONG_FUNCTION),
)
PARTNER = Module("mock_server.spec.b", "from mock_server.spec.a import A")


def labels(samples: Sequence[tuple[Rule, str, str]]) -> list[str]:
    return [f"{rule.__name__}-{source.strip().rpartition(chr(10))[2]}" for rule, _, source in samples]


@pytest.mark.parametrize(("rule", "name", "source"), OFFENDING, ids=labels(OFFENDING))
def test_a_rule_notices_an_offender(rule: Rule, name: str, source: str) -> None:
    assert list(rule([Module(name, source), PARTNER]))


INNOCENT: Sequence[tuple[Rule, str, str]] = (
    (upward_imports, "mock_server.spec.document", "from mock_server import __version__\nfrom .schema import Schema"),
    (late_imports, "mock_server.cli.commands.serve", "def f():\n    import uvicorn  # start-up: 80 ms for other verbs"),
    (
        suite_imports_of_the_server,
        "contracts.transport.target",
        "from mock_server.config import paths\nimport mock_server.server",
    ),
    (schema_walks, "mock_server.api.error_bodies", "def f(d): return sorted(d.items())"),
    (clocks_and_dice, "mock_server.app", "from datetime import datetime\ndef f(clock): return clock.now()"),
    (clocks_and_dice, "mock_server.world.clock", "import time\nnow = time.time()"),
    (outgoing_connections, "mock_server.webhooks.egress_client", "import socket\nsocket.create_connection"),
    (outgoing_connections, "mock_server.webhooks.failure_reasons", "import aiohttp"),
    (mutable_globals, "mock_server.app", "TABLE = {'a': 1}\n_NAMES = [1]\n__all__ = ['x']"),
    (mutable_globals, "mock_server.app", "def f():\n    seen = set()\n    seen.add(1)"),
    (mutable_globals, "mock_server.app", "class A:\n    def f(self): self.rows['a'] = 1"),
    (mutable_globals, REGISTRY, "TABLE = {}\ndef register(f): TABLE[f] = f"),
    (asserts, "contracts.test_bodies", "def test_f(): assert True"),
    (oversized, "mock_server.app", 'def f():\n    """' + "long\n" * 60 + '"""\n    return 1'),
)


@pytest.mark.parametrize(("rule", "name", "source"), INNOCENT, ids=labels(INNOCENT))
def test_a_rule_leaves_the_innocent_alone(rule: Rule, name: str, source: str) -> None:
    assert not list(rule([Module(name, source)]))


def test_the_walk_sees_the_modules_there_are() -> None:
    assert {"mock_server", "mock_server.errors", "contracts"} <= {module.name for module in [*SERVER, *SUITE]}
