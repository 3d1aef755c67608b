"""Execute what the pages of the documentation say: ``python tests/docs/snippets.py [page …]``.

The blocks of a page are executed in order, in an empty folder. A block with ``title="name"`` is written to a file of
that name; a block of ``sh`` is a script that must succeed. Port 4747 becomes a free one. A block below a comment
``<!-- not run: reason -->`` is left out, and so is one that names OWNER or COMMIT, which only a reader can fill in.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(
    r"^(?: *<!-- not run: (?P<why>[^\n]*) -->\n)?(?P<indent> *)```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n"
    r"(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_SECONDS = 300.0
_RUN = ("sh", "bash")


@dataclass(frozen=True)
class Block:
    """One block of a page. ``why`` is the reason why it is not executed, empty where it is."""

    line: int
    language: str
    title: str
    text: str
    why: str

    @property
    def runs(self) -> bool:
        return self.language in _RUN and not self.why


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page that are files or scripts."""
    source = page.read_text("utf-8")
    for match in _BLOCK.finditer(source):
        text = textwrap.dedent(match["text"])
        why = match["why"] or _left_out(text)
        if match["title"] or match["language"] in _RUN:
            line = source.count("\n", 0, match.start()) + 1
            yield Block(line, match["language"], match["title"] or "", text, why)


def _left_out(text: str) -> str:
    """The reason why a text cannot be executed here; an empty text if it can."""
    if re.search(r"OWNER|@COMMIT", text):
        return "only a reader knows OWNER and COMMIT"
    return "npm is not installed here" if text.startswith("npm ") and not shutil.which("npm") else ""


def execute(page: Path) -> list[str]:
    """The faults of a page, none where all of it works."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="snippets-") as folder:
        here, port = Path(folder), _free_port()
        for block in blocks(page):
            text = block.text.replace("4747", str(port))
            if block.title:
                (here / block.title).parent.mkdir(parents=True, exist_ok=True)
                (here / block.title).write_text(text, "utf-8")
            elif block.runs and (said := _failed(text, here, port)):
                faults.append(f"{page.relative_to(ROOT)}:{block.line}: {said}")
        _end(here)
    return faults


def _failed(script: str, here: Path, port: int) -> str:
    """The output of a script that failed; an empty text for one that did not. What it left running goes on."""
    output, groups = here / ".output", here / ".groups"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SOPHIIE_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SOPHIIE_MOCK_URL": f"http://127.0.0.1:{port}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if "pytest" in script:
        del environment["SOPHIIE_MOCK_URL"]
    with output.open("wb") as written:
        started = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=here,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with groups.open("a") as known:
            known.write(f"{started.pid}\n")
        try:
            code = started.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            code = -1
    return "" if code == 0 else f"ended with {code}:\n{output.read_text('utf-8', 'replace')[-3_000:]}"


def _end(here: Path) -> None:
    """End what scripts have left running, as a person would: the servers."""
    groups = here / ".groups"
    for line in groups.read_text().split() if groups.exists() else ():
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(int(line), number)
            except ProcessLookupError:
                break
            time.sleep(0.3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main(names: list[str]) -> int:
    """Execute pages, all of them without names; the exit code."""
    pages = [Path(name).resolve() for name in names] or sorted(DOCS.rglob("*.md"))
    bad = run = left = 0
    for page in pages:
        of_page = list(blocks(page))
        scripts = [block for block in of_page if block.runs]
        run += len(scripts)
        left += sum(bool(block.why) for block in of_page)
        faults = execute(page) if scripts else []
        bad += len(faults)
        for fault in faults:
            sys.stdout.write(f"{fault}\n")
    sys.stdout.write(
        f"{len(pages)} pages, {run} scripts executed, {bad} failed; {left} blocks left out, each with its reason\n"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
