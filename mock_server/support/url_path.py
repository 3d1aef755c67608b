"""Give each path one spelling, so that two requests mean the same resource exactly if their spelling is the same."""

import re
from urllib.parse import unquote

# What would mean something else if it stood there decoded.
_RESERVED = (("%", "%25"), ("/", "%2F"), ("?", "%3F"), ("#", "%23"))
_CODE = re.compile("%[0-9a-fA-F]{2}")


def canonical_path(path: str) -> str:
    """Decode a path to the form in which people write it.

    A letter of a segment that has a meaning in URLs stays encoded: ``/a%2Fb``. A segment that is not UTF-8 stays as it
    is, its codes in capital letters.
    """
    return path if "%" not in path else "/".join(map(_decoded, path.split("/")))


def _decoded(segment: str) -> str:
    try:
        text = unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return _CODE.sub(lambda code: code[0].upper(), segment)
    for sign, code in _RESERVED:
        text = text.replace(sign, code)
    return text
