"""What not every system has is used behind a look whether it is there: Windows has no alarm and no user number."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [*(ROOT / "mock_server").rglob("*.py"), *(ROOT / "contracts").rglob("*.py")]
LACKING = {
    "signal": {"SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGPIPE", "setitimer", "alarm", "pthread_kill"},
    "os": {
        *("getuid", "geteuid", "getgid", "fork", "killpg", "setsid", "getpgid", "mkfifo", "fchown", "chown", "wait4"),
        *(
            "O_NOFOLLOW",
            "O_CLOEXEC",
            "O_DIRECTORY",
            "O_NONBLOCK",
            "uname",
            "getloadavg",
            "sched_getaffinity",
            "WNOHANG",
        ),
    },
    "socket": {"AF_UNIX", "SO_REUSEPORT", "MSG_DONTWAIT", "SO_EXCLUSIVEADDRUSE"},
    "time": {"tzset", "clock_gettime"},
}
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "uvloop", "syslog", "msvcrt", "winreg"}
LOOKS = ("hasattr", "getattr", "sys.platform", "os.name")


def unguarded(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of what is used without a look, in its function or around its import, whether it is there."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        name = _lacking(node)
        if name and not any(_looks(above) for above in _above(node, parents)):
            yield getattr(node, "lineno", 0), name


def _may_lack(text: str) -> bool:
    """Tell from the text alone whether a file is worth parsing."""
    used = re.finditer(r"\b(signal|os|socket|time)\.(\w+)", text)
    imported = re.finditer(r"^ *(?:import|from) (\w+)", text, re.MULTILINE)
    return any(name[2] in LACKING[name[1]] for name in used) or any(name[1] in MODULES for name in imported)


def _lacking(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}" if node.attr in LACKING.get(node.value.id, ()) else ""
    if isinstance(node, ast.Import):
        return next((alias.name for alias in node.names if alias.name in MODULES), "")
    return node.module if isinstance(node, ast.ImportFrom) and node.module in MODULES else ""


def _above(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in parents:
        node = parents[node]
        yield node


def _looks(node: ast.AST) -> bool:
    if isinstance(node, ast.Try):
        return any("ImportError" in ast.unparse(handler) for handler in node.handlers)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.IfExp)):
        return any(word in ast.unparse(node) for word in LOOKS)
    return False


def test_a_name_that_a_system_lacks_is_looked_for_first() -> None:
    texts = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in FILES}
    trees = {name: ast.parse(text) for name, text in texts.items() if _may_lack(text)}

    assert [(name, *found) for name, tree in trees.items() for found in unguarded(tree)] == []


@pytest.mark.parametrize("line", ["signal.signal(signal.SIGALRM, f)", "import fcntl", "os.getuid()"])
def test_the_search_finds_what_it_looks_for(line: str) -> None:
    assert list(unguarded(ast.parse(f"def f():\n    {line}")))
