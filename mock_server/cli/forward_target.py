"""The target of ``--forward-to``: what people write, as a URL, or the reason why it cannot be used."""

import re
from contextlib import suppress
from ipaddress import IPv6Address

import click

from mock_server.support.text import printable, shorten
from mock_server.webhooks.egress_policy import EgressRefused, host_of

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PORT = re.compile(r":?([0-9]+)((?![.:0-9]).*)?", re.DOTALL)
_LIKE = "as http://localhost:3000/hook, localhost:3000 or 3000"


def hook_url(target: str) -> str:
    """Complete the URL: http unless it says otherwise, localhost if only a port is given. Raises UsageError."""
    url = _whole(target.strip())
    try:
        if "#" in url:
            raise EgressRefused("a URL with a fragment (#…), which no receiver is sent")
        host_of(url)
    except EgressRefused as why:
        named = "" if "@" in target else f" to `{printable(shorten(target, 200))}`"  # there may be a password in it
        raise click.UsageError(f"--forward-to: nothing can be posted{named}: {why}; {_LIKE}") from None
    return url


def _whole(text: str) -> str:
    if scheme := _SCHEME.match(text):
        return f"{scheme[1].lower()}://{text[scheme.end() :]}"
    if port := _PORT.fullmatch(text):
        return f"http://localhost:{port[1]}{port[2] or ''}"
    with suppress(ValueError):
        return f"http://[{IPv6Address(text)}]/"
    return f"http://{text.removeprefix('//')}"
