"""Install the wheel with ``[test]`` beside what applications pin, and run the examples there. ``make beside`` runs it.

Each row is an environment of its own. Before uv looks for versions the pins are fixed, so a range of ours that is too
narrow shows as an environment that cannot be had. An argument picks the rows whose name has it.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fresh import ROOT, serving, surroundings

UV = ROOT / ".venv-uv" / "bin" / "uv"

# name → the extras of ours, and what the application pins
BESIDE: dict[str, tuple[str, str]] = {
    "the newest of all": ("test", "fastapi uvicorn[standard]"),
    "FastAPI of January 2024": ("test", "fastapi==0.109.0 uvicorn==0.27.0 httpx==0.26.0 pytest==8.0.0"),
    "FastAPI of 2025": ("test", "fastapi==0.115.14 uvicorn[standard]==0.34.0 pytest==8.3.5"),
    "FastAPI 0.128": ("test", "fastapi==0.128.0"),
    "FastAPI 0.130": ("test", "fastapi==0.130.0 uvicorn==0.40.0"),
    "anyio 3": ("test", "anyio==3.7.1 fastapi==0.109.2 pytest==8.1.1"),
    "uvicorn 0.30": ("test", "uvicorn==0.30.0 anyio==4.0.0"),
    "a whole application of 2024": (
        "test",
        "fastapi==0.111.0 starlette==0.37.2 uvicorn[standard]==0.30.1 uvloop==0.19.0 httptools==0.6.1 httpx==0.27.0 "
        "click==8.1.7 rich==13.7.1 orjson==3.10.3 aiohttp==3.9.5 PyYAML==6.0.1 anyio==4.4.0 pytest==8.2.1",
    ),
    "a whole application of 2025": (
        "test",
        "fastapi==0.115.12 uvicorn[standard]==0.34.2 httpx==0.28.1 click==8.1.8 rich==13.9.4 orjson==3.10.18 "
        "aiohttp==3.10.11 PyYAML==6.0.2 anyio==4.9.0 pytest==8.3.5 pytest-asyncio==0.26.0 pytest-httpx==0.35.0",
    ),
    "Typer with an old rich": ("test", "typer==0.9.4 click==8.1.7 rich==13.0.0"),
    "Litestar": ("test", "litestar==2.15.1 uvicorn==0.34.0"),
    "aiohttp as a server": ("test", "aiohttp==3.11.18 pytest-aiohttp==1.1.0"),
    "schemathesis 4.25": ("test", "schemathesis==4.25.0"),
    "schemathesis 3": ("test", "schemathesis==3.39.16"),
    "the contract suite with FastAPI 0.128": ("test,check", "fastapi==0.128.0 uvicorn==0.34.0"),
    "the contract suite with schemathesis 4.31": ("test,check", "schemathesis==4.31.0 hypothesis==6.130.12"),
}
# Versions of 2024 have no wheels for Python 3.13, and so nobody has them there.
TOO_OLD_FOR_313 = ("a whole application of 2024",)
AWAITED = """
import pytest

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_handles_can_be_awaited(asophiie):
    await asophiie.inbox.subscribe("LEAD_CREATED")
    await asophiie.client.post("/v1/leads", json={"firstName": "Ana", "email": "ana@example.com"})
    assert await asophiie.inbox.expect({"firstName": "Ana"})
"""
NO_SERVER = "httpx and pytest alone, and a server elsewhere"


def main(picked: str = "") -> int:
    """Try each environment; 1 where one of them cannot be had or fails."""
    with tempfile.TemporaryDirectory(prefix="beside-") as folder:
        wheel = built(Path(folder))
        names = [name for name in [*BESIDE, NO_SERVER] if picked in name and not without_wheels(name)]
        failed = [name for name in names if not tried(name, wheel, Path(folder) / re.sub(r"\W+", "-", name))]
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not names else 0


def without_wheels(name: str) -> bool:
    return name in TOO_OLD_FOR_313 and sys.version_info >= (3, 13)


def built(folder: Path) -> Path:
    """The wheel of this checkout."""
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def tried(name: str, wheel: Path, place: Path) -> bool:
    """Whether the examples pass in the environment of that name; prints it, and what went wrong."""
    shutil.copytree(ROOT / "tests" / "examples", place / "examples")
    (place / "examples" / "test_awaited.py").write_text(AWAITED)
    steps = without_server(wheel, place) if name == NO_SERVER else with_server(name, wheel, place)
    failed = next((step for step in steps if step.returncode), None)
    print(f"{'FAILED' if failed else 'passed'}  {name}", flush=True)
    if failed:
        print(" ".join(map(str, failed.args)), failed.stdout, failed.stderr, sep="\n")
    return failed is None


def with_server(name: str, wheel: Path, place: Path) -> Iterator["subprocess.CompletedProcess[str]"]:
    extras, pins = BESIDE[name]
    yield run(place, UV, "venv", "--quiet", "--python", sys.executable, "env")
    yield run(place, UV, "pip", "install", "--quiet", f"sophiie-mock[{extras}] @ {wheel.as_uri()}", *pins.split())
    yield run(place, UV, "pip", "check", "--quiet")
    yield tests(place)
    if "check" in extras:
        yield run(place, place / "env" / "bin" / "sophiie-mock", "check", "--quick", "--only", "GET /v1/organization")


def without_server(wheel: Path, place: Path) -> Iterator["subprocess.CompletedProcess[str]"]:
    """The server is in another environment; its URL wins over the settings in the examples' conftest.py."""
    yield run(place, UV, "venv", "--quiet", "--python", sys.executable, "env")
    yield run(place, UV, "pip", "install", "--quiet", "httpx", "pytest")
    yield run(place, UV, "pip", "install", "--quiet", "--no-deps", wheel)
    yield run(place, UV, "venv", "--quiet", "--python", sys.executable, "elsewhere")
    there = place / "elsewhere" / "bin"
    yield run(place, UV, "pip", "install", "--quiet", "--python", there / "python", wheel)
    serve = ("serve", "--quiet", "--port", "0", "--port-file", "port", "--retries", "5s,5m")
    with serving(there / "sophiie-mock", *serve, cwd=place, env=surroundings()) as url:
        yield tests(place, SOPHIIE_MOCK_URL=url)


def tests(place: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = (place / "env" / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "examples")
    return run(place, *command, **variables)


def run(place: Path, *command: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    env = surroundings(VIRTUAL_ENV=str(place / "env"), **variables)
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
