"""Typed clients that generators make of our documents, at work: each makes every call of ``client_calls.py``.

    make clients                       all of them
    make clients ARGS='--only python'  those of Python, or of `node`
    make clients ARGS='--evolve null'  against tomorrow's API: what each client survives

No generator is one of our dependencies: the Makefile gives each kind an environment of its own. A generator that
cannot be installed is not shown, and the run says so. Exit code 0 if nothing was found, 1 otherwise.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from client_calls import SETTINGS, counted, plan
from typescript_calls import for_hey_api, for_openapi_fetch

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.server import MockServer

HERE = Path(__file__).parent
_CONFIG = {"post_hooks": [], "literal_enums": False}  # a formatter that is not there would be a warning
_TYPESCRIPT = (
    *("--strict", "--skipLibCheck", "--target", "es2022", "--module", "commonjs", "--moduleResolution", "node10"),
    *("--esModuleInterop", "--types", "node"),
)


@dataclass(frozen=True)
class Workshop:
    """A folder with the documents and the plan, and the environments of the generators; empty ones are not there."""

    folder: Path
    documents: Sequence[str]
    calls: Sequence[Mapping[str, Any]]
    python: str
    node: str
    evolve: str

    def done(self, *command: str | Path) -> str:
        """Run a command to its end. Raises RuntimeError with what it says if it fails."""
        ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=self.folder)
        if ended.returncode:
            raise RuntimeError(f"{Path(command[0]).name}: {ended.stdout[-4000:]}{ended.stderr[-2000:]}")
        return ended.stdout

    def used(self, *command: str | Path) -> Mapping[str, Any]:
        """Run a program that uses a client, on a server of its own, and return what it has found."""
        with MockServer(replace(SETTINGS, evolve=self.evolve)) as server:
            told: Mapping[str, Any] = json.loads(
                self.done(*command, server.url, server.api_key, self.folder / "plan.json")
            )
        return told

    def in_python(self, name: str) -> Path:
        """A program of the environment for Python."""
        return Path(self.python, name)

    def in_node(self, name: str) -> Path:
        """A program of the environment for Node."""
        return Path(self.node, ".bin", name)


def openapi_python_client(shop: Workshop) -> Mapping[str, Any]:
    """Make a client; a warning of the generator is a finding. Then use it."""
    (shop.folder / "config.json").write_text(json.dumps(_CONFIG), "utf-8")
    for name in shop.documents:
        places = ["--path", f"{name}.json", "--output-path", f"python/{name}_client", "--config", "config.json"]
        shop.done(shop.in_python("openapi-python-client"), "generate", *places, "--meta", "none", "--fail-on-warning")
    return shop.used(shop.in_python("python"), HERE / "use_python_client.py", "python")


def datamodel_code_generator(shop: Workshop) -> Mapping[str, Any]:
    """Make models of pydantic, and send and read with them."""
    for name in shop.documents:
        places = ["--input", f"{name}.json", "--output", f"models/{name}_models.py"]
        kinds = ["--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel"]
        shop.done(shop.in_python("datamodel-codegen"), *places, *kinds, "--disable-timestamp")
    return shop.used(shop.in_python("python"), HERE / "use_models.py", "models")


def openapi_fetch(shop: Workshop) -> Mapping[str, Any]:
    """Make types with openapi-typescript; compile each call with openapi-fetch, and make it."""
    for name in shop.documents:
        shop.done(shop.in_node("openapi-typescript"), f"{name}.json", "--output", f"{name}_types.ts")
    return _compiled(shop, "fetch", for_openapi_fetch(shop.calls))


def hey_api(shop: Workshop) -> Mapping[str, Any]:
    """Make functions with @hey-api/openapi-ts; compile each call, and make it."""
    for name in shop.documents:
        shop.done(shop.in_node("openapi-ts"), "--input", f"{name}.json", "--output", f"{name}_hey", "--no-log-file")
    return _compiled(shop, "hey", for_hey_api(shop.calls))


def _compiled(shop: Workshop, name: str, program: str) -> Mapping[str, Any]:
    """Compile a program with --strict, where a type that does not fit is an error, and run it."""
    (shop.folder / f"{name}.ts").write_text(program, "utf-8")
    shop.done(shop.in_node("tsc"), *_TYPESCRIPT, "--outDir", "out", f"{name}.ts")
    return shop.used("node", shop.folder / "out" / f"{name}.js")


CLIENTS: Mapping[str, tuple[str, Callable[[Workshop], Mapping[str, Any]]]] = {
    "openapi-python-client": ("python", openapi_python_client),
    "datamodel-code-generator": ("python", datamodel_code_generator),
    "openapi-typescript with openapi-fetch": ("node", openapi_fetch),
    "@hey-api/openapi-ts": ("node", hey_api),
}
"""The clients, each with its language and what makes and uses it."""


def shown(shop: Workshop, only: str) -> Iterator[bool]:
    """Show each client, one line each, then what was found; yields whether it was good."""
    for name, (language, use) in CLIENTS.items():
        if only not in ("", language, name):
            continue
        if not getattr(shop, language):
            print(f"not shown: {name}: its packages could not be installed here")
            continue
        try:
            told = use(shop)
        except RuntimeError as fault:
            told = {"calls": 0, "findings": [str(fault)]}
        print(f"{name}: {told['calls']} calls, {len(told['findings'])} findings")
        for finding in told["findings"]:
            print(f"    {finding}")
        yield not told["findings"]


def main() -> int:
    """Run the clients that can be shown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="python, node, or the name of a client")
    parser.add_argument("--python", default="", help="the bin folder of the environment with the Python generators")
    parser.add_argument("--node", default="", help="the node_modules with the others")
    parser.add_argument("--evolve", default="", metavar="KINDS", help="as `sophiie-mock serve --evolve`")
    asked = parser.parse_args()
    contract, calls = load_contract(Settings()), plan()
    print(counted(calls))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "plan.json").write_text(json.dumps(calls), "utf-8")
        names = [Path(document.name).stem for document in contract.documents]
        for name, document in zip(names, contract.documents, strict=True):
            (folder / f"{name}.json").write_text(json.dumps(contract.published(document, "http://localhost")), "utf-8")
        for made in ("python", "models"):
            (folder / made).mkdir()
        python, node = (str(Path(place).absolute()) if place else "" for place in (asked.python, asked.node))
        if node:
            (folder / "node_modules").symlink_to(node)
        good = list(shown(Workshop(folder, names, calls, python, node, asked.evolve), asked.only))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
