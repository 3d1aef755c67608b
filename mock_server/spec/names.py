"""Compare names as people spell them: ``lead_id``, ``lead-id`` and ``LeadID`` are equal."""

import re

_JOINTS = re.compile(r"[^a-z0-9]+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def plain(name: str) -> str:
    """The name without case and without the characters that join its words."""
    return _JOINTS.sub("", name.lower())


def words_of(name: str) -> list[str]:
    """The words of a name: ``billingCustomerID`` → ``billing``, ``customer``, ``id``."""
    return [word.lower() for word in _WORDS.findall(name)]


def singular(word: str) -> str:
    """The singular of an English noun:

    ``inquiries`` → ``inquiry``, ``leads`` → ``lead``, ``addresses`` → ``address``.
    """
    for end, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", "")):
        if word.endswith(end) and len(word) > len(end) + 1:
            return word[: -len(end)] + instead
    return word
