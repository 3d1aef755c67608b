"""Write the calls of the plan as TypeScript, so that its compiler checks each of them before it is made."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_HEAD = """\
const [url, key] = process.argv.slice(2) as [string, string];
const headers = (known: boolean) => ({ Authorization: `Bearer ${known ? key : "sk_test_wrong"}` });
type Made = { response: Response; data?: unknown; error?: unknown };
const findings: string[] = [];
async function check(name: string, status: number, made: Promise<Made>) {
  try {
    const { response, data, error } = await made;
    if (response.status !== status) findings.push(`${name}: status ${response.status}, not ${status}`);
    else if ((status < 400 ? data : error) === undefined) findings.push(`${name}: the answer was not read`);
  } catch (fault) {
    findings.push(`${name}: ${fault}`);
  }
}
"""
_TAIL = "main().then(() => console.log(JSON.stringify({ calls: %d, findings })));\n"

_IMPORT = 'import createClient from "openapi-fetch";'
_OPTIONS = "{ baseUrl: url, headers: headers(known) }"

Calls = Sequence[Mapping[str, Any]]


def for_openapi_fetch(calls: Calls) -> str:
    """A program that makes the calls with openapi-fetch and the types of openapi-typescript."""
    names = _documents(calls)
    types = [f'import type {{ paths as {name}Paths }} from "./{name}_types";' for name in names]
    made = [f"const {name} = (known: boolean) => createClient<{name}Paths>({_OPTIONS});" for name in names]
    return "\n".join([_IMPORT, *types, _HEAD, *made, *_main(calls, _fetch), _TAIL % len(calls)])


def _fetch(call: Mapping[str, Any]) -> str:
    options = {"params": call["params"], **({} if call["body"] is None else {"body": call["body"]})}
    given = {name: value for name, value in options.items() if value}
    arguments = f"{json.dumps(call['path'])}{', ' + json.dumps(given) if given else ''}"
    return f"{call['document']}({json.dumps(call['known'])}).{call['method']}({arguments})"


def for_hey_api(calls: Calls) -> str:
    """A program that makes the calls with the functions of @hey-api/openapi-ts."""
    lines = []
    for name in _documents(calls):
        lines += [
            f'import * as {name} from "./{name}_hey";',
            f'import {{ createClient as {name}Client }} from "./{name}_hey/client";',
        ]
    lines.append(_HEAD)
    return "\n".join([*lines, *_main(calls, _hey), _TAIL % len(calls)])


def _hey(call: Mapping[str, Any]) -> str:
    name, known = call["document"], json.dumps(call["known"])
    given = [f"client: {name}Client({{ baseUrl: url, headers: headers({known}) }})"]
    given += [f"{place}: {json.dumps(values)}" for place, values in call["params"].items()]
    given += [] if call["body"] is None else [f"body: {json.dumps(call['body'])}"]
    return f"{name}.{call['operation']}({{ {', '.join(given)} }})"


def _main(calls: Calls, written: Any) -> Iterator[str]:
    yield "async function main() {"
    for call in calls:
        name = json.dumps(f"{call['operation']} ({call['case']})")
        yield f"  await check({name}, {call['status']}, {written(call)});"
    yield "}"


def _documents(calls: Calls) -> list[str]:
    return list(dict.fromkeys(str(call["document"]) for call in calls))
