"""Read the journal of the mock: the answer of ``GET /__admin/requests``."""

from urllib.parse import parse_qsl, urlsplit

from contracts.errors import CannotRun
from contracts.spec.json_file import JsonNode
from contracts.traffic.bodies import bytes_of
from contracts.traffic.context import entry_context
from contracts.traffic.recording import JOURNAL, Part, Recorded, Recording, UnreadableEntry, credentials
from contracts.transport.exchange import Exchange

_HERE = "http://mock"  # the journal keeps paths
_STEERED = ("code=", "example=", "dynamic=")


def load_recording(whole: JsonNode) -> Recording:
    """Read a journal. Odd entries are left out. Raises CannotRun if the file is no journal."""
    whole.get("requests", list)
    recording = Recording(JOURNAL)
    for entry in whole.items("requests", numbered=True):
        try:
            _entry(entry, recording)
        except CannotRun as reason:
            recording.unreadable.append(UnreadableEntry(f"{_HERE}/", reason))
    return recording


def _entry(entry: JsonNode, recording: Recording) -> None:
    for name in ("request", "response"):
        entry.get(name, dict)
    request, response = entry.at("request"), entry.at("response")
    path = request.get("url", str)
    if not path.startswith("/"):
        raise request.at("url").refuse("no path")
    url = _HERE + path
    status = response.get("status", int, 0)
    sent, got = _headers(request), _headers(response)
    recording.secrets |= credentials([*sent.items(), *got.items(), *parse_qsl(urlsplit(url).query)])
    preferred = str(entry.object().get("preferred") or "")
    bent = any(map(entry.object().get, ("fault", "mapping", "evolved"))) or any(w in preferred for w in _STEERED)
    answer = Part.BENT if bent else _part(response)
    exchange = Exchange(
        request.get("method", str).upper(), url, sent, _body(request), status, got, _body(response), private=True
    )
    found = Recorded(entry.number, entry.pointer, exchange, _part(request), answer, entry_context(entry))
    if status:
        recording.entries.append(found)
    else:
        recording.unanswered.append(found)
        recording.leave_out("no answer was recorded")


def _headers(message: JsonNode) -> dict[str, str]:
    headers = message.get("headers", dict, {})
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _part(message: JsonNode) -> Part:
    unseen = message.object().get("body") is None and _headers(message).get("content-length", "0") != "0"
    return Part.HEAD if unseen or message.get("bodyCut", bool, False) else Part.WHOLE


def _body(message: JsonNode) -> bytes:
    """The journal shows the value of a JSON body, and the text of any other."""
    value = message.object().get("body")
    if value is None:
        return b""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else bytes_of(value)
