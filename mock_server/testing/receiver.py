"""The handle that checks a webhook receiver. The check itself is a part of the contract suite."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from mock_server.support.extras import install, lacking
from mock_server.testing.admin_client import AdminClient, Api
from mock_server.testing.blocking import waits


class Receiver:
    """Checks a webhook receiver of yours against this workspace: repeats, another order, forgeries, failures."""

    def __init__(self, control: AdminClient, api: Api, seed: int) -> None:
        self._control = control
        self._api = api
        self._seed = seed

    @waits
    def check(
        self,
        url: str,
        *,
        probe: str | Callable[[], Any] | None = None,
        only: Sequence[str] = (),
        trigger: str = "LEAD_CREATED",
        seed: int | None = None,
    ) -> Any:
        """Check the receiver at ``url``: ``sophiie.receiver.check(app_url, probe=lambda: len(sms_outbox))``.

        Side effects are seen through the receiver's calls with the workspace's key, and through a ``probe``: a function
        that returns how many effects there were, a URL that does, or a command. ``only`` names the rules to judge,
        ``trigger`` the event that the receiver is about, such as ``INQUIRY_CREATED``.
        Returns the result. Raises AssertionError with the findings, or if no side effect was seen; RuntimeError without
        the extra ``check``.
        """
        __tracebackhide__ = True
        if missing := lacking():
            raise RuntimeError(f"{missing}: {install('check')}")
        suite = importlib.import_module("contracts.receiver.check")
        reports = importlib.import_module("contracts.report.receiver_reports")
        made = self._seed if seed is None else seed
        result = suite.check_receiver(url, self._control, self._api, seed=made, probe=probe, only=only, trigger=trigger)
        if result.exit_code:
            raise AssertionError(f"{url}\n{reports.as_text(result)}")
        return result
