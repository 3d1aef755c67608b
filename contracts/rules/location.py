"""The place where a rule was broken, as a type, so that no code has to parse a text."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in an exchange. Its text, ``200 /leads/*/nickname``, tells findings apart in reports and baselines."""

    status: int | None = None
    """The HTTP status of the answer; None when the request is at fault, or a scenario as a whole."""
    part: str = ""
    """The part of a request: ``body``, or the place of a parameter (``query``, ``path``, ``header``, ``cookie``)."""
    name: str = ""
    """The name of a header or a parameter, or a scenario's own word for one of several cases."""
    pointer: str = ""
    """JSON pointer into the body or the parameter; ``*`` stands for every index."""

    def __str__(self) -> str:
        status = "" if self.status is None else str(self.status)
        return " ".join(filter(None, (status, self.part, self.name, self.pointer)))

    def as_dict(self) -> dict[str, int | str | None]:
        """The location as plain data."""
        return {"status": self.status, "part": self.part, "name": self.name, "pointer": self.pointer}

    @classmethod
    def load(cls, text: str) -> "Location":
        """Read the text of a location, from a report."""
        found = re.fullmatch(r"(?:(\d{3})(?: |$))?(.*?) ?(/\S*)?", text, re.S)
        status, name, pointer = found.groups() if found else (None, text, None)
        return cls(int(status) if status else None, name=name, pointer=pointer or "")


NOWHERE = Location()
