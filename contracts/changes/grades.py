"""How a change of a document affects a client, and which kinds of clients there are."""

from enum import StrEnum


class Grade(StrEnum):
    """How a change affects a client."""

    BROKEN = "broken"
    """A client that uses the changed part fails, or gets something else than it asked for."""
    AFFECTED = "potentially affected"
    """It depends on the client, or nobody can tell from the documents alone."""
    UNAFFECTED = "unaffected"
    """No client can notice it, or this client does not use the changed part."""

    @property
    def weight(self) -> int:
        """A number for sorting: the worst grade has the lowest one."""
        return list(Grade).index(self)


class ClientKind(StrEnum):
    """How a client treats a word or a kind of record that it does not know."""

    UNKNOWN = "unknown"
    CLOSED = "closed-enums"
    """It fails, as generated clients with closed enumerations do."""
    OPEN = "open"
    """It goes on."""

    @property
    def grade(self) -> Grade:
        """The grade of a new word in an answer."""
        return {"closed-enums": Grade.BROKEN, "open": Grade.UNAFFECTED}.get(self.value, Grade.AFFECTED)


class Side(StrEnum):
    """Who sends the part that a schema describes; a parameter is sent as text."""

    PARAMETER = "parameter"
    REQUEST = "request"
    ANSWER = "answer"
