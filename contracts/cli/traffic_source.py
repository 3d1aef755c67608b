"""Where recorded traffic comes from: a file, standard input, or the journal of a running mock."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.errors import CannotRun
from contracts.spec.json_file import MAX_FILE_BYTES, JsonNode, parsed
from contracts.spec.text_file import NotText, content
from contracts.traffic.detect import REMEDY, recording
from contracts.traffic.recording import Recording
from mock_server.cli.client import Client
from mock_server.errors import SettingsError

_MAX_REQUESTS = 10_000


@dataclass(frozen=True)
class TrafficSource:
    """A recording with the name of its source. ``facts`` is the whole of what was read."""

    recording: Recording
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def load_source(source: str, workspace: str = "") -> TrafficSource:
    """Read a HAR file, a journal, or the journal of the running mock at a URL; `-` is standard input.

    Raises CannotRun.
    """
    if source.startswith(("http://", "https://")):
        return _of_server(source, workspace)
    raw = sys.stdin.buffer.read(MAX_FILE_BYTES + 1) if source == "-" else content(source, MAX_FILE_BYTES, REMEDY)
    place, name = ("standard input", "standard input") if source == "-" else (source, Path(source).name)
    whole, notes = _whole(raw, place)
    return TrafficSource(recording(whole, notes), name, whole.value)


def _whole(raw: bytes, place: str) -> tuple[JsonNode, Sequence[str]]:
    """Read a recording, with notes about repairs: one bad byte is no reason to refuse the whole file."""
    try:
        return parsed(raw, place, REMEDY), ()
    except NotText as fault:
        return parsed(raw, place, REMEDY, "replace"), (f"{fault.reason}: read as U+FFFD",)


def _of_server(url: str, workspace: str) -> TrafficSource:
    """The journal of a workspace, with the deliveries to its subscribers. Raises CannotRun."""
    try:
        client = Client(url)
        facts = client.control("GET", f"/requests?limit={_MAX_REQUESTS}", workspace=workspace)
        deliveries = client.control("GET", f"/webhooks/deliveries?limit={_MAX_REQUESTS // 10}", workspace=workspace)
    except SettingsError as fault:
        raise CannotRun(str(fault)) from None
    notes = []
    if facts.get("requestJournalDisabled"):
        raise CannotRun(f"{client.url}: its journal is off", "start it with a --journal-size")
    if dropped := facts.get("dropped") or max(0, facts["meta"]["total"] - _MAX_REQUESTS):
        notes.append(f"the journal dropped {dropped} requests: nothing is known of them")
    whole = {**facts, "deliveries": deliveries["items"]}
    return TrafficSource(recording(JsonNode(client.url, whole), notes), client.url, whole)
