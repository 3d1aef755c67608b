"""Make all calls of the plan with the client of openapi-python-client: FOLDER URL KEY PLAN.

Runs in the generator's environment, which has nothing of ours. A finding is an answer of another status, or one that
does not become a model that writes the same JSON.
"""

import importlib
import inspect
import json
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

from answer_differences import differences, findings


def modules(folder: str) -> list[Any]:
    """Import every module of every client."""
    sys.path.insert(0, folder)
    paths = [path.relative_to(folder).with_suffix("") for path in sorted(Path(folder).rglob("*.py"))]
    return [importlib.import_module(".".join(path.parts).removesuffix(".__init__")) for path in paths]


def called(loaded: dict[str, Any], clients: dict[tuple[str, bool], Any], call: dict[str, Any]) -> list[str]:
    """Make one call, and return what is wrong with it."""
    function = loaded[snake(call["operation"])].sync_detailed
    given = {name: value for values in call["params"].values() for name, value in values.items()}
    arguments = {python_name(name, function): value for name, value in given.items()}
    if call["body"] is not None:
        arguments["body"] = model_of(function).from_dict(call["body"])
    answer = function(client=clients[call["document"], call["known"]], **arguments)
    if answer.status_code != call["status"]:
        return [f"status {int(answer.status_code)}, not {call['status']}"]
    if answer.parsed is None:
        return ["the answer was not read"]
    parsed = answer.parsed
    made = [item.to_dict() for item in parsed] if isinstance(parsed, list) else parsed.to_dict()
    return list(differences(json.loads(answer.content), made))


def snake(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower().strip("_")


def python_name(name: str, function: Any) -> str:
    """The name of an argument: ``id`` is written ``id_``, as Python has a function of that name."""
    return next(it for it in (snake(name), f"{snake(name)}_") if it in inspect.signature(function).parameters)


def model_of(function: Any) -> Any:
    """The class of the body."""
    hint = get_type_hints(function)["body"]
    return next((it for it in get_args(hint) if hasattr(it, "from_dict")), hint)


def main(folder: str, url: str, key: str, plan: str) -> int:
    every = modules(folder)
    loaded = {module.__name__.rpartition(".")[2]: module for module in every if ".api." in module.__name__}
    calls = json.loads(Path(plan).read_text("utf-8"))
    clients = {}
    for document in {call["document"] for call in calls}:
        made = importlib.import_module(f"{document}_client").AuthenticatedClient
        clients[document, True] = made(base_url=url, token=key)
        clients[document, False] = made(base_url=url, token="sk_test_wrong")
    found = findings(calls, partial(called, loaded, clients))
    print(json.dumps({"calls": len(calls), "modules": len(every), "findings": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
