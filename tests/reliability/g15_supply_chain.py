"""Supply chain: locks with hashes, few dependencies, each with its reason, workflows that may only read, a wheel that
anyone can build again byte for byte, and a list of what is in it (`make sbom`, full size only: it installs its tool).
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from frame import Figure, NotShown, Size, alone

ROOT = Path(__file__).parent.parent.parent
MINUTES = 5
MOST = 10  # runtime dependencies
_PACKED = ("mock_server", "contracts", "openapi", "fixtures", "pyproject.toml", "README.md", "LICENSE")


def pins(lock: str) -> dict[str, bool]:
    """Each requirement of a lock, and whether it has a hash."""
    entries = re.split(r"\n(?=[\w-])", (ROOT / lock).read_text("utf-8"))
    return {entry.split()[0]: "--hash=sha256:" in entry for entry in entries if "==" in entry.split("\n")[0]}


def dependencies() -> tuple[int, int]:
    """How many the server has, and how many of them lack a reason."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text.split("\ndependencies = [\n")[1].split("\n]")[0].splitlines()
    return len(tomllib.loads(text)["project"]["dependencies"]), sum("# " not in line for line in block)


def too_free() -> list[str]:
    """Workflows that may do more than read, or use an action that can change under its name.

    One that only a tag starts is a release: a job of it may say what else it needs.
    """
    found = []
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = file.read_text("utf-8")
        pinned = all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", it) for it in re.findall(r"uses: (\S+)", text))
        rights = re.findall(r"permissions:\n((?: +.*\n)+)", text)
        release = "on:\n  push:\n    tags: " in text
        if not pinned or rights[:1] != ["  contents: read\n"] or (len(rights) > 1 and not release):
            found.append(file.name)
    return found


def wheel(folder: Path) -> str:
    """The hash of a wheel built from a copy of the tree, in a folder of its own."""
    folder.mkdir()
    for name in _PACKED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copy
            )
        else:
            shutil.copy(source, folder / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "out"]
    environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    [built] = (folder / "out").glob("*.whl")
    return hashlib.sha256(built.read_bytes()).hexdigest()


def listed() -> int:
    """How many components the list of materials has that the lock has too."""
    done = subprocess.run(["make", "--no-print-directory", "sbom"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise NotShown(f"make sbom: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    parts = json.loads((ROOT / "dist" / "sbom.cdx.json").read_text("utf-8"))["components"]
    return sum(f"{part['name']}=={part['version']}" in pins("requirements.lock") for part in parts)


def main(size: Size) -> Figure:
    locked = {**pins("requirements.lock"), **pins("requirements-dev.lock")}
    bare = [name for name, hashed in locked.items() if not hashed]
    count, unexplained = dependencies()
    free = too_free()
    answers = "within 5 working days" in (ROOT / "SECURITY.md").read_text("utf-8")
    met = not bare and count <= MOST and not unexplained and not free and answers
    text = f"{len(locked)} locked requirements, {len(bare)} without a hash; {count} runtime dependencies, "
    text += f"{unexplained} without a reason; {len(free)} workflows with more than reading"
    if size == "full":
        with tempfile.TemporaryDirectory() as folder:
            same = wheel(Path(folder) / "one") == wheel(Path(folder) / "two")
        components, runtime = listed(), len(pins("requirements.lock"))
        met = met and same and components == runtime
        text += f"; two wheels {'equal' if same else 'DIFFER'}; {components} of {runtime} in the SBOM"
    return Figure(met, text)


if __name__ == "__main__":
    alone(__file__, main)
