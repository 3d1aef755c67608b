"""How long answers waited for the log: what keeps a transaction costs those who must not see it before that."""


class LogWaits:
    """The number of answers that waited, and the seconds of all of them and of the longest."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self.longest = 0.0

    def add(self, seconds: float) -> None:
        """Count an answer that waited."""
        self.count += 1
        self.seconds += seconds
        self.longest = max(self.longest, seconds)
