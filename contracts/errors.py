"""Reasons for a run to end early, as one tree of exceptions.

SuiteError
├── CannotRun        nothing can be said about the contract: exit code 2, with the reason
├── RequestRefused   the guard refused a request before a connection was opened
└── RunStopped       a stop rule ended the run: the target asked for it, or the budget is used up
"""


class SuiteError(Exception):
    """Root of the tree."""


class CannotRun(SuiteError):
    """The run cannot start, or it tested nothing. ``remedy`` says what a person can do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{reason} → {remedy}" if remedy else reason)


class RequestRefused(SuiteError):
    """A request that this mode does not allow. It was not sent."""


class RunStopped(SuiteError):
    """The run is over. ``spent`` tells a used-up budget, which is ordinary, from a target that asked for peace."""

    def __init__(self, reason: str, *, spent: bool = False) -> None:
        self.reason = reason
        self.spent = spent
        super().__init__(reason)
