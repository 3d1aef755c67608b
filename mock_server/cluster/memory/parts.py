"""All parts of a workspace's memory, in the order in which they are loaded."""

from collections.abc import Sequence

from mock_server.cluster.memory.counts import Counts
from mock_server.cluster.memory.inboxes import INBOXES
from mock_server.cluster.memory.part import Part
from mock_server.cluster.memory.requests import CoverageOfDropped, EntryForm, Journal
from mock_server.cluster.memory.rules import RULES


def parts_with(form: EntryForm) -> Sequence[Part]:
    """The parts; requests are stored in this form."""
    return (*RULES, *INBOXES, CoverageOfDropped(), Journal(form), Counts())
