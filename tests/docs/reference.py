"""Write the pages of ``docs/reference/`` that can be made from the program: ``python tests/docs/reference.py``.

``test_reference.py`` fails when a page is not what this makes, so no page can grow old.
"""

import inspect
import json
import re
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any

import click
from agent_pages import llms_txt, skill

from contracts.changes.change_rules import CHANGE_RULES
from contracts.lint.lint import LINT_RULES
from contracts.rules.registry import RULES
from mock_server import pytest_plugin
from mock_server.admin.routes.openapi import control_document
from mock_server.app import load_contract
from mock_server.cli.main import cli
from mock_server.config.settings import Settings, flag, table, variable
from mock_server.testing import Sophiie, handles, receiver, requests, stubs, webhook_faults
from mock_server.workspaces.own_data.recipe_schema import recipe_schema
from mock_server.world.own_data.spoken_times import EXAMPLES
from mock_server.world.recipe import Recipe, recipes

PAGES = Path(__file__).parents[2] / "docs" / "reference"
_METHODS = ("get", "put", "post", "patch", "delete")


def pages() -> Iterator[tuple[str, str]]:
    """The name and the text of each page."""
    for name, made in _MADE.items():
        yield name, made().rstrip() + "\n"


def _commands() -> str:
    parts = ["# Commands", "", "What `sophiie-mock VERB --help` prints.", ""]
    for path in _verbs(cli, ()):
        parts += [f"## {' '.join(('sophiie-mock', *path))}", "", "```text", _help(path), "```", ""]
    parts += ["## JSON", "", _ABOUT_JSON, "", "| verb | prints | members that are always there |", "|---|---|---|"]
    for verb, shape in json_shapes().items():
        what = "a list of objects" if shape.many else "an object"
        parts.append(f"| `{verb}` | {what} | {', '.join(f'`{name}`' for name in shape.members)} |")
    parts += ["", "## Exit codes", "", "| code | meaning |", "|---|---|", *_EXIT_CODES, "", _OF_OURS]
    return "\n".join(parts)


_ABOUT_JSON = (
    "Every verb but the servers takes `--json`, with the exit codes of its text. `listen` prints a line for each "
    "delivery. Without a terminal, the text has no colours and no frames either; `NO_COLOR=1` takes colours away."
)


def json_shapes() -> Mapping[str, Any]:
    """The table of ``tests/json_shapes.py``, which a script in this folder does not find by itself."""
    return runpy.run_path(str(Path(__file__).parents[1] / "json_shapes.py"))["SHAPES"]  # type: ignore[no-any-return]


_EXIT_CODES = (
    "| 0 | good |",
    "| 1 | the contract is broken, or something was found |",
    "| 2 | it could not run, or tested nothing |",
    "| 130 | interrupted |",
)

_OF_OURS = "A bug of ours ends with 2 as well, and names a file to report. `SOPHIIE_MOCK_DEBUG=1` prints it instead."


def _verbs(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*path, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _verbs(command, (*path, name))


def _help(path: tuple[str, ...]) -> str:
    command: click.Command = cli
    context = click.Context(cli, info_name="sophiie-mock", **{**cli.context_settings, "terminal_width": 100})
    for name in path:
        assert isinstance(command, click.Group)
        command = command.get_command(context, name) or command
        context = click.Context(command, parent=context, info_name=name, **command.context_settings)
    return re.sub(r"[ \t]+$", "", command.get_help(context), flags=re.MULTILINE)


def _settings() -> str:
    parts = [
        "# Settings",
        "",
        "A flag of `sophiie-mock serve` wins over its variable, the variable over `sophiie-mock.toml` or",
        "`[tool.sophiie-mock]` in `pyproject.toml`. Secrets are never flags.",
        "",
        "| flag | variable | default | |",
        "|---|---|---|---|",
    ]
    for item in table():
        default = f"`{_plain(item.default)}`" if item.default not in ("", ()) else ""
        parts.append(f"| `{flag(item.name)}` | `{variable(item.name)}` | {default} | {_cell(item.metadata['help'])} |")
    parts += ["", "[settings.schema.json](settings.schema.json) is a JSON Schema of `sophiie-mock.toml`, for editors."]
    return "\n".join([*parts, "", "## Other variables", "", "| variable | |", "|---|---|", *_OTHERS])


_OTHERS = (
    "| `SOPHIIE_API_KEY` | The key of the workspace that a verb is about, or of the real API for `check`. |",
    "| `SOPHIIE_MOCK_URL` | The running server, for verbs and for the pytest fixture. |",
    "| `SOPHIIE_MOCK_ADMIN_TOKEN` | The token of a server that others reach. |",
    "| `SOPHIIE_MOCK_WEBHOOK_SECRET` | The secret that signs deliveries (`whsec_…`). |",
    "| `SOPHIIE_MOCK_RECORD_USE` | The file in which the pytest plugin records how tests use the API, for `--used`. |",
    "| `SOPHIIE_MOCK_DEBUG` | `1` prints the traceback of a bug of ours. |",
)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _control_plane() -> str:
    document = control_document()
    parts = ["# Control plane", "", _unfolded(document["info"]["description"]), ""]
    parts += ["The whole document, with all schemas, is served at `/__admin/openapi`.", ""]
    operations = [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    for tag in document["tags"]:
        parts += [f"## {tag['name'].capitalize()}", "", tag["description"], ""]
        for path, method, operation in operations:
            if tag["name"] in operation["tags"]:
                parts += _operation(document, path, method, operation)
    return "\n".join(parts)


def _operation(document: Any, path: str, method: str, operation: Mapping[str, Any]) -> list[str]:
    parts = [f"### `{method.upper()} {path}`", "", operation["summary"], ""]
    if "description" in operation:
        parts += [_unfolded(operation["description"]), ""]
    query = [_resolved(document, one) for one in operation.get("parameters", ())]
    if query:
        named = [f"`{one['name']}`" + (f": {one['description']}" if "description" in one else "") for one in query]
        parts += ["Query:", "", *(f"- {one}" for one in named), ""]
    content = _resolved(document, operation.get("requestBody", {})).get("content", {}).get("application/json", {})
    examples = [("", content["example"])] if "example" in content else []
    examples += [(f"{one['summary']}:", one["value"]) for one in content.get("examples", {}).values()]
    for summary, value in examples:
        parts += [
            *([summary, ""] if summary else []),
            "```json",
            json.dumps(value, indent=2, ensure_ascii=False),
            "```",
            "",
        ]
    return parts


def _resolved(document: Any, part: Any) -> Any:
    while "$ref" in part:
        found = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _fixture() -> str:
    parts = ["# The pytest fixture", "", "With `sophiie-mock[test]` installed, pytest has these fixtures.", ""]
    parts += ["| fixture | |", "|---|---|"]
    for name in _FIXTURES:
        parts.append(f"| `{name}` | {_cell(_first(getattr(pytest_plugin, name)))} |")
    parts += [
        "",
        "`@pytest.mark.sophiie(world, seed, now, frozen, rate_limit)` says what a test's workspace is made from.",
        "",
    ]
    for title, kind in _HANDLES.items():
        parts += [f"## `{title}`", "", _text(kind), ""]
        for name, member in vars(kind).items():
            if not name.startswith("_") and (
                callable(member) or hasattr(member, "func") or isinstance(member, property)
            ):
                parts += _member(title, name, member)
    parts += ["## Options of `stub`", "", "| option | |", "|---|---|", *_stub_options()]
    return "\n".join(parts)


_FIXTURES = (
    *("sophiie", "sophiie_workspace", "sophiie_module", "sophiie_session"),
    *("asophiie", "asophiie_workspace", "asophiie_module", "asophiie_session"),
    *("sophiie_options", "sophiie_settings", "sophiie_server"),
)
_HANDLES: Mapping[str, type] = {
    "sophiie": Sophiie,
    "sophiie.world": handles.World,
    "sophiie.clock": handles.Clock,
    "sophiie.inbox": handles.Inbox,
    "sophiie.requests": requests.Requests,
    "sophiie.faults": handles.Faults,
    "sophiie.webhooks": handles.Webhooks,
    "sophiie.webhooks.faults": webhook_faults.WebhookFaults,
    "sophiie.receiver": receiver.Receiver,
    "sophiie.stub(…)": stubs.Stub,
    "sophiie.snapshot()": handles.Snapshot,
}


def _member(title: str, name: str, member: Any) -> list[str]:
    function = getattr(member, "func", None) or getattr(member, "fget", None) or member
    shown = f"{title}.{name}"
    if not isinstance(member, property) and not hasattr(member, "func"):
        shown += _signature(function)
    return [f"### `{shown}`", "", _text(function), ""]


def _signature(function: Callable[..., Any]) -> str:
    parameters = [
        one.replace(annotation=inspect.Parameter.empty) for one in inspect.signature(function).parameters.values()
    ]
    text = str(inspect.Signature(parameters[1:]))
    return text.replace("(/, ", "(").replace(", /,", ",").replace("(/)", "()").replace(", /)", ")")


def _stub_options() -> Iterator[str]:
    source = inspect.getsource(stubs.StubOptions)
    for name in stubs.StubOptions.__annotations__:
        told = re.search(rf'^    {name}: .*\n    """(.*?)"""', source, re.MULTILINE)
        yield f"| `{name}` | {_cell(_ticks(told[1])) if told else ''} |"


def _rules() -> str:
    parts = [
        "# Rules",
        "",
        "The rules of `sophiie-mock check`. `--only RULE` runs what shows one of them.",
        "",
        "| rule | says | group | severity | known how |",
        "|---|---|---|---|---|",
    ]
    for rule in RULES.values():
        known = rule.provenance.value if rule.provenance else "as the document says"
        parts.append(f"| `{rule.name}` | {_cell(rule.title)} | {rule.group.value} | {rule.severity.value} | {known} |")
    return "\n".join(parts)


def _lint_rules() -> str:
    parts = [
        "# Rules of the client lint",
        "",
        "`sophiie-mock lint` looks for these. [Lint your client](../how-to/client-lint.md) shows how.",
        "",
        "| rule | severity | says | otherwise | remedy |",
        "|---|---|---|---|---|",
    ]
    for rule in LINT_RULES:
        texts = " | ".join(map(_cell, (rule.title, rule.why, rule.remedy)))
        parts.append(f"| `{rule.id}` | {rule.severity.value} | {texts} |")
    return "\n".join(parts)


def _changes() -> str:
    parts = [
        "# Rules of spec diff",
        "",
        "The kinds of changes that `sophiie-mock spec diff` knows, and the grade of each in what a client sends and",
        "receives. [When the contract changes](../how-to/changed-contract.md) shows how to use it.",
        "",
        "| rule | says | sent | received | known to be used |",
        "|---|---|---|---|---|",
    ]
    for rule in CHANGE_RULES.values():
        received = "by the kind of client" if rule.by_client else rule.answer.value
        used = rule.if_used.value if rule.if_used else ""
        parts.append(f"| `{rule.id}` | {_cell(rule.title)} | {rule.request.value} | {received} | {used} |")
    parts += [
        "",
        "The last column is the grade where `--used` shows that the client uses the part, if it is another one.",
        "*By the kind of client*: broken for `--client closed-enums`, unaffected for `--client open`, potentially",
        "affected if nothing is said.",
    ]
    return "\n".join(parts)


def _worlds() -> str:
    parts = ["# Worlds", "", "The worlds that come with the server: `--world NAME`.", "", "| world | |", "|---|---|"]
    parts += [f"| `{one.name}` | {_cell(one.description)} |" for one in recipes()]
    return "\n".join([*parts, "", *_recipes()])


def _recipes() -> Iterator[str]:
    """Keys of a recipe, then each kind of record with the words that can stand in it."""
    schema = _schema()
    numbers = [name for name in Recipe().to_dict() if name in schema["properties"]]
    yield "## Recipes"
    yield ""
    yield "A recipe is a YAML file: `--world my-world.yaml`. It says what a world is made of, and can hold records."
    yield "[Own data](../how-to/own-data.md) shows how. [recipe.schema.json](recipe.schema.json) is its JSON Schema for"
    yield "editors; `sophiie-mock worlds --schema --spec FILE` prints that of another document."
    yield ""
    yield "| key | values | without it |"
    yield "|---|---|---|"
    for name in numbers:
        part = schema["properties"][name]
        part = part.get("anyOf", [part])[0]
        values = f"{part['minimum']} to {part['maximum']}" if "minimum" in part else part.get("type") or "one of some"
        values = ", ".join(f"`{it}`" for it in part["enum"]) if "enum" in part else values
        default = json.dumps(part["default"]).strip('"') if "default" in part else ""
        yield f"| `{name}` | {values} | {f'`{default}`' if default else ''} |"
    yield "| `records` | records by kind | |"
    yield ""
    yield "A kind stands beside the numbers, or below `records`. A list in the place of the number `leads` holds the"
    yield "leads, and nobody else is made up. Both together: a number for `leads`, and a list below `records`."
    yield ""
    yield "## Records"
    yield ""
    yield f"A time is written like {EXAMPLES}; one without a zone is the organization's own."
    yield ""
    yield "| kind | fields, and words for them |"
    yield "|---|---|"
    for name in schema["properties"]["records"]["properties"]:
        part = schema["$defs"][name.replace("/", ".")]
        part = part.get("anyOf", [part])[-1]
        yield f"| `{name}` | {', '.join(f'`{word}`' for word in part['properties'])} |"


def _schema() -> dict[str, Any]:
    return recipe_schema(load_contract(Settings()))


def _schema_file() -> str:
    return json.dumps(_schema(), indent=1, ensure_ascii=False)


def _text(thing: Any) -> str:
    """A docstring as Markdown: paragraphs, with an indented block as Python."""
    lines = inspect.cleandoc(thing.__doc__ or "").splitlines()
    found: list[str] = []
    block = False
    for line in lines:
        if line.startswith("    ") != block and line.strip():
            found += ["```python"] if not block else ["```", ""]
            block = not block
        found.append(
            line.removeprefix("    ") if block else _ticks(line.replace("::", ":") if line.endswith("::") else line)
        )
    return "\n".join([*found, *(["```"] if block else [])])


def _first(thing: Any) -> str:
    function = getattr(thing, "__wrapped__", None) or getattr(thing, "_fixture_function", thing)
    return _ticks(" ".join(inspect.cleandoc(function.__doc__ or "").split("\n\n")[0].split()))


def _ticks(text: str) -> str:
    return text.replace("``", "`")


def _unfolded(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _settings_schema() -> str:
    """A JSON Schema of sophiie-mock.toml, for editors."""
    properties = {item.name.replace("_", "-"): _setting_schema(item) for item in table()} | {"lint": _LINT_TABLE}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "sophiie-mock.toml", "type": "object"}
    return json.dumps({**head, "properties": properties, "additionalProperties": False}, indent=2)


_EXCEPTION = {
    "type": "object",
    "properties": {
        "rule": {"enum": [rule.id for rule in LINT_RULES]},
        "operation": {"type": "string"},
        "reason": {"type": "string"},
    },
    "required": ["rule", "reason"],
    "additionalProperties": False,
}
_LINT_TABLE = {
    "description": "Exceptions from `sophiie-mock lint`.",
    "type": "object",
    "properties": {"except": {"type": "array", "items": _EXCEPTION}},
    "additionalProperties": False,
}


def _setting_schema(item: Field[Any]) -> dict[str, Any]:
    rules = item.metadata
    told = {"description": rules["help"], "default": list(item.default) if item.default == () else item.default}
    match item.default:
        case bool():
            return {"type": "boolean", **told}
        case int():
            least, most = rules["bounds"]
            return {"type": "integer", "minimum": least, "maximum": most, **told}
        case tuple():
            return {"type": "array", "items": {"type": "string"}, **told}
    either = ["string", "integer"] if item.name == "rate_limit" else "string"
    return {**({"enum": list(rules["choices"])} if rules["choices"] else {"type": either}), **told}


_MADE: Mapping[str, Callable[[], str]] = {
    "cli.md": _commands,
    "settings.md": _settings,
    "control-plane.md": _control_plane,
    "pytest.md": _fixture,
    "rules.md": _rules,
    "SKILL.md": skill,
    "../llms.txt": llms_txt,
    "lint-rules.md": _lint_rules,
    "changes.md": _changes,
    "worlds.md": _worlds,
    "recipe.schema.json": _schema_file,
    "settings.schema.json": _settings_schema,
}

if __name__ == "__main__":
    for page, content in pages():
        (PAGES / page).write_text(content, "utf-8")
        sys.stdout.write(f"{page}\n")
