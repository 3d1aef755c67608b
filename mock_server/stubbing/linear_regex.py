r"""Regular expressions from users: each takes time in proportion to the text, and the time is bounded.

The engine is Rust's, reached through the library that validates schemas. It does not backtrack, so ``(a+)+$`` is as
quick as any other. Features that it does not have (look-around, back-references) are refused. An expression must
match the whole text, a dot matches line breaks too, and ``\d``, ``\w`` and ``\s`` mean ASCII.
"""

import re
import warnings

import jsonschema_rs

MAX_SIZE = 1024 * 1024
"""Most bytes of an expression after its repetitions are written out."""
_WORK = 1_000_000_000
"""Most bytes of an expression times characters of a text in one match: at the worst some eighty milliseconds."""
_EACH_LETTER = 5_000  # bytes of an expression that cost as much as a letter costs anyway
_SMALLEST = 512

_ENDLESS = "which can take time without end"
# What Java and Python know and this engine does not: a sign of it, a word for it, and the way to say it otherwise.
_UNKNOWN = (
    (r"\(\?<?[=!]", f"it looks around, {_ENDLESS}", "say it with a second pattern, as doesNotMatch"),
    (r"\\[1-9]|\\k[<{]|\(\?P=", f"it refers back to a group, {_ENDLESS}", "write what may stand there"),
    (r"\(\?>|[*+?}]\+", "it is possessive: what it took it does not give back", "leave out the second + or the ?>"),
    (r"\(\?\(", "it has a condition", "write both cases with |"),
    (r"\\[QEhHRXGKZ]", "it has an escape that is not known here", r"write \ before each sign with a meaning"),
)
_CATEGORY = r"\\[pP]\{[^}]*\}"
# Categories, escapes and classes, of which one may lack its end: no sign in them is meant.
_PLAIN = re.compile(rf"{_CATEGORY}|\\[^1-9QEhHRXGKZk]|\[\^?\]?(?:\\.|[^\]\\])*+(?:\]|\Z)", re.DOTALL)


class UnsupportedRegex(ValueError):
    """The text is not a supported expression; the message says why, and what to do."""


class LinearRegex:
    """A compiled expression. ``longest`` is the length of the longest text to match. Raises UnsupportedRegex."""

    def __init__(self, pattern: str, *, ignore_case: bool = False, most: int = MAX_SIZE) -> None:
        flags = "is" if ignore_case else "s"
        bare = _PLAIN.sub("x", pattern)
        for sign, what, remedy in _UNKNOWN:
            if re.search(sign, bare):
                raise UnsupportedRegex(f"{what}; {remedy}")
        if _compiled(pattern, most) is None:  # by itself: its brackets must not close ours
            raise UnsupportedRegex(_why(pattern))
        whole = rf"\A(?{flags}:{pattern})\z"
        self.size = _SMALLEST
        while (found := _compiled(whole, self.size)) is None:
            self.size *= 2
            if self.size > most:
                raise UnsupportedRegex(
                    "too large once its repetitions are written out: repeat less, or a smaller class"
                )
        self._validator = found
        self.longest = _WORK // (_EACH_LETTER + self.size)

    def matches(self, text: str) -> bool:
        """Tell whether the expression matches the whole text, which has at most ``longest`` characters."""
        return self._validator.is_valid(text)


def _compiled(pattern: str, most: int) -> jsonschema_rs.Draft202012Validator | None:
    options = jsonschema_rs.RegexOptions(size_limit=most)
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options)
    except jsonschema_rs.ValidationError:
        return None


def _why(pattern: str) -> str:
    """The fault of an expression, in Python's words if Python refuses it as well."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(re.sub(_CATEGORY, ".", pattern))
    except (re.error, RecursionError, OverflowError) as fault:
        return f"no regular expression: {fault}"
    return r"no regular expression, or too large a one: write \{ \} and \- where they stand for themselves, repeat less"
