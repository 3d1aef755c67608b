"""Path segments with parameters among fixed text: ``{Sid}.json``, ``{base}...{head}``, ``Items(id='{id}')``."""

import re
from collections.abc import Sequence
from functools import cached_property
from urllib.parse import quote, unquote

PARAMETER = re.compile(r"\{([^{}]*)\}")
BLANK = "{}"
_SEGMENT = re.compile(r"(?:[^{}]|\{[^{}]+\})*")


def blanked(path: str) -> str:
    """The path with its parameters blanked: ``/v1/leads/{}``."""
    return PARAMETER.sub(BLANK, path)


def wrong_segment(path: str) -> str:
    """The first segment of a path with malformed braces; an empty text if there is none."""
    return next((segment for segment in path.split("/") if not _SEGMENT.fullmatch(segment)), "")


def decoded(segment: str) -> str:
    """A segment without percent-encoding, as segments are compared. Bytes that are not UTF-8 stay encoded."""
    if "%" not in segment:
        return segment
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return segment


class SegmentTemplate:
    """A blanked segment with fixed text beside its parameters: ``{}.json``.

    Each parameter has at least one character. If several readings are possible, the earlier parameter takes more:
    ``{name}.{format}`` reads ``a.tar.gz`` as ``a.tar`` and ``gz``.
    """

    def __init__(self, blank: str) -> None:
        self.text = blank
        fixed = blank.split(BLANK)
        self._prefix, self._between, self._suffix = decoded(fixed[0]), [*map(decoded, fixed[1:-1])], decoded(fixed[-1])

    @cached_property
    def order(self) -> tuple[int, int, str]:
        """A sorting key: the template with more fixed text comes first, then the one with fewer parameters."""
        return -len(self.text.replace(BLANK, "")), self.text.count(BLANK), self.text

    def values(self, segment: str) -> Sequence[str] | None:
        """The texts of the parameters, still percent-encoded; None if the segment does not fit.

        Fixed text may be percent-encoded in the request.
        """
        found = self._split(segment)
        if found is None and "%" in segment:
            plain = self._split(decoded(segment))
            found = None if plain is None else [quote(value, safe="") for value in plain]
        return found

    def _split(self, segment: str) -> list[str] | None:
        """Search each fixed text from the right, once: time grows with the segment's length only."""
        if not segment.startswith(self._prefix) or not segment.endswith(self._suffix):
            return None
        start, end = len(self._prefix), len(segment) - len(self._suffix)
        values: list[str] = []
        for fixed in reversed(self._between):
            at = segment.rfind(fixed, start, end - 1)
            if at < 0:
                return None
            values.append(segment[at + len(fixed) : end])
            end = at
        if end <= start:
            return None
        return [segment[start:end], *reversed(values)]


def is_like(path: str, url_path: str) -> bool:
    """Tell whether a path with blanked parameters can be an instance of this one."""
    parts, given = path.split("/"), url_path.split("/")
    return len(parts) == len(given) and all(_fits(part, it) for part, it in zip(parts, given, strict=True))


def _fits(part: str, segment: str) -> bool:
    if part == BLANK or BLANK not in part:
        return part == BLANK or decoded(part) == decoded(segment)
    return SegmentTemplate(part).values(segment) is not None
