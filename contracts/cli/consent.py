"""The permission to write to a real host: a person types the organization's id, or a CI job names it."""

import sys

import click

from contracts.errors import CannotRun
from contracts.options.options import Permission

_WARNING = "Records will be made, changed and deleted in a real organization, and nothing else is touched."


def permission(allowed: bool, organization: str, ledger: str, *, plan: bool, ask: bool) -> Permission | None:
    """Get the permission; None without ``--allow-writes``. ``ask``: a person may be asked. Raises CannotRun."""
    if not allowed:
        if organization or ledger:
            raise CannotRun("--organization and --ledger go with --allow-writes", "give it too, or leave them out")
        return None
    if not organization and not plan and ask and sys.stdin.isatty():
        click.echo(_WARNING, err=True)
        organization = click.prompt("Type the id of that organization", err=True).strip()
    if not organization and not plan:
        raise CannotRun("--allow-writes needs the id of the organization", "--organization ID")
    return Permission(organization, ledger)
