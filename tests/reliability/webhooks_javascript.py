"""Deliveries signed with ``--sign standard`` in the official JavaScript verifier: needs node, npm and a download.

``python tests/reliability/webhooks_javascript.py`` prints one line. A real server signs: before, during and after a
rotation of secrets, each time with a retry; every attempt must verify with each secret that is valid then, and none
with another secret, a changed body, id or time, or an old time. Exit 2 when the verifier cannot be had.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from mock_server.config.settings import Settings
from mock_server.server import MockServer

PACKAGE = "standardwebhooks@1.1.1"
VERIFIER = """
const { Webhook } = require("standardwebhooks");
const cases = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(cases.map(({ secret, body, headers }) => {
  try { new Webhook(secret).verify(body, headers); return true; } catch (error) { return false; }
})));
"""
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
Case = dict[str, Any]


def signed() -> tuple[list[tuple[Case, list[str]]], list[str]]:
    """Each attempt with the secrets that were valid then; and all secrets that there were."""
    settings = Settings(port=0, quiet=True, world="small", rate_limit="off", sign="standard", retries="10s")
    attempts: list[tuple[Case, list[str]]] = []
    every: dict[str, None] = {}
    with MockServer(settings) as server, httpx.Client(base_url=server.url, timeout=20) as client:

        def call(method: str, path: str, body: Any = None) -> Any:
            answer = client.request(method, path, json=body, headers={"authorization": f"Bearer {server.api_key}"})
            answer.raise_for_status()
            return answer.json()

        call("POST", "/__admin/clock/freeze")
        call("POST", SUBSCRIBE, {"hookUrl": f"{server.url}/__admin/inbox/js", "trigger": "LEAD_CREATED"})
        for keep_old in (None, True, False):
            if keep_old is not None:
                call("POST", "/__admin/webhooks/secrets/rotate", {"keepOld": keep_old})
            secrets = call("GET", "/__admin/webhooks/secrets")["secrets"]
            every |= dict.fromkeys(secrets)
            call("PUT", "/__admin/inbox/js", {"status": 500})
            call("POST", "/v1/leads", {"firstName": "Zoë — “quoted”", "suburb": "Newtown"})
            call("POST", "/__admin/webhooks/drain")
            call("PUT", "/__admin/inbox/js", {"status": 200})
            call("POST", "/__admin/clock/advance", {"seconds": 60})
            got = call("GET", "/__admin/inbox/js")["received"]
            call("DELETE", "/__admin/inbox/js")
            attempts += [({"body": raw(entry["body"]), "headers": entry["headers"]}, secrets) for entry in got]
    return attempts, list(every)


def raw(body: Any) -> str:
    """The text that was on the wire: the inbox keeps the value."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def cases(attempts: list[tuple[Case, list[str]]], every: list[str]) -> Iterator[tuple[Case, bool]]:
    """What to verify, and whether it must be accepted."""
    for sent, valid in attempts:
        for secret in every:
            yield {**sent, "secret": secret}, secret in valid
        headers, secret = sent["headers"], valid[0]
        yield {**sent, "secret": secret, "body": f"{sent['body']} "}, False
        for name, text in (("webhook-id", "evt_other"), ("webhook-timestamp", "1614265330")):
            yield {**sent, "secret": secret, "headers": {**headers, name: text}}, False


def verdicts(asked: list[Case], folder: Path) -> list[bool]:
    """What the library says of each. Raises LookupError when it cannot be had."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise LookupError(f"no {tool} here")
    (folder / "package.json").write_text("{}")
    (folder / "verify.js").write_text(VERIFIER)
    install = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise LookupError(f"npm could not install {PACKAGE}: {done.stderr[-200:].strip()}")
    run = ["node", "verify.js"]
    said = subprocess.run(run, cwd=folder, input=json.dumps(asked), capture_output=True, text=True, timeout=60)
    said.check_returncode()
    return list(json.loads(said.stdout))


def main() -> int:
    attempts, every = signed()
    asked = list(cases(attempts, every))
    try:
        with tempfile.TemporaryDirectory() as folder:
            said = verdicts([case for case, _ in asked], Path(folder))
    except LookupError as why:
        print(f"webhooks_javascript: not shown: {why}", file=sys.stderr)
        return 2
    good = sum(expected for _, expected in asked)
    wrong = sum(given != expected for given, (_, expected) in zip(said, asked, strict=True))
    print(
        f"webhooks_javascript: {PACKAGE}: {len(attempts)} attempts through a rotation, {good} signatures to accept and "
        f"{len(asked) - good} to refuse: {wrong} wrong verdicts"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
