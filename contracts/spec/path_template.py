"""The paths of a document as requests have them: characters that a URL cannot contain are percent-encoded."""

import re
from urllib.parse import quote

_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""Characters that clients do not encode in a path; `%` too, because a document may have encoded it already."""
_PARAMETER = re.compile(r"(\{[^}]*\})")


def as_sent(template: str) -> str:
    """Encode a path: ``/büro/{id}`` → ``/b%C3%BCro/{id}``."""
    return "".join(part if _PARAMETER.fullmatch(part) else quote(part, _SAFE) for part in _PARAMETER.split(template))


def path_pattern(template: str) -> re.Pattern[str]:
    """A regular expression for the paths of requests, encoded or as the document writes them."""
    parts = _PARAMETER.split(template)
    return re.compile("".join("[^/]+" if _PARAMETER.fullmatch(part) else _either(part) for part in parts))


def _either(text: str) -> str:
    forms = dict.fromkeys((text, quote(text, _SAFE)))
    return f"(?:{'|'.join(map(re.escape, forms))})" if len(forms) > 1 else re.escape(text)
