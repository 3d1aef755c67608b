"""The example request in the server's first lines: it succeeds, and has the key where the document wants it."""

from urllib.parse import quote

from mock_server.spec.contract import Contract
from mock_server.spec.security import SchemeKind, SecurityScheme


def curl_example(contract: Contract, url: str, key: str) -> str:
    """Make a curl command for a path that can be requested without preparation."""
    path = _first_list(contract)
    operation = contract.operations.get(f"GET {path}")
    asked = next(iter(operation.security), ()) if operation else ()
    keys = [f"{quote(it.field)}={key}" for it in asked if it.location == "query"]
    target = f'"{url}{path}?{"&".join(keys)}"' if keys else url + path
    return " ".join(["curl", *filter(None, (_option(scheme, key) for scheme in asked)), target])


def _option(scheme: SecurityScheme, key: str) -> str:
    """The option with the key; an empty text if the key is in the address, or not needed."""
    if scheme.kind is SchemeKind.MUTUAL_TLS or scheme.location == "query":
        return ""
    if scheme.kind is SchemeKind.BASIC:
        return f"-u {key}:"
    if scheme.location == "cookie":
        return f'-b "{scheme.field}={key}"'
    word = "" if scheme.kind is SchemeKind.API_KEY else f"{scheme.word} "
    return f'-H "{scheme.field}: {word}{key}"'


def _first_list(contract: Contract) -> str:
    """The path of the leads, else the first path that needs no parameter."""
    plain = (it for it in contract.operations.values() if it.method == "GET" and "{}" not in it.key and not it.unserved)
    paths = [it.path for it in plain if not any(parameter.required for parameter in it.parameters)]
    return "/v1/leads" if "/v1/leads" in paths else next(iter(paths), "/openapi")
