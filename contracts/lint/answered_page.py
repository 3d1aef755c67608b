"""The page that a list answered, also where the recorder has kept only the beginning of its body."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.lint.client_run import Call
from contracts.spec.resources import Listing
from contracts.traffic.recording import Part
from contracts.transport.exchange import NOT_JSON

_TOTALS = re.compile(rb'\.\.\.,((?:"\w+":\d+,?)+)\}\Z')
_TOTALS_BYTES = 300


@dataclass(frozen=True)
class AnsweredPage:
    """The items that are known of a page, and whether there are further pages; None if that is not known."""

    items: Sequence[Any]
    more: bool | None
    guessed: bool = False
    """True if the length of the body tells, as its totals were cut off."""


def page_number(listing: Listing, call: Call) -> int:
    """The number of the page that a call asks for; 1 if it names none, or none that can be read."""
    text = call.query.get(listing.page.name, "1") if listing.page else "1"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def page_size(listing: Listing, call: Call) -> int | None:
    """The page size that a call asks for; None if it leaves it to the API."""
    text = call.query.get(listing.size.name, "") if listing.size else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def answered_page(listing: Listing, call: Call) -> AnsweredPage:
    """Read the answer of a list."""
    whole = call.exchange.json
    if whole is not NOT_JSON and call.entry.answer is not Part.HEAD:
        items = whole if isinstance(whole, list) else whole.get(listing.items) if isinstance(whole, Mapping) else None
        items = items if isinstance(items, list) else []
        return AnsweredPage(items, _more(listing, call, whole, len(items)))
    items, totals = _first_items(call.exchange.body), _totals(call.exchange.body)
    if totals:
        return AnsweredPage(items, _more(listing, call, totals, page_size(listing, call) or listing.usual or 0))
    return AnsweredPage(items, _probably_more(listing, call, items), guessed=True)


def _more(listing: Listing, call: Call, whole: Any, count: int) -> bool | None:
    facts = whole if isinstance(whole, Mapping) else {}
    pages, total = facts.get(listing.totals.pages), facts.get(listing.totals.count)
    number = page_number(listing, call)
    if isinstance(pages, int):
        return number < pages
    size = page_size(listing, call) or listing.usual
    if isinstance(total, int):
        return total > ((number - 1) * size + count if size else count)
    return None


def _totals(body: bytes) -> Mapping[str, Any]:
    """The numbers that the journal of the mock keeps of the end of a long body; none in any other recording."""
    found = _TOTALS.search(body[-_TOTALS_BYTES:])
    return json.loads(b"{" + found[1] + b"}") if found else {}


def _probably_more(listing: Listing, call: Call, items: Sequence[Any]) -> bool | None:
    """Tell from the length of a body that was cut whether its page was full."""
    length, size = call.exchange.headers.get("content-length", ""), page_size(listing, call) or listing.usual
    if not items or not size or not length.isdigit():
        return None
    known = sum(len(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()) + 1 for item in items)
    return round(int(length) / (known / len(items))) >= size or None


def _first_items(body: bytes) -> list[Any]:
    """The items that the beginning of a list's body has as a whole."""
    text, decoder, found = body.decode("utf-8", "ignore"), json.JSONDecoder(), []
    at = text.find("[") + 1
    while at and at < len(text):
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        found.append(item)
        at += 1  # the comma
    return found
