"""Side effects of deliveries, seen through the receiver's calls into the mock and through the user's probe."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from contracts.receiver.effect_probe import EffectProbe
from contracts.receiver.mock_driver import MockDriver
from contracts.receiver.receiver_calls import ReceiverCall
from contracts.receiver.subjects import CheckedRecord

PATIENCE = 5.0
"""Seconds in which the effect of a delivery must be seen."""
_QUIET = 0.15
"""Seconds without a change after which nothing more is expected, of a receiver that works before it answers."""
_LOOK = 0.03
NOBODY = CheckedRecord("", ())
"""The record that a probe is asked about which counts all effects."""
_MAX_SECONDS = 300.0
"""Seconds after which a receiver whose effects go on and on is looked at no longer."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Numbers of side effects. ``probed`` is None without a probe."""

    calls: int = 0
    probed: int | None = None

    def __bool__(self) -> bool:
        return bool(self.calls or self.probed)

    def times(self, number: int) -> "Effects":
        """The effects of so many deliveries."""
        return Effects(self.calls * number, None if self.probed is None else self.probed * number)

    def reaches(self, other: "Effects") -> bool:
        """Tell whether there are at least as many as in ``other``."""
        return self.calls >= other.calls and (self.probed or 0) >= (other.probed or 0)

    def within(self, usual: "Effects") -> "Effects":
        """The effects without those that a usual delivery does not have at all."""
        return Effects(self.calls if usual.calls else 0, self.probed if usual.probed else None)

    def describe(self) -> str:
        """Say how many there were."""
        parts = (
            [f"{self.calls} call{'s' * (self.calls != 1)} into the mock"] if self.calls or self.probed is None else []
        )
        return " and ".join([*parts, *([] if self.probed is None else [f"{self.probed} by the probe"])])


class EffectWatch:
    """Watches the side effects since ``mark``. ``usual`` is what one good delivery causes, once that is known."""

    def __init__(
        self,
        driver: MockDriver,
        probe: EffectProbe | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._driver = driver
        self._probe = probe
        self._clock, self._sleep = clock, sleep
        self._since = 0
        self._before = 0
        self._written: set[str] = set()
        self._quiet = _QUIET
        self.attributed = False
        """True once one of the receiver's calls was seen to name the record that it is about: only such calls count."""
        self.usual = Effects()
        self.operations: Sequence[str] = ()
        """The operations of the writes that one good delivery causes, in their order, each once."""

    def mark(self, records: Sequence[CheckedRecord] = ()) -> None:
        """Count from here on. ``records`` are those that have had effects before and may have more."""
        earlier = self._driver.receiver.calls_since(0) if records else []
        self._written = {call.text for call in earlier if call.method != "POST"}
        self._since = self._driver.receiver.newest_request()
        self._before = 0
        self._before = self._probed(records) or 0

    def calls(self, records: Sequence[CheckedRecord]) -> list[ReceiverCall]:
        """The receiver's writes about these records; all writes if they name none."""
        made = self._driver.receiver.calls_since(self._since)
        marks = [mark for record in records for mark in record.marks]
        return [call for call in made if not self.attributed or call.mentions(marks)]

    def seen(self, records: Sequence[CheckedRecord]) -> Effects:
        """The effects so far."""
        return Effects(self._effective(self.calls(records)), self._probed(records))

    def _effective(self, calls: Sequence[ReceiverCall]) -> int:
        """The number of effects: each POST is one; another write that was made before, word for word, has none."""
        repeatable = {call.text for call in calls if call.method != "POST"}
        return sum(call.method == "POST" for call in calls) + len(repeatable - self._written)

    def _probed(self, records: Sequence[CheckedRecord]) -> int | None:
        """The effects by the probe since ``mark``."""
        if self._probe is None:
            return None
        looked_at = records if self._probe.per_record else [NOBODY]
        return sum(map(self._probe.count, looked_at)) - self._before

    def settled(
        self, records: Sequence[CheckedRecord], expected: Effects | None = None, patience: float = PATIENCE
    ) -> Effects:
        """Wait until the expected effects are there and nothing changes any more. Without ``expected``: any effect.

        It gives up after ``patience`` seconds without another effect, and on a receiver that never comes to rest.
        """
        changed = self._clock()
        end = changed + _MAX_SECONDS
        last = Effects(-1)
        while True:
            seen, now = self.seen(records), self._clock()
            if seen != last:
                last, changed = seen, now
            if now >= end:
                return seen
            enough = bool(seen) if expected is None else seen.reaches(expected)
            if (enough and now - changed >= self._quiet) or (not enough and now - changed >= patience):
                return seen
            self._sleep(_LOOK)

    def learn(self, records: Sequence[CheckedRecord]) -> Effects:
        """Learn from one good delivery what is usual, how long it takes, and whether calls name their record."""
        start = self._clock()
        self._quiet = max(self._quiet, 0.5)  # the second of two effects may come later
        self.settled(records)
        lag = max(0.0, self._clock() - start - self._quiet)
        self._quiet = max(_QUIET, min(3 * lag, PATIENCE / 2))
        made = self._driver.receiver.calls_since(self._since)
        marks = [mark for record in records for mark in record.marks]
        self.attributed = any(call.mentions(marks) for call in made)  # then the others may be a timer's
        self.usual = self.seen(records)
        self.operations = list(dict.fromkeys(call.operation for call in self.calls(records) if call.operation))
        return self.usual

    def was_answered(self, status: int) -> bool:
        """Tell whether the mock has answered one of the receiver's calls with a status."""
        return self._driver.receiver.answered(self._since, status)

    def wait(self, seconds: float) -> None:
        """Let real time pass."""
        self._sleep(seconds)

    def await_answer(self, status: int) -> bool:
        """Wait until the mock has answered a call with a status; False if it does not come."""
        end = self._clock() + PATIENCE
        while not self.was_answered(status):
            if self._clock() >= end:
                return False
            self._sleep(_LOOK)
        return True

    def shown(self, record: CheckedRecord) -> str:
        """Everything that the probe shows of a record; empty without a probe."""
        return "" if self._probe is None else self._probe.text(record)

    def excess(self, got: Effects, times: int = 1) -> str:
        """The finding if there are more effects than usual; empty if not."""
        usual, got = self.usual.times(times), got.within(self.usual)
        more = got.calls > usual.calls or (got.probed or 0) > (usual.probed or 0)
        return got.describe() if more else ""

    def lack(self, got: Effects, times: int = 1) -> str:
        """The finding if there are fewer effects than usual; empty if not."""
        return "" if got.reaches(self.usual.times(times)) else got.within(self.usual).describe()

    def expectation(self, times: int = 1) -> str:
        """Say what is expected."""
        return replace(self.usual.times(times)).describe()
