"""Credentials: a key that is sent by mistake comes out nowhere.

Each of eight canaries is planted in each of some sixty ways; afterwards every sink (the lines in both formats, the
log, the state file, each readable control route, the headers of every answer, the bodies of refusals) is searched for
it in six encodings. The same search finds the canary when the redactor is taken away: it is done in real sinks.
"""

import base64
import io
import json
import logging
import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from frame import Figure, Size, alone

from mock_server.api.exchange import Exchange
from mock_server.cli.request_log import LogLines, set_up_logging
from mock_server.config.settings import LOCAL_KEY, Settings
from mock_server.server import MockServer
from mock_server.support.redaction import Redactor

MINUTES = 5
_MADE = "CANARY4eC39HqLyjWDarjtT1zdp7dc"
CANARIES: dict[str, tuple[str, str]] = {  # how it is written, and the part of it that must not be seen
    "live key": (f"sk_live_a{_MADE}", f"a{_MADE}"),
    "publishable key": (f"pk_live_b{_MADE}", f"b{_MADE}"),
    "restricted key": (f"rk_live_c{_MADE}", f"c{_MADE}"),
    "test key": (f"sk_test_d{_MADE}", f"d{_MADE}"),
    "webhook secret": (f"whsec_e{_MADE}", f"e{_MADE}"),
    "bearer token": (f"Bearer f{_MADE}", f"f{_MADE}"),
    "JSON web token": (f"eyJhbGciOiJI.g{_MADE}.h{_MADE}", f"g{_MADE}"),
    "named value": (f"api_key=i{_MADE}", f"i{_MADE}"),
}
_READ = (
    *("requests", "requests/unmatched", "coverage", "faults", "mappings", "clock", "snapshots", "settings", "records"),
    *("webhooks/subscriptions", "webhooks/events", "webhooks/deliveries", "webhooks/log", "workspaces", "simulate"),
)
Planted = tuple[str, str, Sequence[str], str]  # method, target, headers, body


def places(secret: str) -> Iterator[Planted]:
    """The ways to send it; what is accepted and stored as somebody's record is the user's own, and not among them."""
    key, coded = f"Authorization: Bearer {LOCAL_KEY}", quote(secret, safe="=")
    bare = secret.replace(" ", "%20")
    for value in (secret, f"Bearer {secret}", f"Basic {base64.b64encode(secret.encode()).decode()}", f"Token {secret}"):
        yield "GET", "/v1/leads", [f"Authorization: {value}"], ""
    yield "GET", "/v1/leads", [key, f"Authorization: Bearer {secret}"], ""
    for name in ("X-Api-Key", "Cookie", "X-Auth-Token", "Referer", "User-Agent", "X-Request-Id", "Prefer", "Origin"):
        yield "GET", "/v1/leads", [key, f"{name}: {secret}"], ""
    for name in (
        "Accept",
        "Content-Type",
        "Content-Encoding",
        "Traceparent",
        "X-Http-Method-Override",
        "If-None-Match",
    ):
        yield "POST", "/v1/leads", [key, f"{name}: {secret}"], '{"firstName": 5}'
    yield "GET", "/v1/leads", [key, f"Prefer: example={bare}, code={bare}, dynamic={bare}"], ""
    yield "GET", "/v1/leads", [key, f"Proxy-Authorization: Bearer {secret}"], ""
    for path in ("/v1/leads/{}", "/{}/x", "/v1/{}", "/openapi/{}", "/__admin/{}", "/__admin/requests/{}", "//{}@x/"):
        yield "GET", path.format(bare), [key], ""
        yield "GET", path.format(coded), [], ""
    for query in ("leadId={}&page=0", "page={}", "{}", "x={}", "expand={}", "limit=5&limit={}"):
        yield "GET", "/v1/leads?" + query.format(bare), [key], ""
        yield "GET", "/v1/leads?" + query.format(quote(secret)), [key], ""
    for body in ({"firstName": [secret]}, {secret: 1}, {"email": secret, "phone": secret}, [secret], secret):
        yield "POST", "/v1/leads", [key], json.dumps(body)
        yield "POST", "/v1/leads", [], json.dumps(body)
    yield "POST", "/v1/leads", [key], f'{{"firstName": "{secret}'
    yield "POST", "/api/webhooks/zapier/subscribe", [key], json.dumps({"hookUrl": secret, "trigger": secret})
    yield "POST", "/__admin/faults", [], json.dumps({"status": secret})
    yield "POST", "/__admin/workspaces", [], json.dumps({"world": secret})
    yield "GET", "/__admin/health", [f"X-Mock-Admin-Token: {secret}"], ""
    yield "GET", "/__admin/requests", [f"X-Mock-Workspace: {secret}"], ""
    if secret.isidentifier():
        yield secret, "/v1/leads", [key], ""


def forms(secret: str) -> set[str]:
    """Six encodings; of base64 the middle, which does not depend on the neighbours."""
    raw = secret.encode()
    inner = {base64.b64encode(b"\0" * before + raw).decode()[4:-4] for before in range(3)}
    return {secret, secret.lower(), quote(secret).replace("C", "%43"), raw.hex(), raw.hex().upper(), *inner}


def send(port: int, planted: Planted) -> tuple[str, str]:
    """Head and body of the answer."""
    method, target, headers, body = planted
    given = {header.partition(":")[0].lower() for header in headers}
    lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *headers]
    if body:
        lines += [
            f"Content-Length: {len(body.encode())}",
            *["Content-Type: application/json"] * ("content-type" not in given),
        ]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", body]).encode())
        with connection.makefile("rb") as answer:
            text = answer.read().decode("utf-8", "replace")
    head, _, rest = text.partition("\r\n\r\n")
    return head, rest


def hunt(blind: bool, every: int) -> tuple[int, int, list[str]]:
    """Plant and search: how many requests, how many sinks, and what was found where."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    with tempfile.TemporaryDirectory() as folder:
        printed, logged = io.StringIO(), io.StringIO()
        state = Path(folder) / "state.sqlite"
        redactor = Redactor()
        settings = Settings(port=0, quiet=True, world="empty", rate_limit="off", state=str(state))
        lines = [LogLines(Settings(log_format=form), printed, colour=False) for form in ("text", "json")]
        set_up_logging(redactor)
        root.handlers[0].setStream(logged)  # type: ignore[attr-defined]
        root.setLevel(logging.DEBUG)

        def observe(exchange: Exchange) -> None:
            for each in lines:
                each.observe(exchange)

        keep = Redactor.redact
        if blind:
            Redactor.redact = lambda self, text: text  # type: ignore[method-assign]
        try:
            with MockServer(settings, observe=observe) as server:
                port = int(server.url.rpartition(":")[2])
                todo = [(name, it) for name, (secret, _) in CANARIES.items() for it in places(secret)][::every]
                answers = [send(port, it) for _, it in todo]
                told = {route: send(port, ("GET", f"/__admin/{route}", [], ""))[1] for route in _READ}
                told |= {f"explain of request {number}": "".join(send(port, ("GET", target(head), [], "")))
                         for number, (head, _) in enumerate(answers)}  # fmt: skip
        finally:
            Redactor.redact = keep  # type: ignore[method-assign]
            root.handlers[:], root.level = before
        told |= {"the lines": printed.getvalue(), "the log": logged.getvalue()}
        told |= {file.name: file.read_bytes().decode("latin-1") for file in Path(folder).iterdir()}
    for number, (head, body) in enumerate(answers):
        told[f"answer {number} to a {todo[number][0]}"] = head + (body if " 2" not in head[:11] else "")
    wanted = [form for _, part in CANARIES.values() for form in forms(part)]
    return (
        len(todo),
        len(told),
        [f"{form} in {where}" for where, text in told.items() for form in wanted if form in text],
    )


def target(head: str) -> str:
    """Where the control plane tells the story of an answer."""
    ids = [line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("x-mock-request-id")]
    return f"/__admin/explain/{(ids or ['none'])[0]}"


def main(size: Size) -> Figure:
    every = 1 if size == "full" else 8
    _, _, seen = hunt(True, every)
    count, sinks, found = hunt(False, every)
    ways = len(list(places("x")))
    text = f"{len(CANARIES)} canaries, {ways} ways, {count} requests, {sinks:,} outputs searched in 6 encodings: "
    text += f"{len(found)} hits (without a redactor {len(seen):,})"
    return Figure(not found and bool(seen), "; ".join([text, *found[:3]]))


if __name__ == "__main__":
    alone(__file__, main)
