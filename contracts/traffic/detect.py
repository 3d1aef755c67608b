"""Detect from its content which kind of recording a file is."""

from collections.abc import Mapping, Sequence

from contracts.errors import CannotRun
from contracts.spec.json_file import JsonNode
from contracts.traffic import har, mock_journal
from contracts.traffic.recording import Recording

REMEDY = "give a HAR file, or what `GET /__admin/requests` of the mock answers"


def recording(whole: JsonNode, notes: Sequence[str] = ()) -> Recording:
    """Read a recording. ``notes`` collects remarks about the file as a whole. Raises CannotRun."""
    for name, load in (("log", har.load_recording), ("requests", mock_journal.load_recording)):
        if isinstance(whole.value, Mapping) and name in whole.value:
            found = load(whole)
            found.notes += notes
            return found
    raise CannotRun(f"{whole.file}: neither `log` nor `requests` is in it", REMEDY)
