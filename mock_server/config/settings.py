"""Every setting in one table: name, default, help. Flags, variables, configuration file and docs are made from it."""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any

from mock_server.config.evolutions import evolutions
from mock_server.config.rates import contacts_per_minute, requests_per_minute
from mock_server.config.setting_values import read_boolean, read_text, read_whole
from mock_server.errors import Problem, SettingsError
from mock_server.support.postgres_url import state_place
from mock_server.support.text import short_repr
from mock_server.support.web_origin import allowed_origin

PREFIX = "SOPHIIE_MOCK_"
LOCAL_KEY = "sk_test_local"
"""The key that opens the default workspace, on a loopback bind only."""


def _setting(
    default: Any,
    help: str,
    *,
    choices: Sequence[str] = (),
    bounds: tuple[int, int] = (0, 2**53),
    check: Callable[[str], Any] = str,
    short: str = "",
    metavar: str = "",
) -> Any:
    """Make a field. ``choices`` and ``check`` (raises ValueError) are for a text, ``bounds`` for a number."""
    rules = {"choices": choices, "bounds": bounds, "check": check}
    return field(default=default, metadata={"help": help, "short": short, "metavar": metavar, **rules})


@dataclass(frozen=True)
class Settings:
    """How a server is to run. Every field is a flag, a variable and a key of the configuration file.

    Raises SettingsError for a value that cannot be used.
    """

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(4747, "Port to listen on; 0 takes a free one.", bounds=(0, 65535), short="p")
    port_file: str = _setting("", "Write the port here while the server listens.", metavar="FILE")
    tls_cert: str = _setting(
        "", "Serve https with the certificate in this file (PEM), and with --tls-key.", metavar="FILE"
    )
    tls_key: str = _setting("", "The key of --tls-cert, without a passphrase (PEM).", metavar="FILE")
    spec: str = _setting("", "OpenAPI document to serve in place of ours, YAML or JSON.", metavar="FILE")
    watch: bool = _setting(
        False,
        "Read the document and the recipe again when they change; what is refused leaves the old one. "
        "Records begin anew, except with --state.",
    )
    vendor: str = _setting(
        "auto",
        "Whose document it is: Sophiie's, with its world, limit and Zapier surface, or another's; `auto` looks at it.",
        choices=("auto", "sophiie", "other"),
    )
    strict: bool = _setting(False, "Refuse a document of which a part cannot be served, in place of answering 501.")
    assume: tuple[str, ...] = _setting((), "Switch a choice that `spec gaps` lists. Repeatable.", metavar="ID=CHOICE")
    overlay: str = _setting("", "Correct the document by an OpenAPI Overlay, as `learn` writes it.", metavar="FILE")
    world: str = _setting(
        "default",
        "Built-in world, or a recipe of your own; see `worlds`. Without it the pytest fixture takes `small`.",
        metavar="NAME|FILE",
    )
    seed: int = _setting(1, "Seed of the world: same seed and same --now, same bytes.", bounds=(-(2**53), 2**53))
    now: str = _setting(
        "", "When the workspace's clock starts, as 2026-03-04T05:06:07Z. Default: the real time.", metavar="TIME"
    )
    traffic: str = _setting(
        "", "Let people get in touch by themselves, as 6/min or 40/h.", check=contacts_per_minute, metavar="N/min"
    )
    state: str = _setting(
        "", "Keep state in this file or PostgreSQL database. Default: memory.", check=state_place, metavar="FILE|URL"
    )
    state_survives: str = _setting(
        "kill", "What the file of --state survives: kill -9, or a loss of power too.", choices=("kill", "power")
    )
    admin_tokens: str = _setting("", "Ask for a token of this file; see `admin-token`.", metavar="FILE")
    peer_secret_file: str = _setting("", "Be one of several servers on a database, by their secret.", metavar="FILE")
    peer_url: str = _setting("", "How the others reach this one. Default: the address it listens on.", metavar="URL")
    rate_limit: str = _setting(
        "observe",
        "Requests a minute for each key: a number (the real API: 60), `observe` (never refuse, warn), or `off`.",
        check=requests_per_minute,
        metavar="observe|off|N",
    )
    max_body: int = _setting(
        1024 * 1024, "Largest request body, in bytes; gzip and deflate are unpacked within it.", metavar="BYTES"
    )
    journal_size: int = _setting(2000, "Exchanges remembered in each workspace.", bounds=(0, 1_000_000))
    self_check: str = _setting(
        "sampled", "How often a whole answer is checked again once its parts were.", choices=("sampled", "all")
    )
    on_invalid_answer: str = _setting(
        "fail", "When our own answer breaks the contract: answer 500, or only log it.", choices=("fail", "log")
    )
    evolve: str = _setting(
        "",
        "Answer as an API of tomorrow: a mix drawn from this seed, or kinds as null+key-order.",
        check=evolutions,
        metavar="SEED|KINDS",
    )
    evolve_report: str = _setting(
        "", "Add to this file how many answers each evolution has changed, when the server stops.", metavar="FILE"
    )
    allow_host: tuple[str, ...] = _setting((), "Also accept this name in the Host header. Repeatable.", metavar="NAME")
    cors: bool = _setting(True, "Let web pages on localhost call the API; --no-cors lets in none, --allow-origin more.")
    allow_origin: tuple[str, ...] = _setting(
        (),
        "Also let web pages of this origin call the API, as https://app.example.com. Repeatable.",
        check=allowed_origin,
        metavar="ORIGIN",
    )
    events: str = _setting(
        "all",
        "Triggers that can be subscribed to: ours too, or the documented one only.",
        choices=("all", "documented"),
    )
    retries: str = _setting(
        "none",
        "When a failed delivery is tried again: none, standard, svix, hubspot, pipedrive, shopify, or steps as 5s,5m.",
        metavar="PROFILE|STEPS",
    )
    sign: str = _setting("none", "Sign deliveries with Standard Webhooks headers.", choices=("none", "standard"))
    webhook_secret_file: str = _setting(
        "",
        "Sign with the secret in this file (or in SOPHIIE_MOCK_WEBHOOK_SECRET), not with one made from the seed.",
        metavar="FILE",
    )
    allow_egress: tuple[str, ...] = _setting(
        (), "Also deliver to this host; otherwise loopback and private addresses only. Repeatable.", metavar="HOST"
    )
    webhook_ca: str = _setting(
        "", "Also trust the certificates in this file (PEM) at https receivers of webhooks.", metavar="FILE"
    )
    delivery_timeout: int = _setting(10, "Seconds that a whole delivery may take.", bounds=(1, 3600), metavar="SECONDS")
    mock_headers: bool = _setting(True, "Send headers of ours: X-Mock-Explain and others.")
    log_format: str = _setting("text", "One line for each request as text or JSON.", choices=("text", "json"))
    debug_stalls: bool = _setting(False, "Log each time that the event loop stood still for 100 ms, and where.")
    quiet: bool = _setting(False, "One line at the start, and none for each request.", short="q")

    def __post_init__(self) -> None:
        problems = [
            Problem(flag(item.name), fault, remedy(item))
            for item in table()
            if (fault := _fault(item, getattr(self, item.name)))
        ]
        if problems:
            raise SettingsError(*problems)

    @property
    def contacts(self) -> float:
        """How many people get in touch in a minute, without a call of the control plane."""
        return contacts_per_minute(self.traffic)

    @property
    def loopback(self) -> bool:
        """True if only this machine can reach the server."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    @property
    def limit(self) -> int:
        """Requests that each key may make in a minute; 0 means no limit."""
        return requests_per_minute(self.rate_limit)


def table() -> Sequence[Field[Any]]:
    """All settings in the order of their definition."""
    return fields(Settings)


def flag(name: str) -> str:
    """The flag of a setting."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def typed(item: Field[Any], value: Any) -> Any:
    """Convert ``value`` to the setting's type. Raises ValueError with a text that can stand in a message."""
    if isinstance(item.default, bool):
        return read_boolean(value)
    if isinstance(item.default, int):
        return read_whole(value, *item.metadata["bounds"])
    if isinstance(item.default, tuple):
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple):
            raise ValueError(f"{short_repr(value)} is no list")
        texts = tuple(text for part in parts if (text := read_text(part).strip()))
        for text in texts:
            item.metadata["check"](text)
        return texts
    text = read_text(value)
    choices = item.metadata["choices"]
    if choices and text not in choices:
        raise ValueError(f"{short_repr(text)} is none of {', '.join(choices)}")
    item.metadata["check"](text)
    return text


def remedy(item: Field[Any]) -> str:
    """The values that can be written instead of the refused one."""
    if isinstance(item.default, bool):
        return "write true or false"
    if isinstance(item.default, int):
        least, most = item.metadata["bounds"]
        return f"write a whole number from {least} to {most}"
    if isinstance(item.default, tuple):
        return "write a list of texts" if item.metadata["check"] is str else ""  # a check says it better
    if item.metadata["choices"]:
        return f"write {' or '.join(item.metadata['choices'])}"
    return f"the default is `{item.default}`" if item.default else "leave it out, or see `sophiie-mock serve --help`"


def _fault(item: Field[Any], value: Any) -> str:
    """The reason why a setting's value cannot be used; empty if it can be used."""
    try:
        typed(item, value)
    except ValueError as fault:
        return str(fault)
    return ""
