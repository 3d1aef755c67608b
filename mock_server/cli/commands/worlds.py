"""``sophiie-mock worlds``: the built-in worlds."""

import click

from mock_server.app import load_contract
from mock_server.cli.main import settings_from
from mock_server.cli.tables import print_json, print_table
from mock_server.workspaces.own_data.recipe_schema import recipe_schema
from mock_server.world.recipe import recipes


@click.command("worlds")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of recipes, for your editor.")
@click.option("--spec", metavar="FILE", default="", help="The document whose records the schema describes.")
def command(as_json: bool, schema: bool, spec: str) -> None:
    """List the built-in worlds, for --world NAME. A file of your own holds the same keys as `--json` prints.

    A file can hold records, too: `--schema` prints what can stand in it.
    """
    if schema:
        print_json(recipe_schema(load_contract(settings_from({"spec": spec} if spec else {}))))
        return
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
