"""``sophiie-mock proxy URL``: passes the requests of your own client on to the real API, and keeps their shapes."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from contracts.errors import CannotRun
from contracts.learn.gap_ledger import asked_words, load_ledger
from contracts.proxy.made_up_exchanges import MadeUpExchanges
from contracts.proxy.observation import Observation
from contracts.proxy.proxy_server import ProxyServer
from contracts.report import escaping
from contracts.report.har import ExchangeLog, har_text
from contracts.shapes.observer import now
from contracts.shapes.recording_file import save
from contracts.spec.overlaid import load_overlaid
from contracts.transport.forwarding import ForwardingGuard, ForwardingTransport
from contracts.transport.guard import Mode, Policy
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import named

DEFAULT_FILE = "sophiie-mock.shapes.json"
_NO_KEY = "the client brings its own"


@click.command("proxy")
@click.argument("url")
@click.option(
    "-p", "--port", default=4748, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option("--port-file", default="", metavar="FILE", help="Write the port here while the proxy listens.")
@click.option(
    "--record", default=DEFAULT_FILE, show_default=True, metavar="FILE", help="The shapes, written at the end."
)
@click.option("--har", default="", metavar="FILE", help="Also write the exchanges, with made-up values.")
@click.option("--spec", default="", metavar="FILE", help="Another OpenAPI document; the gaps are about ours only.")
@click.option("--overlay", default="", metavar="FILE", help="Judge by the document that this Overlay corrects.")
@click.option("-q", "--quiet", is_flag=True, help="No line for each exchange.")
def command(url: str, port: int, port_file: str, record: str, har: str, spec: str, overlay: str, quiet: bool) -> int:
    """Pass your own client's requests on to the API at URL, unchanged, and judge both directions.

    It listens on this machine only, sends nothing by itself, adds no key, follows no redirect, and holds the pace of 60
    requests a minute for each key. At the end (Ctrl-C) it writes the shapes of the traffic, and no value of it; with
    --har also the exchanges, in which every value is made up.
    """
    try:
        target, asked = named(url, _NO_KEY), asked_words(() if spec else load_ledger())
        for option, file in (("--record", record), ("--har", har)):
            _check_place(option, file)
        contract = load_overlaid(spec, overlay)
        made_up, log = MadeUpExchanges(contract, asked, target.origin), ExchangeLog([])
        guard = ForwardingGuard(Policy(target.origin, Mode.SAFE, "", contract, private=True))
        say: Callable[[str], None] = (lambda line: None) if quiet else _say
        also = (lambda exchange: log.keep(made_up.replaced(exchange))) if har else None
        with Observation(contract, asked, say, now(), also) as observation:
            interrupted = _serve(port, port_file, ForwardingTransport(guard), observation, say, target.origin)
        save(observation.recording, Path(record))
        if har:
            comment = f"{target.origin}, values made up"
            _write("--har", Path(har), har_text(log.kept, "proxy", comment, ReportRedactor([], people=False)))
        count = len(observation.recording.exchanges)
        click.echo(f"{count} exchanges, {observation.findings} findings; shapes written to {escaping.terminal(record)}")
        other = f"--spec {spec} " if spec else ""
        click.echo(f"next: sophiie-mock learn {escaping.terminal(other + record)}")
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    return 130 if interrupted else 0


def _serve(
    port: int, port_file: str, transport: ForwardingTransport, observation: Observation,
    say: Callable[[str], None], origin: str,
) -> bool:  # fmt: skip
    """Serve until a signal comes; tell whether it was an interrupt. Raises CannotRun."""
    try:
        server = ProxyServer(port, transport, observation.passed, say)
    except OSError as fault:
        raise CannotRun(f"port {port}: {fault.strerror}", "give another one, or 0: --port") from None
    with server, _until_signal(server) as signals:
        if port_file:
            _write("--port-file", Path(port_file), str(server.server_address[1]))
        click.echo(f"{server.url} → {origin}; stop it with Ctrl-C")
        try:
            server.serve_forever(poll_interval=0.1)
        finally:
            if port_file:
                Path(port_file).unlink(missing_ok=True)
    return signal.SIGINT in signals


def _check_place(option: str, file: str) -> None:
    """Find out before anything is sent that a file cannot be written. Raises CannotRun."""
    if file and (not Path(file).absolute().parent.is_dir() or Path(file).is_dir()):
        raise CannotRun(f"{option}: {file} cannot be written", "name a file in a folder that is there")


def _write(option: str, path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as fault:
        raise CannotRun(f"{path}: {fault.strerror}", f"name a file that can be written: {option}") from None


@contextmanager
def _until_signal(server: ProxyServer) -> Generator[list[int], None, None]:
    """Stop the server at the first SIGINT or SIGTERM; the signals that came."""
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        came.append(number)
        threading.Thread(target=server.shutdown, daemon=True).start()  # it waits for the loop, which is in this thread

    old = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def _say(line: str) -> None:
    click.echo(escaping.terminal(line))
