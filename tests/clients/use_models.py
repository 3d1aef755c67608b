"""Make all calls of the plan by hand, with the models of datamodel-code-generator: FOLDER URL KEY PLAN.

Runs in the generator's environment. It makes no client: each body goes out of a model, and each answer into one.
"""

import importlib
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from answer_differences import differences, findings
from pydantic import TypeAdapter, ValidationError


def called(models: dict[str, Any], url: str, key: str, call: dict[str, Any]) -> list[str]:
    """Make one call, and return what is wrong with it."""
    module = models[call["document"]]
    body = call["body"]
    if call["body_model"]:
        body = written(TypeAdapter(getattr(module, call["body_model"])), body)
        if lost := differences(call["body"], body):
            return [f"body: {text}" for text in lost]
    path = call["base"] + call["path"]
    for name, value in call["params"].get("path", {}).items():
        path = path.replace(f"{{{name}}}", str(value))
    headers = {"Authorization": f"Bearer {key if call['known'] else 'sk_test_wrong'}"}
    answer = httpx.request(call["method"], url + path, params=call["params"].get("query"), json=body, headers=headers)
    if answer.status_code != call["status"]:
        return [f"status {answer.status_code}, not {call['status']}"]
    model: Any = getattr(module, call["model"])
    made = written(TypeAdapter(list[model] if call["many"] else model), answer.json())
    return list(differences(answer.json(), made))


def written(model: Any, value: Any) -> Any:
    """Let a model read a value, and return what it writes. Raises ValueError for a value that it cannot read."""
    try:
        read = model.validate_python(value)
    except ValidationError as fault:
        first = fault.errors()[0]
        raise ValueError(f"{'/'.join(map(str, first['loc']))}: {first['msg']}") from None
    return model.dump_python(read, mode="json", by_alias=True, exclude_unset=True)


def main(folder: str, url: str, key: str, plan: str) -> int:
    sys.path.insert(0, folder)
    calls = json.loads(Path(plan).read_text("utf-8"))
    models = {name: importlib.import_module(f"{name}_models") for name in {call["document"] for call in calls}}
    found = findings(calls, partial(called, models, url, key))
    print(json.dumps({"calls": len(calls), "modules": len(models), "findings": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
