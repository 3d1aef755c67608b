"""The writes to a real host as a part of a run: the permission, the requests, and the cleaning up."""

import time
from collections.abc import Callable, Sequence

from contracts.errors import CannotRun, RunStopped
from contracts.options.options import Options, Permission
from contracts.options.selection import Selection
from contracts.real_host.cleanup import Cleaner, organization_of
from contracts.real_host.ledger import Ledger
from contracts.real_host.record_life import RecordLifecycle, requests_of
from contracts.real_host.safe_records import SafeOperations, offers
from contracts.real_host.write_gate import WriteGate
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.scenario import Scenario
from contracts.transport.guard import Mode
from contracts.transport.pacing import Pace

TOPIC = "writes"


class WriteSession:
    """The writes of one run."""

    def __init__(self, offers: Sequence[SafeOperations], permission: Permission, pace: Pace | None) -> None:
        self.offers = offers
        self._permission = permission
        self._clock, self._sleep = (pace.clock, pace.sleep) if pace else (time.time, time.sleep)
        self.gate = WriteGate(offers, clock=self._clock)

    @classmethod
    def permitted(
        cls, offers: Sequence[SafeOperations] | None, permission: Permission | None, pace: Pace | None
    ) -> "WriteSession | None":
        """The writes of a run with a permission; None without one."""
        return None if offers is None or permission is None else cls(offers, permission, pace)

    def permit(self, client: ScenarioClient) -> None:
        """Open the gate. Raises CannotRun if the key does not belong to the named organization."""
        if organization_of(client) != self._permission.organization:
            raise CannotRun("the key opens another organization than the one named", "nothing was written")
        self.gate.ledger = Ledger.begin(
            self._permission.ledger, client.target.origin, self._permission.organization, self._clock()
        )

    def scenarios(self) -> list[Scenario]:
        """One scenario for each kind of record that is written."""
        return [Scenario(TOPIC, offer.path, self._life(offer)) for offer in self.offers]

    def _life(self, offer: SafeOperations) -> Callable[[ScenarioClient], None]:
        return lambda client: RecordLifecycle(client, offer, self.gate).live()

    def clean_up(self, client: ScenarioClient) -> str:
        """Delete what is left, and return a message if that failed. Only KeyboardInterrupt is raised."""
        ledger = self.gate.ledger
        if ledger is None:
            return ""
        self.gate.deletes_only = True
        try:
            reasons = Cleaner(client, self.gate, ledger, self._clock, self._sleep).clean()
        except RunStopped as stop:
            reasons = [stop.reason]
        finally:
            ledger.close()
        return f"not cleaned up: {'; '.join(reasons)} → {self.remedy}" if reasons else ""

    @property
    def remedy(self) -> str:
        """Say what a person can do about records that exist, or may exist; empty if there are none."""
        ledger = self.gate.ledger
        return f"sophiie-mock check cleanup {ledger.file}" if ledger is not None and ledger.left else ""


def describe(offers: Sequence[SafeOperations]) -> list[str]:
    """Every request of the writes; the first one finds out whose key it is."""
    return ["GET /v1/organization", *(line for offer in offers for line in requests_of(offer))]


def allowed(
    options: Options, mode: Mode, catalogue: Catalogue, selection: Selection
) -> Sequence[SafeOperations] | None:
    """The operations that a run may write with; None without a permission.

    Raises CannotRun in a mode that needs no permission.
    """
    if options.permission is None:
        return None
    if mode is not Mode.SAFE:
        raise CannotRun("--allow-writes is for mode `safe`", "`full` writes what it likes: leave it out")
    return [offer for offer in offers(catalogue) if selection.includes(TOPIC, offer.path)]
