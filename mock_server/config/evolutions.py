"""Evolutions: changes that an API may make without a warning, and that its clients must survive."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from mock_server.support.text import short_repr

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "extra-field": "every object has one more field",
        "enum-value": "a field has a value that its enum does not list yet",
        "new-variant": "the field that tells the variants of an object apart has a value of no variant",
        "null": "fields are null where the document allows it",
        "missing-field": "fields that the document does not require are left out",
        "long-text": "free texts are 2,000 characters long, or as long as the document allows",
        "time-form": "times are the same moments with another offset, and with microseconds",
        "key-order": "the keys of each object come in the opposite order",
        "other-success": "the success has the other status that the ledger of gaps names, as 200 in place of 201",
        "unknown-status": "a 5xx answer has the unknown status 520",
        "edge-page": "a 5xx answer has an HTML page in place of its body, as a proxy before the API sends it",
        "content-type": "the media type of JSON has a parameter: charset=utf-8",
        "compressed": "the body is compressed where the client accepts gzip",
        "chunked": "the body comes in chunks, without a Content-Length",
    }
)
"""The evolutions that every client must survive, with what each does."""
OUTAGES: Mapping[str, str] = MappingProxyType(
    {
        "unknown-status-once": "the first GET of each URL gets the unknown status 520; the next one is answered",
        "edge-page-once": "the first GET of each URL gets 502 with an HTML page; the next one is answered",
    }
)
"""Evolutions for clients that ask again after an error of the server. Only who names them gets them."""

_FORM = re.compile(r"(?:(?P<seed>-?[0-9]{1,15})(?::|$))?(?P<kinds>[a-z0-9+-]*)")
_OFF, _PLACEBO = "none", ":placebo"
_KIND = "|".join((*KINDS, *OUTAGES))
PATTERN = rf"^(|none|(-?[0-9]{{1,15}}|(-?[0-9]{{1,15}}:)?({_KIND})(\+({_KIND}))*)(:placebo)?)$"
"""All texts that ``evolutions`` reads without a slip of the pen, as a regular expression of JSON Schema."""


@dataclass(frozen=True, slots=True)
class Evolutions:
    """The evolutions that answers get.

    ``mixed``: each answer gets some of them, drawn from ``seed``; otherwise each answer gets all that fit it. A
    ``placebo`` puts an ordinary value in each place where an evolution would change one: a test that fails for it
    compares values, and says nothing of the client.
    """

    kinds: Sequence[str] = ()
    seed: int = 1
    mixed: bool = False
    placebo: bool = False

    def __bool__(self) -> bool:
        return bool(self.kinds)

    def __str__(self) -> str:
        kinds = "" if self.mixed else f":{'+'.join(self.kinds)}"
        return f"{self.seed}{kinds}{_PLACEBO if self.placebo else ''}" if self.kinds else _OFF


def evolutions(text: str) -> Evolutions:
    """Read ``7`` (a mix drawn from this seed), ``null+key-order`` (these, always), ``7:null`` or ``none``.

    ``:placebo`` may follow. Raises ValueError with a text that can stand in a message.
    """
    if text in ("", _OFF):
        return Evolutions()
    match = _FORM.fullmatch(text.removesuffix(_PLACEBO))
    if match is None or not (match["seed"] or match["kinds"]):
        raise ValueError(f"{short_repr(text)} is no evolution: write a seed, or kinds as null+key-order, or 7:null")
    named = {name for name in match["kinds"].split("+") if name}
    if unknown := sorted(named - KINDS.keys() - OUTAGES.keys()):
        near = get_close_matches(unknown[0], [*KINDS, *OUTAGES], 1)
        remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join([*KINDS, *OUTAGES])}"
        raise ValueError(f"{short_repr(unknown[0])} is no evolution; {remedy}")
    # In the order of the table: a body is changed before it is packed.
    kinds = tuple(name for name in (*OUTAGES, *KINDS) if name in named) if named else tuple(KINDS)
    return Evolutions(kinds, int(match["seed"] or 1), not named, text.endswith(_PLACEBO))
