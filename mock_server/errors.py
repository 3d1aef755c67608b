"""Everything that can go wrong, as one tree.

MockError
├── SetupError                 we cannot start, or a file is wrong: exit code 2
│   ├── SettingsError          a flag, a variable or the configuration file
│   ├── SpecError              an OpenAPI document that cannot be served
│   ├── WorldError             a world recipe or a fixture
│   │   └── RecordsError       records of a person's own that the document or other records do not admit
│   └── StateError             a state file that cannot be opened
│       ├── StateLost          a state file that somebody else has taken, moved or changed while we had it
│       └── NameTaken          a workspace of this id, made by another server on the same state
├── ApiError                   what the API answers, in the vendor's envelope
│   ├── BadRequest             400
│   ├── Unauthorized           401
│   ├── Forbidden              403
│   ├── NotFound               404
│   ├── Deleted                a record that was deleted before, with the status that the document has for it
│   ├── MethodNotAllowed       405, with the methods that are allowed
│   ├── NotAcceptable          406
│   ├── Conflict               409, or the documented status
│   ├── PreconditionFailed     412
│   ├── PayloadTooLarge        413
│   ├── UnsupportedMediaType   415
│   ├── Misdirected            421
│   ├── TooManyRequests        429
│   ├── InjectedFault          a fault that was asked for, with its own status
│   ├── InternalError          500
│   │   └── AnswerInvalid      our own answer breaks the contract
│   ├── NotServed              501
│   └── StorageUnavailable     503
└── (nothing else: a bug of ours is an ordinary Python exception)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class MockError(Exception):
    """Root of the tree."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: ``where`` (file, line or JSON pointer), ``what``, and the ``remedy``."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} → {self.remedy}" if self.remedy else text


@dataclass(frozen=True, slots=True)
class InvalidPart(Problem):
    """A part of a request that breaks the contract: ``location`` is `body`, `query` …; ``path`` leads to it there."""

    location: str = ""
    path: Sequence[str | int] = ()


class SetupError(MockError):
    """The program cannot start, or a file is wrong.

    ``problems`` has one entry for each line that a person should read.
    """

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            problem if isinstance(problem, Problem) else Problem("", problem) for problem in problems
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SettingsError(SetupError):
    """A flag, an environment variable or the configuration file has a value that cannot be used."""


class SpecError(SetupError):
    """An OpenAPI document cannot be served; each problem names a JSON pointer and a remedy."""


class WorldError(SetupError):
    """A world recipe or a fixture file is wrong; each problem names file and line."""


class RecordsError(WorldError):
    """Records that a person wrote are refused, and none of them is stored.

    ``pointer`` leads to the first fault. ``conflict`` is true if it only clashes with records that exist already.
    """

    def __init__(self, *problems: Problem, pointer: str = "", conflict: bool = False) -> None:
        super().__init__(*problems)
        self.pointer, self.conflict = pointer, conflict


class StateError(SetupError):
    """A state file cannot be opened, is of another version, or belongs to a running process."""


class StateLost(StateError):
    """The state file is not ours any more. Nothing is written from now on, for it might be lost."""


class NameTaken(StateError):
    """A new workspace has the id of one that another server on the same state has made."""


class ApiError(MockError):
    """An answer of the API other than success.

    ``explain`` goes to ``X-Mock-Explain``, the journal and the log; never into the body.
    """

    status = 500

    def __init__(self, *explain: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self.explain: Sequence[str] = explain
        self.headers = tuple(headers)
        super().__init__("; ".join(explain))


class BadRequest(ApiError):
    """The request breaks the contract (400). ``parts`` are those that do, where they are known."""

    status = 400

    def __init__(
        self, *explain: str, parts: Sequence[InvalidPart] = (), headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        super().__init__(*explain, headers=headers)
        self.parts = parts


class Unauthorized(ApiError):
    """The request has no key, or a key that opens nothing here (401)."""

    status = 401


class Forbidden(ApiError):
    """The request has no valid key, and the document answers that with 403."""

    status = 403


class NotFound(ApiError):
    """There is no such path, or no such record in this workspace (404)."""

    status = 404


class Deleted(ApiError):
    """The record was deleted before; the document has a status for that (``x-deleted-status``)."""

    def __init__(self, status: int, *explain: str) -> None:
        super().__init__(*explain)
        self.status = status


class MethodNotAllowed(ApiError):
    """The path exists, but not with this method (405)."""

    status = 405

    def __init__(self, allowed: Iterable[str], *explain: str) -> None:
        super().__init__(*explain, headers=[(b"allow", ", ".join(sorted(allowed)).encode())])


class NotAcceptable(ApiError):
    """The client accepts none of the documented media types of the answer (406)."""

    status = 406


class Conflict(ApiError):
    """The change clashes with a record that exists: 409, or the status that the document has for it."""

    status = 409

    def __init__(self, *explain: str, status: int = 409, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        super().__init__(*explain, headers=headers)
        self.status = status


class PreconditionFailed(ApiError):
    """The record has changed since the client read it (412)."""

    status = 412


class PayloadTooLarge(ApiError):
    """The body is larger than allowed; it was not read to its end (413)."""

    status = 413


class UnsupportedMediaType(ApiError):
    """The contract does not have the body's content type (415)."""

    status = 415


class Misdirected(ApiError):
    """The Host header names another server: a web page was rebound to this address (421)."""

    status = 421


class TooManyRequests(ApiError):
    """The key has used up its rate limit (429)."""

    status = 429


class InjectedFault(ApiError):
    """The user asked for this fault; it has its own status."""

    def __init__(self, status: int, *explain: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        super().__init__(*explain, headers=headers)
        self.status = status


class InternalError(ApiError):
    """The mock failed, by a bug of ours (500)."""

    status = 500


class AnswerInvalid(InternalError):
    """Our own answer breaks the contract: a bug of the mock, never of the client."""


class NotServed(ApiError):
    """The document says something about this operation that cannot be served; the other operations are (501)."""

    status = 501


class StorageUnavailable(ApiError):
    """The change could not be stored in the state file, so it has not happened (503)."""

    status = 503
