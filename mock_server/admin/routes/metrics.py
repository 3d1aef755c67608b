"""``/__admin/metrics``: numbers of the whole server, as Prometheus reads them."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server import __version__
from mock_server.admin import query
from mock_server.admin.context import AdminContext
from mock_server.admin.metrics_text import MEDIA_TYPE, Metric, metrics_text, single
from mock_server.event_loop.stall_count import StallCount
from mock_server.event_loop.turns import Turns
from mock_server.store.state import Transaction
from mock_server.webhooks import outbox


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    stalls = StallCount()

    async def show(request: Request) -> Response:
        """Show the numbers. No label names a person, a workspace or a path, so their count is bounded."""
        query.refuse_unknown(request, ())
        stalls.begin()
        owed = await _owed(control)
        return Response(metrics_text(_metrics(control, stalls, owed)), media_type=MEDIA_TYPE)

    return [Route("/metrics", show)]


async def _owed(control: AdminContext) -> int:
    """How many deliveries are owed in all workspaces."""
    owed, turns = 0, Turns(patient=True)
    for workspace in list(control.workspaces):
        await turns.rest()
        owed += Transaction(workspace.state).page(outbox.KIND, 0, 0, {"state": outbox.PENDING})[1]
    return owed


def _metrics(control: AdminContext, stalls: StallCount, owed: int) -> Iterator[Metric]:
    """List every metric; those of the log where there is one."""
    answers = sorted(control.endpoint.answers.items())
    requests = [({"status": str(status)}, count, "") for status, count in answers]
    attempts = [({"outcome": name}, count, "") for name, count in control.dispatcher.news.outcomes.items()]
    yield Metric("sophiie_mock_info", "gauge", "The version that runs.", [({"version": __version__}, 1, "")])
    count = len(list(control.workspaces))
    yield single("sophiie_mock_workspaces", "gauge", "Workspaces that are there.", count)
    if shared := control.workspaces.shared:
        owned: list[tuple[dict[str, str], float, str]] = [({"replica": shared.address}, count, "")]
        yield Metric("sophiie_mock_owned_workspaces", "gauge", "Workspaces that each replica owns.", owned)
    yield Metric("sophiie_mock_requests_total", "counter", "Requests to the emulated API, by status.", requests)
    what = "Answers of the mock that broke the contract."
    yield single("sophiie_mock_invalid_answers_total", "counter", what, control.endpoint.check.mismatches)
    yield Metric("sophiie_mock_delivery_attempts_total", "counter", "Attempts to deliver webhooks.", attempts)
    yield single("sophiie_mock_deliveries_owed", "gauge", "Deliveries that are owed.", owed)
    what = "Times that the event loop served nobody for 100 ms or more, since the metrics were read first."
    yield single("sophiie_mock_stalls_total", "counter", what, stalls.count)
    yield single("sophiie_mock_stall_seconds_total", "counter", "How long those stalls took.", stalls.seconds)
    yield from _log_metrics(control)


def _log_metrics(control: AdminContext) -> Iterator[Metric]:
    commits = control.workspaces.commits
    if commits is None:
        return
    waits = commits.waits
    values: list[tuple[dict[str, str], float, str]] = [({}, waits.seconds, "_sum"), ({}, waits.count, "_count")]
    yield Metric("sophiie_mock_log_wait_seconds", "summary", "How long answers waited for the log.", values)
    yield single("sophiie_mock_log_wait_seconds_max", "gauge", "The longest of these times.", waits.longest)
    what = "Times that the log refused what others may have seen, so that it was undone."
    yield single("sophiie_mock_log_undone_total", "counter", what, commits.refused)
