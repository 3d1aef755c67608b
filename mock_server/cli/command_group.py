"""A command with verbs. Without a verb it lists them."""

from typing import IO, Any

import click


class CommandGroup(click.Group):
    """A group of verbs. A missing verb is an error, also for click before 8.2, which would show help instead."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help if no verb is given."""
        if not args and not ctx.resilient_parsing:
            raise MissingVerb(ctx.get_help())
        return super().parse_args(ctx, args)


class MissingVerb(click.ClickException):
    """The help, as an error."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the help to standard error."""
        click.echo(self.message, file=file, err=True)
