"""A copy of the checkout as somebody has who has just cloned it, and surroundings with nothing of ours in them."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds until a server has told its port
KEY = "sk_test_local"
_LENT = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "MAKEFLAGS", "MAKELEVEL", "HOME")


def surroundings(**more: str) -> dict[str, str]:
    """Our variables, without those that lend our environment, our settings or a home; ``PIP_INDEX_URL`` stays, say."""
    ours = {k: v for k, v in os.environ.items() if k not in _LENT and not k.startswith(("SOPHIIE_", "PYTEST_"))}
    return {**ours, **more}


def copied(folder: Path) -> Path:
    """What is or would be tracked, without write bits, as from a mount that may only be read."""
    for name in _tracked():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy)
        copy.chmod(copy.stat().st_mode & ~0o222)
    return folder


def _tracked() -> Sequence[str]:
    """Also without git, as in a source archive."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    hidden = {".git", "__pycache__", "dist", "build"}
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [str(path) for path in paths if not hidden & {*path.parts} and not path.parts[0].startswith(".venv")]


def run(*command: str | Path, cwd: Path, env: Mapping[str, str], umask: int = 0o022, code: int = 0) -> str:
    """What a command prints. Ends the program with it when the exit code is another."""
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=env, umask=umask, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    shown = " ".join(map(str, command))
    print(f"  {time.monotonic() - started:6.1f} s  {shown[:110]}", flush=True)
    if done.returncode != code:
        sys.exit(f"{shown}\nended with {done.returncode} and not with {code}:\n{done.stdout[-4000:]}")
    return done.stdout


@contextmanager
def serving(*command: str | Path, cwd: Path, env: Mapping[str, str]) -> Iterator[str]:
    """A server in a group of its own, that writes its port to the file ``port`` of ``cwd``; its URL."""
    port = cwd / "port"
    port.unlink(missing_ok=True)
    with (cwd / "log").open("w") as log, subprocess.Popen(command, cwd=cwd, env=env, stdout=log, stderr=log,
                                                          start_new_session=True) as server:  # fmt: skip
        try:
            end = time.monotonic() + PATIENCE
            while not port.exists():
                if server.poll() is not None or time.monotonic() > end:
                    sys.exit(f"{' '.join(map(str, command))} does not serve:\n{(cwd / 'log').read_text()}")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port.read_text()}"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, 15)
    if port.exists():
        sys.exit("the file with the port is still there after the stop")


def ask(url: str, path: str = "/v1/organization") -> str:
    """An answer of the emulated API."""
    request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return str(answer.read().decode())
