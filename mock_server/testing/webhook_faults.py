"""The handle on the faults of webhooks: deliveries that come twice, late, forged or not at all."""

from datetime import timedelta
from typing import Any

from mock_server.testing.admin_client import AdminClient
from mock_server.testing.answer_parts import given
from mock_server.testing.literals import DeliveryFault, Trigger


class WebhookFaults:
    """Make deliveries go wrong on their way to a receiver, for any subscription."""

    def __init__(self, control: AdminClient) -> None:
        self._control = control

    def add(
        self,
        fault: DeliveryFault,
        /,
        *,
        trigger: Trigger | str | None = None,
        subscription: int | None = None,
        attempt: int | None = None,
        after: int | None = None,
        nth: int | None = None,
        count: int | None = None,
        probability: float | None = None,
        seed: int | None = None,
        copies: int | None = None,
        seconds: timedelta | float | None = None,
    ) -> Any:
        """Let deliveries go wrong: ``add("CONCURRENT_DUPLICATE", copies=2)``, ``add("LATE", seconds=6 * 3600)``.

        It strikes the first ``attempt`` at each delivery, of one ``trigger`` or ``subscription`` if one is named. Of
        each subscription the first ``after`` of them pass; then it strikes the ``nth`` alone, or ``count`` of them at
        most, each with a ``probability``. ``seconds`` are of the workspace's clock. The rule as the server keeps it.
        Raises Refused.
        """
        which = given(trigger=trigger, subscriptionId=subscription, attempt=attempt)
        limits = given(after=after, nth=nth, count=count, probability=probability, seed=seed, copies=copies)
        time = given(seconds=seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
        return self._control("POST", "/webhooks/faults", {"fault": fault, **which, **limits, **time})

    def all(self) -> list[Any]:
        """The rules of the workspace, with how often each struck."""
        return list(self._control("GET", "/webhooks/faults")["faults"])

    def heal(self) -> None:
        """Remove all rules."""
        self._control("DELETE", "/webhooks/faults")
