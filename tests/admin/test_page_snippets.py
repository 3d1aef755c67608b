"""Texts that a person copies from the page into a shell or a test: what a client sent never acts there."""

import ast
import json
import shutil
import subprocess
from pathlib import Path

import pytest

SNIPPETS = Path(__file__).parents[2] / "mock_server" / "admin" / "ui" / "snippets.js"
NASTY = "it's `id` $(id) \x1b[0m \x03 \\ \u2028 😀"
EXCHANGE = {
    "operation": None,
    "request": {
        "method": "PO`id`ST",
        "url": "/v1/a'b?x=$(id)",
        "headers": {"authorization": "***", "x-`id`": "***", "x-y": "it's"},
        "body": NASTY,
    },
    "response": {"status": 400},
}
RUN = """
globalThis.location = {origin: "http://x"};
const {asCurl, asPytest} = await import(process.argv[1]);
const exchange = JSON.parse(process.argv[2]);
console.log(JSON.stringify([asCurl(exchange), asPytest(exchange)]));
"""


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("node") and shutil.which("bash")), reason="Node.js or bash is not installed")
def test_what_a_client_sent_is_only_text_where_it_is_pasted(tmp_path: Path) -> None:
    script = tmp_path / "snippets.mjs"
    script.write_bytes(SNIPPETS.read_bytes())
    command = ["node", "--input-type=module", "-e", RUN, script.as_uri(), json.dumps(EXCHANGE)]
    curl, test = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    told = subprocess.run(
        ["bash", "-c", f"curl() {{ printf '%s\\0' \"$@\"; }}; SOPHIIE_API_KEY=k; {curl}"],
        check=True,
        capture_output=True,
    )
    assert told.stdout.decode().split("\0")[:-1] == [
        *("-i", "-X", "PO`id`ST", "http://x/v1/a'b?x=$(id)", "-H", "authorization: Bearer k"),
        *("-H", "x-`id`: k", "-H", "x-y: it's", "--data-raw", NASTY),
    ]
    assert not [letter for letter in curl if letter < " " and letter != "\n"]
    texts = [node.value for node in ast.walk(ast.parse(test)) if isinstance(node, ast.Constant)]
    assert {"PO`id`ST", "/v1/a'b?x=$(id)", NASTY, 400} <= set(texts)
