"""One spelling for each path, so that two requests to one resource are one, and two to two resources are two."""

import re
from urllib.parse import unquote

# What would mean something else if it stood there decoded.
_RESERVED = (("%", "%25"), ("/", "%2F"), ("?", "%3F"), ("#", "%23"))
_CODE = re.compile("%[0-9a-fA-F]{2}")


def canonical_path(path: str) -> str:
    """A path as people write it, decoded, but for a letter of a segment that is a sign of URLs: ``/a%2Fb`` stays so.

    A segment that is not UTF-8 stays as it is, its codes in capital letters.
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
