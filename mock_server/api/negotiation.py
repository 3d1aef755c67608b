"""``Accept``: which of the documented media types a client gets (RFC 9110, 12.5.1)."""

from collections.abc import Sequence
from functools import lru_cache

from mock_server.errors import NotAcceptable
from mock_server.spec.content import Content
from mock_server.spec.media_types import MediaType, is_json, parsed, specificity
from mock_server.support.text import shorten

_MAX_RANGES = 50

Ranges = tuple[tuple[MediaType, float], ...]


@lru_cache(maxsize=256)  # clients send the same few; the rest is bounded
def ranges(accept: str) -> Ranges:
    """The media ranges of an Accept header with their weights. A range that cannot be read is left out."""
    found = []
    for text in accept.split(",")[:_MAX_RANGES]:
        asked = parsed(text.strip())
        if asked.essence.count("/") == 1 or asked.essence == "*":
            found.append((asked, _weight(asked.parameters.get("q", "1"))))
    return tuple(found)


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0


def negotiated(contents: Sequence[Content], accept: str | None, *, strict: bool = True) -> Content | None:
    """The representation that fits best, None where the answer has no body. Raises NotAcceptable where none fits.

    Unless it is ``strict``: then the first one is better than none, as it is for errors.

    Of those that fit equally well JSON comes first, since everything knows it, and then the document's order.
    """
    if not contents:
        return None
    if len(contents) == 1 and (not accept or accept in ("*/*", contents[0].media)):
        return contents[0]  # most requests: nothing is to be weighed
    ranked = sorted(contents, key=lambda content: not is_json(content.media))
    wanted = ranges(accept) if accept else ()
    if not wanted:
        return ranked[0]
    best = max(ranked, key=lambda content: _quality(wanted, content))  # of equal ones the first
    if _quality(wanted, best) > 0:
        return best
    loose = next((content for content in ranked if _is_wanted_as_json(wanted, content)), None)
    if loose is None and not strict:
        return ranked[0]
    if loose is None:
        there = ", ".join(content.media for content in contents)
        raise NotAcceptable(f"Accept asks for `{shorten(str(accept), 100)}`; this answer is documented as {there}")
    return loose


def _quality(wanted: Ranges, content: Content) -> float:
    """The weight of the most specific range that names the type."""
    offered = parsed(content.media)
    fits = [(specific, weight) for asked, weight in wanted if (specific := specificity(asked, offered))]
    return max(fits, key=lambda fit: fit[0])[1] if fits else 0.0


def _is_wanted_as_json(wanted: Ranges, content: Content) -> bool:
    """Tell whether a client asks for JSON by another name: `application/vnd.github+json` for `application/json`."""
    if not is_json(content.media):
        return False
    offered = parsed(content.media)
    refused = any(not weight and specificity(asked, offered) for asked, weight in wanted)
    return not refused and any(weight and is_json(asked.essence) for asked, weight in wanted)
