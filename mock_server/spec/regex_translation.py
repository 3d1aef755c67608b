"""Rewrite a regular expression of ECMAScript or of Rust so that Python's own parser reads it."""

import re
from collections.abc import Mapping

_UNICODE = re.compile(r"\\([pP])(?:\{\^?([^}]*)\}|([A-Z]))")
_CODE_POINT = re.compile(r"\\(?:u\{|x\{)([0-9A-Fa-f]{1,6})\}")
_BACK_REFERENCE = re.compile(r"\\k<([^>]+)>")
_GROUP = re.compile(r"\(\?<(?![=!])([^>]*)>")
_FLAGS = re.compile(r"\(\?[a-zA-Z]+\)")

# Characters of a Unicode property that are easy to read, by the first letter of its category or by its name.
_PROPERTIES: Mapping[str, str] = {
    "Lu": "A-Z",
    "Uppercase_Letter": "A-Z",
    "Uppercase": "A-Z",
    "Ll": "a-z",
    "Lowercase_Letter": "a-z",
    "Lowercase": "a-z",
    "Lo": "\u4e00-\u4e20",
    "Other_Letter": "\u4e00-\u4e20",
    "Lt": "\u01c5\u01c8",
    "Lm": "\u02b0-\u02b8",
    "Latin": "A-Za-z",
    "Greek": "\u03b1-\u03c1\u03c3-\u03c9",
    "Cyrillic": "\u0430-\u044f",
    "Han": "\u4e00-\u4e20",
    "Hiragana": "\u3041-\u3096",
    "Katakana": "\u30a1-\u30fa",
    "Hangul": "\uac00-\uac20",
    "Arabic": "\u0628-\u0639",
    "Hebrew": "\u05d0-\u05ea",
    "Thai": "\u0e01-\u0e2e",
    "Devanagari": "\u0905-\u0914",
    "ASCII": " -~",
    "Any": " -~",
    "Alphabetic": "A-Za-z",
    "Alpha": "A-Za-z",
    "White_Space": " ",
    "Nl": "\u2160-\u216b",
    "No": "\u00b2\u00b3",
    "Emoji": "0-9\u2600-\u2603",
    "Emoji_Presentation": "\u26a1\u26bd",
    "Extended_Pictographic": "\u2600-\u2603",
    "Sc": "$\u20ac",
    "Sm": "+<=>",
    "Sk": "`\\^",
    "So": "\u00a9\u00ae",
    "Pd": "\\-",
    "Ps": "(\\[{",
    "Pe": ")\\]}",
    "Pc": "_",
}
_CATEGORIES: Mapping[str, str] = {
    "L": "A-Za-z",
    "N": "0-9",
    "P": "!#%&*,./:;?@_\\-",
    "S": "$+<=>|~",
    "Z": " ",
    "M": "\u0300-\u0304",
    "C": "\\x01-\\x08",
}


def translated(pattern: str) -> str:
    """Rewrite ``pattern`` for Python's parser: names of groups, Unicode properties, brackets inside a class."""
    made: list[str] = []
    place, inside = 0, False
    while place < len(pattern):
        piece, place, inside = _next(pattern, place, inside)
        made.append(piece)
    return "".join(made)


def _next(pattern: str, place: int, inside: bool) -> tuple[str, int, bool]:
    """The next piece, its end, and whether a character class is open after it."""
    char = pattern[place]
    if char == "\\":
        return *_escaped(pattern, place, inside), inside
    if inside:
        return ("\\" + char if char in "[&~|" else char, place + 1, char != "]")
    if char == "[":
        if pattern.startswith("[^]", place) and "]" not in pattern[place + 3 :].partition("[")[0]:
            return r"[\s\S]", place + 3, False
        opening = re.compile(r"\[\^?\]?").match(pattern, place)
        return (opening[0], opening.end(), True) if opening else (char, place + 1, True)
    if flags := _FLAGS.match(pattern, place):
        return "", flags.end(), False
    group = _GROUP.match(pattern, place)
    return (f"(?P<{group[1]}>", group.end(), False) if group else (char, place + 1, False)


def _escaped(pattern: str, place: int, inside: bool) -> tuple[str, int]:
    """The translation of an escape, and its end."""
    if found := _UNICODE.match(pattern, place):
        members = _members(found[2] or found[3] or "")
        negated = (found[1] == "P") != ("{^" in found[0])
        if inside:  # a class knows no negation inside: what is easy to read and surely not a member
            return ("!-/" if "A" in members else "A-Za-z") if negated else members, found.end()
        return f"[{'^' * negated}{members}]", found.end()
    if found := _CODE_POINT.match(pattern, place):
        return re.escape(chr(min(int(found[1], 16), 0x10FFFF))), found.end()
    if not inside and (found := _BACK_REFERENCE.match(pattern, place)):
        return f"(?P={found[1]})", found.end()
    piece = pattern[place : place + 2]
    return {"\\z": "\\Z", "\\h": "[0-9a-fA-F]", "\\/": "/"}.get(piece, piece), place + 2


def _members(name: str) -> str:
    """The characters of a Unicode property, for use inside a class; letters if the property is unknown."""
    value = name.rpartition("=")[2].strip()
    return _PROPERTIES.get(value) or _CATEGORIES.get(value[:1], "A-Za-z")
