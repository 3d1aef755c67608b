"""``sophiie-mock serve``: start the server and say what a person needs to know."""

import sys
from pathlib import Path
from typing import Any

import click
from starlette.applications import Starlette

from mock_server.app import create_app
from mock_server.cli import setting_options, settings_from
from mock_server.cli.log import LogLines, set_up_logging
from mock_server.errors import Problem, SettingsError
from mock_server.server import bind, open_log, run, url_of
from mock_server.settings import Settings
from mock_server.workspace import DEFAULT, Workspaces, summary

_TOKEN_FILE = ".sophiie-mock-admin-token"


@click.command("serve")
@setting_options()
def command(**flags: Any) -> int:
    """Start the fake API.

    Every flag has a variable, SOPHIIE_MOCK_<FLAG>, and a key in sophiie-mock.toml or in [tool.sophiie-mock] of
    pyproject.toml; a flag wins over a variable, a variable over the file.
    """
    return serve(settings_from(flags))


def serve(settings: Settings) -> int:
    """Serve until a signal; the exit code."""
    set_up_logging(settings)
    lines = LogLines(settings, sys.stdout)
    listener = bind(settings)
    try:
        log = open_log(settings)
        try:
            app = create_app(settings, log, lines.observe)
            url = url_of(listener)
            _introduce(lines, settings, app, url)
            _write_files(settings, app, listener.getsockname()[1])
            server = run(app, listener)
        finally:
            log.close()
    finally:
        listener.close()
    return 130 if server.interrupted else 0


def _write_files(settings: Settings, app: Starlette, port: int) -> None:
    try:
        if app.state.admin_token:
            path = Path(_TOKEN_FILE)
            path.touch(mode=0o600)
            path.chmod(0o600)
            path.write_text(app.state.admin_token)
        if settings.port_file:
            # Written whole or not at all: whoever waits for it reads a complete port.
            partial = Path(f"{settings.port_file}.partial")
            partial.write_text(str(port))
            partial.replace(settings.port_file)
    except OSError as fault:
        raise SettingsError(
            Problem(str(fault.filename), fault.strerror or str(fault), "give a writable place")
        ) from None


def _introduce(lines: LogLines, settings: Settings, app: Starlette, url: str) -> None:
    workspaces: Workspaces = app.state.workspaces
    workspace = workspaces.get(DEFAULT)
    if workspace is None:
        return
    counts = summary(workspace)
    shown = ", ".join(f"{counts[kind]:,} {kind}" for kind in ("leads", "inquiries", "appointments") if kind in counts)
    plan = workspace.plan
    facts = {
        "url": url,
        "key": app.state.key,
        "world": f"{plan.recipe.name}, seed {plan.seed}: {shown or 'no records'}",
        "contract": _contract_line(settings, app),
        "state": settings.state or "in memory",
        "admin": f"{url}/__admin/health" + (f" (token in {_TOKEN_FILE})" if app.state.admin_token else ""),
    }
    lines.introduce(facts, f'curl -H "Authorization: Bearer {app.state.key}" {url}/v1/leads?limit=2')


def _contract_line(settings: Settings, app: Starlette) -> str:
    contract = app.state.workspaces.contract
    counted = f"{len(contract.operations)} operations at {{url}}/openapi".replace("{url}", "")
    if settings.spec:
        return f"{settings.spec}, {counted}"
    known = sum(operation.provenance == "documented" for operation in contract.operations.values())
    return f"{counted}, {known} of them documented; `sophiie-mock spec gaps` says what is not"
