"""``sophiie-mock worlds``: the built-in worlds."""

import click

from mock_server.cli.tables import print_json, print_table
from mock_server.world.recipe import recipes


@click.command("worlds")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """List the built-in worlds, for --world NAME. A file of your own holds the same keys as `--json` prints."""
    found = recipes()
    if as_json:
        print_json([recipe.to_dict() for recipe in found])
    else:
        print_table(
            ("name", "business", "leads", "days", "what it is for"),
            [
                (r.name, r.business, f"{r.leads:,}", f"-{r.days_back} +{r.days_ahead}", " ".join(r.description.split()))
                for r in found
            ],
        )
