"""Take secrets out of texts: every log, report and answer uses this one redactor.

It works in two layers. A registered secret is masked wherever it stands, also URL-, JSON-, hex- or base64-encoded
inside a longer text. A text that was never registered but looks like a key is masked as well. The well-known
``sk_test_local`` is no secret.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MASK = "***"
_WELL_KNOWN = "sk_test_local"
_REMEDY = f"bearer {_WELL_KNOWN}`"
"""The words of our own refusals of a key. They look like a secret, and a closer look at each of them is slow.

The sign at the end ends the word, so that no longer key is taken for it.
"""
_SHORTEST = 6  # a shorter form stands in too many innocent texts

# What is kept of a match, to say what was there, is in a group. The first line spares most letters the rest.
_LOOKS = re.compile(
    r"""
    (?=[sprwbat])
    (?!sk_test_local(?![\w-]))
    (?: ((?:[spr]k_(?:live|test)_|whsec_))[\w+=-]+
      | (\bsmt_)[\w-]{20,}  # a token for the control plane; shorter words may be anything
      | (\bbearer(?:\s|%20|\+)+)(?!(?:[spr]k_(?:live|test)|whsec)_)[\w.~+/=-]{6,}
      | (\b(?:api[_-]?key|access[_-]?token|token|secret|password)=)(?!sk_test_local(?![\w-]))[^&\s]+
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNS = ("k_live_", "k_test_", "whsec_", "smt_", "bearer", "key=", "token=", "secret=", "password=")
"""Each text that looks like a secret has one of these in it: looking for them first costs next to nothing."""
# Words in a chain, as those of a JSON Web Token, parts of which may be masked already. Where one begins is looked for
# word by word: one expression for both would try each beginning up to the end of its word.
_CHAIN = re.compile(r"(?<![\w*-])[\w*-]++(?:\.[\w*-]*+)+")
_TOKEN = re.compile(r"(\beyJ)[\w*-]{8,}", re.IGNORECASE)
_TOKEN_SIGN = "eyj"
_SHORTEST_PART = 8  # letters of a token's second part


class Redactor:
    """Masks secrets in texts. Register a secret before anything can print it."""

    def __init__(self, *secrets: str) -> None:
        self.key_headers: frozenset[str] = frozenset()
        """Header fields, in lower case, whose values are keys."""
        self._key_parameters: frozenset[str] = frozenset()
        self._forms: frozenset[str] = frozenset()
        self._values: re.Pattern[str] | None = None
        for secret in secrets:
            self.hide(secret)

    def __repr__(self) -> str:
        return "<Redactor>"

    def hide(self, secret: str) -> None:
        """Mask ``secret`` from now on. A secret of less than six characters is not masked:

        it would mask half of a log.
        """
        self._forms |= forms_of(secret)
        longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
        self._values = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def hide_named(self, *, headers: Iterable[str] = (), parameters: Iterable[str] = ()) -> None:
        """Mask the values of these headers and query parameters, because a document says that they are keys."""
        self.key_headers |= {name.lower() for name in headers}
        self._key_parameters |= frozenset(parameters)

    def redact(self, text: str) -> str:
        """Return ``text`` with each secret masked, or unchanged if it has none."""
        if self._values is not None and any(form in text for form in self._forms):
            text = self._values.sub(MASK, text)
        low = text.casefold().replace(_REMEDY, "")
        if any(sign in low for sign in _SIGNS):
            text = _LOOKS.sub(_masked, text)
        return _CHAIN.sub(_without_tokens, text) if _TOKEN_SIGN in low else text

    def redact_url(self, text: str) -> str:
        """Redact a path or a query, where any character may be percent-encoded.

        It stays encoded as it came, unless a secret shows only after decoding.
        """
        if self._key_parameters and "=" in text:
            text = "&".join(map(self._without_key, text.split("&")))
        if "%" in text:
            plain = unquote(text)
            bare = self.redact(plain)
            if bare != plain:
                return bare
        return self.redact(text)

    def _without_key(self, pair: str) -> str:
        """Return a ``name=value`` pair of a query without the value that is a key; a path may stand before the pair."""
        name, _, value = pair.partition("=")
        is_key = unquote_plus(name.rpartition("?")[2]) in self._key_parameters
        return f"{name}={MASK}" if is_key and value not in ("", _WELL_KNOWN) else pair


def _masked(match: re.Match[str]) -> str:
    return next((kept for kept in match.groups() if kept), "") + MASK


def _without_tokens(match: re.Match[str]) -> str:
    """Mask each token in a chain of words: a token is two long words, with or without a third."""
    words, shown, index = match[0].split("."), [], 0
    while index < len(words):
        is_long = index + 1 < len(words) and len(words[index + 1]) >= _SHORTEST_PART
        start = _TOKEN.search(words[index]) if is_long else None
        shown.append(words[index] if start is None else words[index][: start.start()] + start[1] + MASK)
        index += 1 if start is None else 3
    return ".".join(shown)


def forms_of(secret: str) -> frozenset[str]:
    """The forms of a secret that a Redactor masks."""
    return frozenset(form for form in _forms(secret) if len(form) >= _SHORTEST)


def _forms(secret: str) -> Iterator[str]:
    """All encodings in which a secret may stand in a text."""
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield quoted
        yield re.sub("%..", lambda code: code[0].lower(), quoted)
    for ascii_only in (True, False):
        yield json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
    yield raw.hex()
    yield raw.hex().upper()
    for before in range(3):
        # The first and last letters also depend on the neighbours, so they are not part of the form.
        first, cut = (0, 2, 3)[before], -1 if (before + len(raw)) % 3 else None
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + raw).decode().rstrip("=")[first:cut]
