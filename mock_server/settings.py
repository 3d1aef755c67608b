"""Every setting, in one table: name, default, help. Flags, variables, the configuration file and the README derive.

Order: flag, then ``SOPHIIE_MOCK_<NAME>``, then ``sophiie-mock.toml`` or ``[tool.sophiie-mock]``, then the default.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mock_server.errors import Problem, SettingsError

PREFIX = "SOPHIIE_MOCK_"
LOCAL_KEY = "sk_test_local"
"""Opens the default workspace, on a loopback bind only."""


def _setting(default: Any, help: str, *, choices: Sequence[str] = (), short: str = "", metavar: str = "") -> Any:
    return field(default=default, metadata={"help": help, "choices": choices, "short": short, "metavar": metavar})


@dataclass(frozen=True)
class Settings:
    """How a server is to run. Every field is a flag, a variable and a key of the file."""

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(4747, "Port to listen on; 0 takes a free one.", short="p")
    port_file: str = _setting("", "Write the port here once the server listens.", metavar="FILE")
    spec: str = _setting("", "OpenAPI document to serve in place of ours, YAML or JSON.", metavar="FILE")
    assume: tuple[str, ...] = _setting(
        (), "Switch a choice of the ledger, as lead-create-status=200; see `spec gaps`. Repeatable.", metavar="ID=VALUE"
    )
    world: str = _setting("default", "Built-in world, or a recipe of your own; see `worlds`.", metavar="NAME|FILE")
    seed: int = _setting(1, "Seed of the world: same seed and same --now, same bytes.")
    now: str = _setting("", "Time at which the workspace's clock starts. Default: the real time.", metavar="TIME")
    state: str = _setting("", "Keep state in this SQLite file. Default: memory.", metavar="FILE")
    rate_limit: str = _setting(
        "observe",
        "Requests a minute for each key: a number (the real API: 60), `observe` (never refuse, warn), or `off`.",
        metavar="observe|off|N",
    )
    max_body: int = _setting(1024 * 1024, "Largest request body, in bytes.", metavar="BYTES")
    journal_size: int = _setting(2000, "Exchanges remembered in each workspace.")
    self_check: str = _setting(
        "sampled", "How often a whole answer is checked again once its parts were.", choices=("sampled", "all")
    )
    on_invalid_answer: str = _setting(
        "fail", "When our own answer breaks the contract: answer 500, or only log it.", choices=("fail", "log")
    )
    allow_host: tuple[str, ...] = _setting((), "Also accept this name in the Host header. Repeatable.", metavar="NAME")
    mock_headers: bool = _setting(True, "Send headers of ours (X-Mock-…).")
    log_format: str = _setting("text", "One line for each request as text or JSON.", choices=("text", "json"))
    quiet: bool = _setting(False, "No line for each request.", short="q")

    @property
    def loopback(self) -> bool:
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def limit(self) -> int:
        """Requests a minute; 0 for no limit at all."""
        if self.rate_limit in _LIMITS:
            return _LIMITS[self.rate_limit]
        if not self.rate_limit.isdigit() or int(self.rate_limit) < 1:
            what = f"`{self.rate_limit}` is no limit"
            raise SettingsError(Problem("--rate-limit", what, "a number of requests a minute, `observe` or `off`"))
        return int(self.rate_limit)


_LIMITS: Mapping[str, int] = {"observe": 60, "off": 0}

Table = Mapping[str, Any]


def table() -> Sequence[Field[Any]]:
    """The settings in order, for those who derive from them."""
    return fields(Settings)


def flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def gather(flags: Table, environment: Mapping[str, str], folder: Path) -> Settings:
    """Settings from all sources; ``flags`` holds only what was given.

    Raises SettingsError, one line for each fault.
    """
    known = {item.name: item for item in table()}
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for source, given in (*_files(folder), ("", _from_environment(environment)), ("flag", flags)):
        for name, value in given.items():
            item = known.get(name.replace("-", "_"))
            if item is None:
                near = get_close_matches(name, [flag(other)[2:] for other in known], 1)
                problems.append(Problem(source, f"no setting `{name}`", f"did you mean `{near[0]}`?" if near else ""))
                continue
            try:
                values[item.name] = _typed(item, value)
            except ValueError as fault:
                where = source or f"{PREFIX}{item.name.upper()}"
                problems.append(Problem(flag(item.name) if source == "flag" else where, str(fault)))
    if problems:
        raise SettingsError(*problems)
    settings = Settings(**values)
    _ = settings.limit
    return settings


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    names = {PREFIX + item.name.upper(): item.name for item in table()}
    return {names[name]: value for name, value in environment.items() if name in names}


def _files(folder: Path) -> list[tuple[str, Table]]:
    own, project = folder / "sophiie-mock.toml", folder / "pyproject.toml"
    if own.is_file():
        return [(str(own), _toml(own))]
    if project.is_file():
        section = _toml(project).get("tool", {}).get("sophiie-mock", {})
        return [(f"{project} [tool.sophiie-mock]", section)]
    return []


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise SettingsError(Problem(str(path), f"not TOML: {fault}", "correct it")) from None


def _typed(item: Field[Any], value: Any) -> Any:
    """``value`` as the setting's type. Raises ValueError in words that can stand in a message."""
    if isinstance(item.default, bool):
        return _boolean(value)
    if isinstance(item.default, int):
        if isinstance(value, bool) or not str(value).lstrip("-").isdigit():
            raise ValueError(f"`{value}` is no whole number")
        return int(value)
    if isinstance(item.default, tuple):
        values = value.split(",") if isinstance(value, str) else value
        return tuple(str(part).strip() for part in values if str(part).strip())
    choices = item.metadata["choices"]
    if choices and value not in choices:
        raise ValueError(f"`{value}` is none of {', '.join(choices)}")
    return str(value)


def _boolean(value: Any) -> bool:
    word = str(value).strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off", ""):
        return False
    raise ValueError(f"`{value}` is neither true nor false")
