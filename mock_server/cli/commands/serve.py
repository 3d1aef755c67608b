"""``sophiie-mock serve``: start the server and print what a person needs to know."""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from socket import socket
from typing import Any

import click
from starlette.applications import Starlette

from mock_server.behaviours.registry import idle_in
from mock_server.cli.curl_example import curl_example
from mock_server.cli.early_stop import StopRequested, stoppable
from mock_server.cli.endings import FAILED, INTERRUPTED
from mock_server.cli.main import setting_options, settings_from
from mock_server.cli.port_file import PortFile
from mock_server.cli.request_log import LogLines, set_up_logging
from mock_server.cli.terminal import coloured
from mock_server.cli.watching import Watcher
from mock_server.config.control_paths import PAGE
from mock_server.config.given_secrets import TOKEN_FILE, given_key, given_token
from mock_server.config.settings import Settings
from mock_server.errors import Problem, SettingsError
from mock_server.http_protocol.listening import bind, url_of
from mock_server.server import Server, open_app, server_of
from mock_server.spec.contract import Contract
from mock_server.support.garbage_collector import building_for_good, free_what_was_set_aside, set_aside_when_old
from mock_server.support.redaction import Redactor
from mock_server.workspaces.record_counts import record_counts
from mock_server.workspaces.workspace import DEFAULT, Workspace

log = logging.getLogger("mock_server")

_SHOWN = 3  # of the query parameters without effect


@click.command("serve")
@setting_options()
def command(**flags: Any) -> int:
    """Start the fake API, and run until it is interrupted.

    Every flag is also a variable (--rate-limit is SOPHIIE_MOCK_RATE_LIMIT) and a key of the file sophiie-mock.toml,
    or of [tool.sophiie-mock] in pyproject.toml. A flag wins over a variable, a variable over the file.
    """
    return serve(settings_from(flags))


def serve(settings: Settings) -> int:
    """Serve until a signal comes; return the exit code."""
    redactor = Redactor()
    set_up_logging(redactor)
    lines = LogLines(settings, sys.stdout, colour=coloured(sys.stdout))
    port_file = PortFile(settings.port_file)
    try:
        with stoppable(), ExitStack() as opened:
            port_file.clear()
            listener = opened.enter_context(bind(settings))
            opened.callback(port_file.remove)

            def ready(app: Starlette) -> None:
                _write_token(app.state.admin_token)
                port_file.write(listener.getsockname()[1])
                introduce = _introduce_replica if settings.peer_secret_file else _introduce
                introduce(lines, settings, app, url_of(listener, secure=bool(settings.tls_cert)))

            server, again = _served(settings, listener, lines, redactor, ready)
            while again:
                del server  # with the application that it served: each would stay with all that it was made of
                free_what_was_set_aside()
                server, again = _served(settings, listener, lines, redactor, _made_again)
    except StopRequested:
        return 0
    if server.lost_its_state or not server.started:
        return FAILED
    return INTERRUPTED if server.interrupted else 0


def _made_again(app: Starlette) -> None:
    """Say that the files were read again; the port and the address are the same."""
    log.warning("the document or the recipe has changed, and was read again")
    _write_token(app.state.admin_token)


def _served(
    settings: Settings, listener: socket, lines: LogLines, redactor: Redactor, ready: Callable[[Starlette], None]
) -> tuple[Server, bool]:
    """Make the application and serve it until it is stopped. Return the server, and whether its files have changed.

    Connections wait meanwhile: the listening socket stays open.
    """
    with ExitStack() as opened:
        with building_for_good():
            app = open_app(settings, listener, opened, lines.observe, redactor)
        ready(app)
        server = server_of(app)
        watcher = Watcher(settings, app.state.workspaces.contract, server.stop) if settings.watch else None
        with set_aside_when_old(), watcher or nullcontext():
            server.until_stopped(listener.dup())
        return server, watcher is not None and watcher.changed


def _write_token(token: str) -> None:
    """Write a new file that only its owner can read: an old one may be readable for others, or be a link.

    Raises SettingsError.
    """
    if not token or token == given_token():
        return
    try:
        Path(TOKEN_FILE).unlink(missing_ok=True)
        with open(os.open(TOKEN_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token)
    except OSError as fault:
        what = fault.strerror or str(fault)
        raise SettingsError(Problem(TOKEN_FILE, what, "start it in a writable folder")) from None


def _introduce(lines: LogLines, settings: Settings, app: Starlette, url: str) -> None:
    workspace: Workspace = app.state.workspaces.get(DEFAULT)
    contract: Contract = app.state.workspaces.contract
    late = workspace.state.late
    counts = record_counts(workspace.state) if late is None else {"leads": workspace.plan.recipe.leads}
    kinds = list(counts)[:_SHOWN] if contract.foreign else ("leads", "inquiries", "appointments")
    shown = ", ".join(f"{counts[kind]:,} {kind}" for kind in kinds if kind in counts)
    plan = workspace.plan
    facts = {
        "url": url,
        "key": "the one that you gave" if app.state.key == given_key() else app.state.key,
        "world": f"{plan.recipe.name}, seed {plan.seed}: {shown or 'no records'}{', the rest follows' if late else ''}",
        "contract": _known(settings, contract),
        **({"ignores": _few(unread)} if (unread := idle_in(contract)) else {}),
        "state": settings.state or "in memory",
        "page": f"{url}{PAGE}",
        "admin": f"{url}/__admin/health" + _token_notice(app),
    }
    api = contract.documents[0].title if contract.foreign else "the Sophiie API"
    if settings.sign == "standard":
        facts["secret"] = _secret(app)
    lines.introduce(facts, curl_example(contract, url, app.state.key), api)


def _introduce_replica(lines: LogLines, settings: Settings, app: Starlette, url: str) -> None:
    """Print where a replica is; its documents are known once it serves."""
    facts = {
        "url": url,
        "key": "the one that you gave" if app.state.key == given_key() else app.state.key,
        "contract": _known(settings, app.state.workspaces.contract),
        "state": f"{settings.state}, shared with other replicas",
        "page": f"{url}{PAGE}",
        "admin": f"{url}/__admin/health" + _token_notice(app),
    }
    lines.introduce(facts, curl_example(app.state.workspaces.contract, url, app.state.key))


def _token_notice(app: Starlette) -> str:
    if app.state.settings.admin_tokens:
        return f" (with a token of {app.state.settings.admin_tokens})"
    if not app.state.admin_token:
        return ""
    return " (with your token)" if app.state.admin_token == given_token() else f" (token in {TOKEN_FILE})"


def _secret(app: Starlette) -> str:
    """The secret of the default workspace; one that the user gave is not repeated."""
    workspaces, secrets = app.state.workspaces, app.state.dispatcher.secrets
    if secrets.given:
        return "the one that you gave"
    workspace = workspaces.get(DEFAULT)
    with workspaces.transaction(workspace) as tx:
        return str(secrets.valid(tx, workspace)[0])


def _few(unread: Sequence[str]) -> str:
    """Write query parameters that change nothing in one line."""
    more = f" and {len(unread) - _SHOWN} more" if len(unread) > _SHOWN else ""
    return f"{', '.join(unread[:_SHOWN])}{more} (query parameters that name no field; all of them: sophiie-mock routes)"


def _known(settings: Settings, contract: Contract) -> str:
    counted = f"{len(contract.operations)} operations"
    if settings.spec:
        return f"{counted}, of {settings.spec}"
    known = sum(operation.provenance == "documented" for operation in contract.operations.values())
    return f"{counted}, {known} documented; the rest: sophiie-mock spec gaps"
