"""The files that ``learn`` takes: recordings of ours, HAR files, journals. All become recordings of shapes."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contracts.errors import CannotRun
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.observer import Observer, now
from contracts.shapes.recording_file import is_recording, load_recording
from contracts.spec.document import Contract
from contracts.spec.json_file import opened
from contracts.traffic.api_home import home
from contracts.traffic.detect import recording as traffic_recording
from contracts.traffic.recording import Part, Recorded, Recording

REMEDY = "give a recording of `sophiie-mock proxy`, a HAR file, or what `GET /__admin/requests` of the mock answers"
_ORIGIN = "http://recorded"


def load_source(path: Path, contract: Contract, asked: Mapping[str, Collection[str]], base: str = "") -> ShapeRecording:
    """The recording in a file. ``asked`` has the members whose words gaps ask for. Raises CannotRun."""
    whole = opened(path, REMEDY)
    if is_recording(whole):
        return load_recording(whole, contract)
    traffic = traffic_recording(whole)
    place = home(contract, traffic, base)
    began = _began(traffic)
    observer = Observer(contract, asked, began)
    found = ShapeRecording(began.date(), tuple(document.digest for document in contract.documents))
    for entry in sorted(traffic.entries, key=lambda it: it.context.at or began):  # journals begin at the end
        path_ = place.path(entry.exchange.url) if place else None
        if path_ is None or entry.answer is Part.BENT:
            found.left_out += 1
            continue
        found.exchanges.append(observer.observe(_placed(entry, path_), entry.context.at or began))
    found.left_out += len(traffic.unreadable) + sum(traffic.left_out.values())
    if not any(exchange.operation for exchange in found.exchanges):
        raise CannotRun(f"{path}: no entry is for a path of the contract", "record requests to the API, or name --base")
    return found


def _placed(entry: Recorded, path: str) -> Any:
    """The exchange of an entry under the contract's own path; a body that was cut is no body."""
    exchange = entry.exchange
    query = urlsplit(exchange.url).query
    sent = exchange.sent_body if entry.request is Part.WHOLE else b""
    body = exchange.body if entry.answer is Part.WHOLE else b""
    return replace(exchange, url=f"{_ORIGIN}{path}" + (f"?{query}" if query else ""), sent_body=sent, body=body)


def _began(traffic: Recording) -> datetime:
    """The earliest time of an entry; the present for a file without times."""
    return min((entry.context.at for entry in traffic.entries if entry.context.at is not None), default=now())
