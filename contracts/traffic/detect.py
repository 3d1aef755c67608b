"""Which kind of recording a file is, told by what it holds."""

from collections.abc import Mapping, Sequence

from contracts.errors import CannotRun
from contracts.spec.json_file import JsonNode
from contracts.traffic import har, mock_journal
from contracts.traffic.recording import Recording

REMEDY = "give a HAR file, or what `GET /__admin/requests` of the mock answers"


def recording(whole: JsonNode, notes: Sequence[str] = ()) -> Recording:
    """``notes`` are about the file as a whole. Raises CannotRun."""
    for name, load in (("log", har.load_recording), ("requests", mock_journal.load_recording)):
        if isinstance(whole.value, Mapping) and name in whole.value:
            found = load(whole)
            found.notes += notes
            return found
    raise CannotRun(f"{whole.file}: neither `log` nor `requests` is in it", REMEDY)
