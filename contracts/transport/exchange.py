"""One request and its answer, as it went over the wire."""

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import orjson

from contracts.spec.curl_key import key_words
from contracts.spec.json_depth import TOO_DEEP, nests_too_deep, text_nests_too_deep
from contracts.spec.security import Scheme
from mock_server.support.redaction import MASK

TOKEN_VARIABLE: Final = "SOPHIIE_API_KEY"
OTHER_VARIABLE: Final = "SOPHIIE_OTHER_API_KEY"
"""Holds the key of a second organization."""

Variables = Mapping[str, str]
"""Key → the variable that holds it."""
NO_KEYS: Variables = MappingProxyType({})
_SHOWN_HEADERS = ("authorization", "content-type", "accept", "prefer")


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


NOT_JSON: Final = _Absent()
"""The value that ``Exchange.json`` gives for a body that is no JSON."""


@dataclass(frozen=True)
class Exchange:
    """A request with its answer. ``url`` is the whole URL as sent; header names are lower-case; ``operation`` is empty
    when no operation fits.
    """

    method: str
    url: str
    sent_headers: Mapping[str, str]
    sent_body: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes
    operation: str = ""
    seconds: float = 0.0
    private: bool = False
    """Somebody's real data: what is said of it tells its shape and no value."""
    body_fault: str = ""
    """The reason why the body is not as it was sent: it could not be unpacked, say. Empty when it is."""
    schemes: Sequence[Scheme] = field(default=(), repr=False, compare=False)
    """Where the key of the request went, if not into a bearer header as it is kept here."""
    words: Collection[str] | None = field(default=None, repr=False, compare=False)
    """Names of members that a shape may show, as the document has them; None: all. Others are somebody's data."""

    @property
    def path(self) -> str:
        """The path of the URL, percent-encoded as it was sent."""
        return urlsplit(self.url).path

    @property
    def query(self) -> str:
        """The query of the URL, percent-encoded as it was sent."""
        return urlsplit(self.url).query

    @cached_property
    def report_url(self) -> str:
        """The URL for reports. On a real host, ids and query values came from an answer, so they are masked."""
        if not self.private:
            return self.url
        parts, template = urlsplit(self.url), self.operation.partition(" ")[2].split("/")
        steps = parts.path.split("/")
        known = len(steps) == len(template)
        path = "/".join(MASK if step == "{}" else step for step in template) if known else f"/{MASK}"
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        query = "&".join(f"{name}={value if _harmless(value) else MASK}" for name, value in pairs)
        return f"{parts.scheme}://{parts.netloc}{path}" + (f"?{query}" if query else "")

    @property
    def succeeded(self) -> bool:
        """True when the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """The decoded body; ``NOT_JSON`` when the body is not JSON, or is nested too deep to read."""
        return self._decoded[0]

    @property
    def unreadable_reason(self) -> str:
        """The reason why the body cannot be read as JSON; empty when it can. It repeats nothing of the body."""
        return self._decoded[1]

    @cached_property
    def _decoded(self) -> tuple[Any, str]:
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError as fault:
            return NOT_JSON, _why(self.body, fault)
        return (NOT_JSON, TOO_DEEP) if nests_too_deep(value) else (value, "")

    @property
    def media_type(self) -> str:
        """The media type of the answer in lower case, without parameters; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def field(self, name: str) -> Any:
        """A member of a JSON object; None for anything else."""
        return self.json.get(name) if isinstance(self.json, dict) else None

    def curl(self, keys: Variables = NO_KEYS) -> str:
        """The shortest command that repeats the request, with a variable in place of each of the ``keys``."""
        words = ["curl", "-sS"] if self.method == "GET" else ["curl", "-sS", "-X", self.method]
        line = " ".join(words)
        with_key = [name for name, value in self.sent_headers.items() if any(key in value for key in keys)]
        placed = key_words(self.sent_headers.get("authorization", ""), self.schemes)
        for name in dict.fromkeys((*_SHOWN_HEADERS, *with_key)):
            value = None if placed and name == "authorization" else self.sent_headers.get(name)
            if value is not None and (name, value) != ("accept", "*/*"):
                line += f" -H {_quoted(f'{name.title()}: {value}', keys)}"
        line += "".join(f" {flag} {_quoted(text, keys)}" for flag, text in placed)
        if self.sent_body:
            text = self.sent_body.decode("utf-8", "backslashreplace")
            line += " -d " + _shell_word(cut(text, _MAX_BODY_CHARACTERS))
        return f"{line} {_shell_word(self.report_url)}"

    def answer(self, longest: int = 240) -> str:
        """The status and the first words of the body, for a person."""
        if self.private:
            return cut(f"{self.status} {self._shape}", longest)
        beginning = self.body[: 4 * (longest + 1)]  # a letter has four bytes at most
        return f"{self.status} {cut(beginning.decode('utf-8', 'replace'), longest)}".strip()

    @cached_property
    def _shape(self) -> str:
        return shape(self.json, self.words)

    def shown_name(self, name: str) -> str:
        """The name of a member for reports, masked where it may be somebody's data."""
        return name if self.words is None or name in self.words else MASK

    def shown_pointer(self, pointer: str) -> str:
        """A JSON pointer for reports. Names in it are masked where they may be somebody's data."""
        return "/".join(step if step in ("", "*") else self.shown_name(step) for step in pointer.split("/"))


_MAX_BODY_CHARACTERS = 600
_QUOTES = "'\\"


def _why(body: bytes, fault: orjson.JSONDecodeError) -> str:
    if not body:
        return "it is empty"
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return "it begins with a byte order mark"
    if text_nests_too_deep(body):
        return TOO_DEEP
    try:
        body.decode()
    except UnicodeDecodeError as odd:
        return f"its byte {odd.start + 1} is no UTF-8"
    return f"line {fault.lineno}, column {fault.colno}"


def _quoted(text: str, keys: Variables) -> str:
    """A word for a shell. The first of the keys in it becomes a variable."""
    for key, variable in keys.items():
        if key and key in text:
            before, *rest = (re.sub(r'(["$`\\])', r"\\\1", part) for part in text.split(key))
            named = (f"${{{variable}}}{part}" if re.match(r"\w", part) else f"${variable}{part}" for part in rest)
            return f'"{before}{"".join(named)}"'
    return _shell_word(text)


def _shell_word(text: str) -> str:
    """A word for a shell, on one line: invisible characters become escapes, which bash and zsh read."""
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(char if char.isprintable() and char not in _QUOTES else _bytes(char) for char in text)}'"


def _bytes(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


def _harmless(value: str) -> bool:
    """The number of a page, or its size."""
    return value.isdigit() and len(value) <= 3


def cut(text: str, longest: int) -> str:
    """The first part of a text, cut between words, because half a secret would not be recognised as one."""
    if len(text) <= longest:
        return text
    ends = [text.rfind(mark, 0, longest) for mark in ' ,"&;']
    return text[: max(*ends, 0)] + "…"


def shape(value: Any, words: Collection[str] | None = None) -> str:
    """Types instead of values: ``{id: text, tags: [{name: text}]}``. A name that is not in ``words`` is masked."""
    if isinstance(value, dict):
        shown = ((name if words is None or name in words else MASK, member) for name, member in value.items())
        return "{" + ", ".join(dict.fromkeys(f"{name}: {shape(member, words)}" for name, member in shown)) + "}"
    if isinstance(value, list):
        return f"[{shape(value[0], words)}]" if value else "[]"
    names = {str: "text", bool: "boolean", int: "integer", float: "number", type(None): "null"}
    return names.get(type(value), "no JSON")
