"""Clients that a generator makes of our documents: whole, without a warning, and at work against the server.

    make clients-python

The generator is not one of our dependencies: the Makefile gives it an environment of its own. This file runs in ours,
``tests/generated_use.py`` beside it in that one, with the clients on its path.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.spec.contract import Contract
from mock_server.spec.document import Document

USE = Path(__file__).with_name("generated_use.py")
_CONFIG = {"post_hooks": [], "literal_enums": False}  # a formatter that is not there would be a warning


def generated(tool: str, document: dict[str, Any], package: Path) -> None:
    """Make a client. Raises RuntimeError with what the generator says when it warns of anything."""
    given, config = package.with_suffix(".json"), package.with_suffix(".config")
    given.write_text(json.dumps(document), encoding="utf-8")
    config.write_text(json.dumps(_CONFIG), encoding="utf-8")
    command = [tool, "generate", "--path", str(given), "--config", str(config), "--output-path", str(package)]
    done = subprocess.run([*command, "--meta", "none", "--fail-on-warning"], capture_output=True, text=True)
    if done.returncode or "Warning" in done.stdout:
        raise RuntimeError(f"{package.name}: {done.stdout[-4000:]}{done.stderr[-2000:]}")


def missing(contract: Contract, document: Document, package: Path) -> Sequence[str]:
    """Operations of the document that the client has no module for."""
    made = {path.stem for path in package.glob("api/*/*.py")}
    own = [operation for operation in contract.operations.values() if operation.document is document]
    return [it.key for it in own if _module(str(it.node["operationId"])) not in made]


def _module(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip("_")


def main() -> int:
    """0 when every operation of every document is there, and the clients read what the server answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the generator's environment, as .venv-clients/bin")
    bin = Path(parser.parse_args().bin)
    contract = load_contract(Settings())
    with tempfile.TemporaryDirectory() as folder, MockServer(Settings(port=0, quiet=True, rate_limit="off")) as server:
        for document in contract.documents:
            package = Path(folder, f"{Path(document.name).stem}_client")
            generated(str(bin / "openapi-python-client"), contract.published(document, server.url), package)
            if lacking := missing(contract, document, package):
                print(f"{document.name}: no client for {', '.join(lacking)}")
                return 1
        used = subprocess.run([str(bin / "python"), str(USE), folder, server.url, server.api_key])
    print(f"{len(contract.operations)} operations of {len(contract.documents)} documents: a client for each")
    return used.returncode


if __name__ == "__main__":
    sys.exit(main())
