"""One escaping function for each place that a report is written to: a text of a target is data in all of them.

Reports are read by machines. A terminal obeys escape sequences, a pipeline obeys lines of its log, a code host renders
Markdown. A text that holds such things is shown with them spelled out, and nothing follows it.
"""

import html
import json
import re
from typing import Any

# What moves a terminal's cursor, changes its title, turns the reading direction, cannot be seen, or is half a letter.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
# Commands to a pipeline: at the start of a line for GitHub, anywhere in it for its older form, Azure and TeamCity.
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\w*\[)")
# What Markdown of a code host acts on: emphasis, code, links, images, tables, mentions, numbers of issues, formulas,
# short names of pictures, addresses that it links by itself, and at the start of a line headings, lists and rules.
_MARKUP = re.compile(
    r"""
      [`*~|@$\[\]]
    | \\(?=[^\w\s]) | (?<![^\W_])_ | _(?![^\W_])
    | :(?=//) | :(?=[a-z+][\w+-]*:) | \#(?=\d) | (?<=\bwww)\.
    | ^[-+=\#:] | (?<=^\d)[.)] | (?<=^\d\d)[.)]
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LINK = re.compile(r"\](?=\()")


def visible(text: str) -> str:
    """A text in which all that would act, or would not be seen, is written as an escape. Lines stay lines."""
    return _ACTING.sub(lambda found: ascii(found[0])[1:-1], text)


def terminal(text: str) -> str:
    """A text as one line for a terminal or a log: it acts on neither, and begins no command to a pipeline."""
    line = visible(text).replace("\n", "\\n")
    return _COMMAND.sub(lambda found: found[0][:-1] + f"\\x{ord(found[0][-1]):02x}", line)


def annotation(text: str) -> str:
    """The message of a workflow command."""
    return visible(text).replace("%", "%25").replace("\n", "%0A")


def annotation_property(text: str) -> str:
    """A property of a workflow command."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str) -> str:
    """A text within a line, or a cell, of Markdown: no link, image, mention, markup or HTML comes of it."""
    plain = html.escape(visible(" ".join(text.split())), quote=False)
    return _MARKUP.sub(r"\\\g<0>", plain)


def page(text: str) -> str:
    """A text in HTML, in an element or in a quoted attribute."""
    return html.escape(visible(text))


def xml(text: str) -> str:
    """A text that XML can hold: it has no form for most control characters, nor for half letters."""
    return visible(text)


def message(text: str) -> str:
    """A plain text of SARIF, in which ``[words](target)`` would be a link."""
    return _LINK.sub(r"\\]", visible(text))


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """JSON as text: each value is the value, and the file itself acts on no terminal and is UTF-8."""
    separators = None if indent else (",", ":")
    return _ACTING.sub(_escaped, json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)) + "\n"


def _escaped(found: re.Match[str]) -> str:
    half = "\ud800" <= found[0] <= "\udfff"  # which strict readers refuse, also as an escape: it becomes a text
    return ("\\" if half else "") + json.dumps(found[0])[1:-1]
