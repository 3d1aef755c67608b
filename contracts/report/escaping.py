"""One escaping function for each format of a report: a text from a target must stay data in all of them.

Machines read reports. A terminal obeys escape sequences, a pipeline obeys lines of its log, a code host renders
Markdown. A text that contains such things is shown with them escaped, so that nothing obeys it.
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
    """Escape all characters of a text that would act or would be invisible. Line breaks stay."""
    return _ACTING.sub(lambda found: ascii(found[0])[1:-1], text)


def terminal(text: str) -> str:
    """Make one line of a text for a terminal or a log. It cannot act on either, and cannot begin a command to a
    pipeline.
    """
    line = visible(text).replace("\n", "\\n")
    return _COMMAND.sub(lambda found: found[0][:-1] + f"\\x{ord(found[0][-1]):02x}", line)


def annotation(text: str) -> str:
    """The message of a workflow command."""
    return visible(text).replace("%", "%25").replace("\n", "%0A")


def annotation_property(text: str) -> str:
    """A property of a workflow command."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str) -> str:
    """Escape a text for a line or a cell of Markdown, so that it is no link, image, mention, markup or HTML."""
    plain = html.escape(visible(" ".join(text.split())), quote=False)
    return _MARKUP.sub(r"\\\g<0>", plain)


def page(text: str) -> str:
    """Escape a text for HTML, in an element or in a quoted attribute."""
    return html.escape(visible(text))


def xml(text: str) -> str:
    """Make a text that XML can hold: XML has no form for most control characters, or for half letters."""
    return visible(text)


def message(text: str) -> str:
    """Escape a plain text for SARIF, where ``[words](target)`` would be a link."""
    return _LINK.sub(r"\\]", visible(text))


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """Write JSON as UTF-8 text. Each value keeps its meaning, and the file cannot act on a terminal."""
    separators = None if indent else (",", ":")
    return _ACTING.sub(_escaped, json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)) + "\n"


def _escaped(found: re.Match[str]) -> str:
    half = "\ud800" <= found[0] <= "\udfff"  # which strict readers refuse, also as an escape: it becomes a text
    return ("\\" if half else "") + json.dumps(found[0])[1:-1]
