"""The exchanges of a run as a shape recording, which `learn`, `replay` and `spec evidence` read."""

from collections.abc import Collection, Mapping
from threading import Lock

from contracts.report.summary import RunReport
from contracts.run.events import ExchangeMade, RunEvent
from contracts.run.outcome import RunResult
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.observer import Observer, now
from contracts.shapes.recording_file import to_text


class ShapeRecorder:
    """Subscribes to a run and keeps the shape of each exchange. ``asked`` has the members whose words gaps ask for."""

    def __init__(self, outcome: RunResult, asked: Mapping[str, Collection[str]]) -> None:
        contract = outcome.coverage.contract
        self._observer, self._lock = Observer(contract, asked, outcome.started), Lock()
        digests = tuple(document.digest for document in contract.documents)
        self._recording = outcome.recording = ShapeRecording(outcome.started.date(), digests)

    def __call__(self, event: RunEvent) -> None:
        """Keep the shape of an exchange; other events have nothing for a recording."""
        if isinstance(event, ExchangeMade):
            with self._lock:  # the thread that made the request calls this
                self._recording.exchanges.append(self._observer.observe(event.exchange, now()))


def as_shapes(report: RunReport) -> str:
    """The recording as a file; it is empty where nothing was recorded."""
    outcome = report.outcome
    return to_text(outcome.recording or ShapeRecording(outcome.started.date())).decode()
