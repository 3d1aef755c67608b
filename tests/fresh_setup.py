"""``make serve`` and ``make test`` in a fresh copy, with an old pip and the newest, also in unkind surroundings.

Run by ``make test-setup``. The whole suite is not run again: what is shown is that all is installed that it needs.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fresh import ask, copied, run, serving, surroundings

OLDEST_PIP = "23.0"  # what Debian 12 ships; it runs on no Python that is newer than 3.11
PYTHON = sys._base_executable  # type: ignore[attr-defined]  # the one that made our own environment
FEW = "ARGS=-q tests/test_locks.py tests/config/test_sources.py tests/plugin tests/cli/test_cli_verbs.py"


def main() -> None:
    cases = ["newest", OLDEST_PIP if sys.version_info < (3, 12) else ""]
    for pip in cases:
        print(f"pip {pip or 'as this Python ships it'}", flush=True)
        with tempfile.TemporaryDirectory() as name, unkind(Path(name)) if pip == "newest" else kind(Path(name)) as case:
            used(*case, f"PIP_VERSION={pip}", f"PYTHON={PYTHON}")
    print(f"{len(cases)} passed, 0 failed")


def used(folder: Path, env: dict[str, str], umask: int, *given: str) -> None:
    """All that a newcomer does first."""
    make = ("make", "--no-print-directory", *given)
    run(*make, ".venv/.runtime", cwd=folder, env=env, umask=umask)
    with serving(*make, "serve", "ARGS=--port 0 --port-file port", cwd=folder, env=env) as url:
        name = json.loads(ask(url))["name"]
    print(f"            make serve: {name}", flush=True)
    run(*make, "test", FEW, cwd=folder, env=env, umask=umask)


@contextmanager
def kind(folder: Path) -> Iterator[tuple[Path, dict[str, str], int]]:
    """Nothing but no home."""
    yield copied(folder / "copy"), surroundings(), 0o022


@contextmanager
def unkind(folder: Path) -> Iterator[tuple[Path, dict[str, str], int]]:
    """What people have set for other programs, a cache that cannot be written, and a path of blanks and accents."""
    (folder / "lent").mkdir()
    for module in ("click", "orjson", "packaging"):
        (folder / "lent" / f"{module}.py").write_text("raise SystemExit('the module of another program')")
    (folder / "pip.conf").write_text("[global]\nuser = true\nrequire-virtualenv = true\n")
    (folder / "constraints").write_text("click==8.0.0\n")
    (folder / "no folder").touch()
    pip = {
        "PIP_CONFIG_FILE": str(folder / "pip.conf"),
        "PIP_TARGET": str(folder / "target"),
        "PIP_PREFIX": str(folder / "prefix"),
        "PIP_CONSTRAINT": str(folder / "constraints"),
        "PIP_REQUIRE_HASHES": "1",
        "PIP_DRY_RUN": "1",
        "PIP_USER": "1",
    }
    python = {"PYTHONPATH": str(folder / "lent"), "PYTHONHOME": str(folder), "PYTEST_PLUGINS": "not_there"}
    others = {"LC_ALL": "C", "XDG_CACHE_HOME": str(folder / "no folder"), "SOPHIIE_MOCK_PORT": "tcp://10.0.0.3:4747"}
    copy = copied(folder / "a checkout of Zoë's")
    yield copy, surroundings(**pip, **python, **others), 0o077
    for left in ("target", "prefix"):
        if (folder / left).exists():
            sys.exit(f"something was installed into {left}")


if __name__ == "__main__":
    main()
