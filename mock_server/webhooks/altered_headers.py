"""The header fields of a delivery in another form that means the same."""

from collections.abc import Mapping

_MEDIA_TYPE = "content-type"


def other_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Write the names with capitals, as `Webhook-Id`, and add a charset to the media type of JSON."""
    plain = {name.lower(): value for name, value in headers.items()}
    if plain.get(_MEDIA_TYPE) == "application/json":
        plain[_MEDIA_TYPE] = "application/json; charset=utf-8"
    return {name.title(): value for name, value in plain.items()}
