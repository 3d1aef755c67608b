"""One run of a person's tests against a fake whose answers evolve: how it ended, and which tests failed."""

import os
import shlex
import signal
import subprocess
import xml.etree.ElementTree as xml
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mock_server.config.settings import Settings, variable
from mock_server.errors import Problem, SettingsError
from mock_server.server import MockServer
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.process_group import KILL, signal_group
from mock_server.support.text import short_repr
from mock_server.world.clock import Stopwatch

_ELSEWHERE, _TOKEN, _PYTEST = "SOPHIIE_MOCK_URL", "SOPHIIE_MOCK_ADMIN_TOKEN", "PYTEST_ADDOPTS"
_TAIL_LINES = 12
_TAIL_BYTES = 8_000
_MESSAGE_CHARACTERS = 300
_PATIENCE = 5.0  # seconds for a command to end after it was asked to


@dataclass(frozen=True)
class DrillRun:
    """``exit_code`` is None for a command that took too long.

    ``failures`` maps the tests that failed to their messages, where pytest has reported them; ``answers`` counts the
    answers that each evolution changed; ``tail`` is the end of what the command has printed.
    """

    evolve: str
    exit_code: int | None
    seconds: float
    failures: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)
    tail: str = ""

    @property
    def passed(self) -> bool:
        """True if the command ended well."""
        return self.exit_code == 0


@dataclass(frozen=True)
class DrillCommand:
    """A person's tests: the command, the most seconds it may take, and the variables to give it.

    ``{url}`` and ``{key}`` in a variable stand for the fake's. ``settings`` are those of the fake.
    """

    words: Sequence[str]
    settings: Settings
    timeout: float
    variables: Mapping[str, str]

    def run(self, evolve: str, timeout: float) -> DrillRun:
        """Run the tests while the answers evolve. Raises SettingsError for a command that cannot be started."""
        with TemporaryDirectory(prefix="sophiie-drill-") as folder:
            report, junit, output = (Path(folder, name) for name in ("report", "junit.xml", "output"))
            settings = replace(self.settings, evolve=evolve, evolve_report=str(report))
            with MockServer(settings) as server:
                environment = self._environment(server, settings, junit)
                watch = Stopwatch()
                code = _ended(self.words, environment, output, min(timeout, self.timeout))
                seconds = watch.ms() / 1000
            return DrillRun(evolve, code, round(seconds, 2), _failures(junit), _answers(report), _tail(output))

    def _environment(self, server: MockServer, settings: Settings, junit: Path) -> dict[str, str]:
        """The variables of this process, and those that lead the tests to the fake."""
        # Another server that is named here would not evolve.
        given = {name: value for name, value in os.environ.items() if name not in (_ELSEWHERE, _TOKEN)}
        asked = {"SOPHIIE_BASE_URL": "{url}", "SOPHIIE_API_KEY": "{key}", **self.variables}
        filled = {name: _filled(text, server) for name, text in asked.items()}
        pytest = f"{given.get(_PYTEST, '')} --junitxml={shlex.quote(str(junit))} -o junit_family=xunit1"
        # The fixture `sophiie`, and each `sophiie-mock serve` that the tests start, read these two.
        ours = {variable("evolve"): settings.evolve, variable("evolve_report"): settings.evolve_report}
        return {**given, **filled, **ours, _PYTEST: pytest.strip()}


def _filled(text: str, server: MockServer) -> str:
    return text.replace("{url}", server.url).replace("{key}", server.api_key)


def _ended(words: Sequence[str], environment: Mapping[str, str], output: Path, timeout: float) -> int | None:
    """Run a command to its end; kill it with all that it has started when it takes too long."""
    with output.open("wb") as printed:
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,  # so that all that it starts can be ended with it
            )
        except OSError as fault:
            what, remedy = fault.strerror or str(fault), "write the command of your tests after --"
            raise SettingsError(Problem(short_repr(words[0], 80), what, remedy)) from None
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End a command and all of its group, politely and then for good; nothing of it may reach into the next run."""
    for number in (signal.SIGTERM, KILL):
        signal_group(process, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
            if not signal_group(process, 0):
                return


def _failures(junit: Path) -> dict[str, str]:
    """The tests that failed, with the first line of each failure; nothing if pytest has not reported them."""
    try:
        suites = xml.parse(junit).getroot()
    except (OSError, xml.ParseError):
        return {}
    failures: dict[str, str] = {}
    for case in suites.iter("testcase"):
        for fault in [*case.findall("failure"), *case.findall("error")]:
            where = case.get("file") or case.get("classname", "").replace(".", "/")
            message = (fault.get("message") or "").strip().splitlines() or [fault.tag]
            failures.setdefault(f"{where}::{case.get('name')}", message[0][:_MESSAGE_CHARACTERS])
    return failures


def _answers(report: Path) -> dict[str, int]:
    """The answers that were changed, over all servers of a run; a server that was killed reports none."""
    counts: Counter[str] = Counter()
    with suppress(OSError):
        for line in report.read_bytes().splitlines():
            with suppress(NotJson):
                counts.update(read_json(line))
    return dict(counts)


def _tail(output: Path) -> str:
    """The last lines of what a command has printed."""
    raw = output.read_bytes()[-_TAIL_BYTES:].decode("utf-8", "replace")
    return "\n".join(raw.rstrip().splitlines()[-_TAIL_LINES:])
