"""Receivers with one weakness each, and a sound one, in three frameworks: which weaknesses the check finds.

    make receivers

FastAPI, Flask and Express are not in our lock: the Makefile gives them an environment of their own. A framework that is
not there is left out, and named. The sound receivers run once for each seed, and must keep every rule.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BREAKS: Mapping[str, str] = {
    "forgets-repeats": "is-idempotent",
    "races": "is-idempotent",
    "compares-bytes": "is-idempotent",
    "short-memory": "is-idempotent",
    "notes-before-work": "recovers-from-own-failure",
    "takes-forged": "ignores-forged",
    "takes-old": "verifies-time",
    "takes-first-signature": "verifies-signatures",
    "compares-start": "verifies-signatures",
    "takes-cut-signature": "verifies-signatures",
    "signs-parsed-json": "verifies-signatures",
    "strict-fields": "tolerates-unknown",
    "fails-on-unknown": "tolerates-unknown",
    "slow": "acknowledges-fast",
    "last-write-wins": "is-order-safe",
    "skips-older": "is-order-safe",
    "drops-in-burst": "survives-burst",
    "notes-before-verifying": "ignores-forged",
}
"""The rule that each weakness breaks."""
_OF_PYTHON = (
    "compares-start", "takes-cut-signature", "short-memory", "skips-older", "drops-in-burst", "notes-before-verifying",
)  # fmt: skip
"""Weaknesses that ``express_app.js`` does not have."""
FRAMEWORKS = ("fastapi", "flask", "express")
_START_SECONDS = 15.0


def command(framework: str, env: Path, port: int) -> Sequence[str] | None:
    """The command that serves a framework's receiver; None if the framework is not installed."""
    python = str(env / "bin" / "python")
    if framework == "express":
        node = shutil.which("node")
        return [node, str(HERE / "express_app.js")] if node and (env / "node_modules" / "express").is_dir() else None
    if subprocess.run([python, "-c", f"import {framework}"], capture_output=True).returncode:
        return None
    if framework == "fastapi":
        return [python, "-m", "uvicorn", "fastapi_app:app", "--port", str(port), "--log-level", "warning"]
    return [python, "-m", "flask", "--app", "flask_app", "run", "--port", str(port)]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


@contextmanager
def served(framework: str, env: Path, weakness: str, mock: int) -> Iterator[str]:
    """Serve a receiver that calls the mock at a port; its URL."""
    port = free_port()
    told = {"SOPHIIE_URL": f"http://127.0.0.1:{mock}", "WEBHOOK_SECRET": SECRET, "WEAKNESS": weakness}
    modules = {"NODE_PATH": str(env / "node_modules"), "PORT": str(port)}
    process = subprocess.Popen(
        command(framework, env, port) or [], cwd=HERE, env={**os.environ, **told, **modules}, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def checked(framework: str, env: Path, weakness: str, seed: int, secret: Path) -> dict[str, Any]:
    """The result of ``receiver-check`` as JSON."""
    mock = free_port()
    with served(framework, env, weakness, mock) as url:
        rule = ["--only", BREAKS[weakness]] if weakness else []
        done = subprocess.run(
            [
                *(sys.executable, "-m", "mock_server", "receiver-check", f"{url}/hook", "--json", "--port", str(mock)),
                *("--seed", str(seed), "--secret-file", str(secret), "--probe", f"{url}/people/{{lead}}", *rule),
            ],
            capture_output=True,
            text=True,
        )
    if not done.stdout:
        return {"verdict": done.stderr.strip(), "findings": [], "exitCode": done.returncode}
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> int:
    """0 when every weakness is found and every sound receiver keeps every rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", type=Path, default=Path(".venv-receivers"), help="where the frameworks are installed")
    parser.add_argument("--seeds", type=int, default=20, help="runs with the sound receivers, over all frameworks")
    parser.add_argument("--framework", choices=FRAMEWORKS, action="append")
    asked = parser.parse_args()
    asked.env = asked.env.absolute()  # the receivers run in another folder
    there = [name for name in asked.framework or FRAMEWORKS if command(name, asked.env, 1)]
    wrong = [f"not shown: {name} is not installed" for name in FRAMEWORKS if name not in there]
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder, "secret")
        secret.write_text(SECRET)
        for framework in there:
            mine = [name for name in BREAKS if framework != "express" or name not in _OF_PYTHON]
            killed = 0
            for weakness in mine:
                found = {one["rule"] for one in checked(framework, asked.env, weakness, 1, secret)["findings"]}
                killed += BREAKS[weakness] in found
                if BREAKS[weakness] not in found:
                    wrong.append(f"{framework}: {weakness} was not found")
            print(f"{framework}: {killed} of {len(mine)} weaknesses found", flush=True)
        clean = 0
        for seed in range(1, asked.seeds + 1 if there else 1):
            framework = there[seed % len(there)]
            result = checked(framework, asked.env, "", seed, secret)
            clean += result["exitCode"] == 0
            if result["exitCode"]:
                wrong.append(f"{framework}, sound, seed {seed}: {result['verdict']} {result['findings']}")
        print(f"sound: {clean} of {asked.seeds} runs keep every rule")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
