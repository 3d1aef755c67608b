"""Which kind of recording a file is, told by what it holds."""

from collections.abc import Mapping

from contracts.errors import CannotRun
from contracts.node import Node
from contracts.traffic import har, journal
from contracts.traffic.reading import Recording

REMEDY = "give a HAR file, or what `GET /__admin/requests` of the mock answers"


def recording(whole: Node) -> Recording:
    """Raises CannotRun."""
    if isinstance(whole.value, Mapping) and "log" in whole.value:
        return har.read(whole)
    if isinstance(whole.value, Mapping) and "requests" in whole.value:
        return journal.read(whole)
    raise CannotRun(f"{whole.file}: neither `log` nor `requests` is in it", REMEDY)
