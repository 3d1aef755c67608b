"""``make schemathesis``: plain ``schemathesis run``, its own defaults, against what we serve; a line for each run.

Our two documents, our own in the vendor's style, and two of ``tests/documents``, which the program has no code for.
``--seeds 1-5`` runs each with each seed; ``--only widgets`` one of them. ``--only control`` is the control plane's own
document, with the settings of ``tests/admin/schemathesis.toml``. The exit code is 1 when one of them found anything.
The logs are kept in the folder that the last line names.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from published import published  # noqa: E402 - beside this file

from mock_server.config.paths import OPENAPI  # noqa: E402
from mock_server.config.settings import Settings  # noqa: E402
from mock_server.errors import SpecError  # noqa: E402
from mock_server.server import MockServer  # noqa: E402
from mock_server.support.bounded_files import read_file  # noqa: E402

CONTROL = "control"
_SETTINGS = HERE / "admin" / "schemathesis.toml"


def documents(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Name, the file to serve (empty: our own) and where the server shows it."""
    yield "v1", "", "/openapi"
    yield "zapier", "", "/openapi/zapier"
    variant = folder / "published.json"
    variant.write_text(json.dumps(published(read_file(OPENAPI / "v1.yaml", SpecError))))
    yield "published", str(variant), "/openapi"
    for name in ("widgets", "legacy"):  # `odd` documents no refusal at all, so every one of ours is a finding
        yield name, str(HERE / "documents" / f"{name}.yaml"), "/openapi"
    yield CONTROL, "", "/__admin/openapi"


def run(name: str, spec: str, shown: str, seed: int, log: Path) -> tuple[bool, str]:
    """Whether nothing was found, and how schemathesis itself sums it up."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    settings = ("--config-file", str(_SETTINGS)) if name == CONTROL else ()
    world = "small" if name == CONTROL else "default"  # it is made anew a hundred times there
    with MockServer(Settings(port=0, quiet=True, spec=spec, world=world)) as server:
        command = [program, *settings, "run", f"{server.url}{shown}"]
        command += ["--header", f"Authorization: Bearer {server.api_key}", "--seed", str(seed), "--no-color"]
        # Not in the repository's folder: plain means without the settings of its schemathesis.toml.
        done = subprocess.run(command, cwd=HERE.parent if settings else log.parent, capture_output=True, text=True)
    log.write_text(done.stdout + done.stderr)
    figures = [line.strip() for line in done.stdout.splitlines() if "generated" in line or "unique failure" in line]
    return done.returncode == 0, figures[-1] if figures else "no figures; see the log"


def seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=seeds, default=seeds("1"), help="one seed, or FIRST-LAST")
    asked.add_argument("--only", help="one document")
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="schemathesis-"))
    failed = 0
    for name, spec, shown in documents(folder):
        for seed in given.seeds if given.only in (None, name) else ():
            start = time.monotonic()
            good, figures = run(name, spec, shown, seed, folder / f"{name}-{seed}.log")
            failed += not good
            took = time.monotonic() - start
            print(f"{name:10} seed {seed}  {'passed' if good else 'FAILED'}  {took:4.0f} s  {figures}", flush=True)
    print(f"{failed} failed; logs in {folder}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
