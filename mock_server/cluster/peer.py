"""How replicas of one state reach each other, and recognize each other by a secret that they share."""

import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mock_server.config.given_secrets import ADMIN_TOKEN, API_KEY, given_key, given_token
from mock_server.config.settings import Settings
from mock_server.errors import Problem, SettingsError
from mock_server.support.postgres_url import is_postgres_url
from mock_server.support.readable_file import open_readable

_SECRET = re.compile(r"[\x21-\x7e]{16,200}")
_MAX_FILE_BYTES = 1_000


@dataclass(frozen=True, repr=False)
class Peer:
    """One replica: the URL under which others reach it, and the secret that all of them share."""

    url: str
    secret: str

    def knows(self, shown: bytes) -> bool:
        """Tell whether this secret is the one that all replicas share."""
        return hmac.compare_digest(shown, self.secret.encode())


def peer_of(settings: Settings, own_url: str) -> Peer | None:
    """Make the description of this server as a replica; None if it is the only server. Raises SettingsError."""
    if not settings.peer_secret_file:
        if settings.peer_url:
            raise SettingsError(Problem("--peer-url", "replicas share a secret", "give it with --peer-secret-file"))
        return None
    if not is_postgres_url(settings.state):
        what = "replicas need a database that they share"
        raise SettingsError(Problem("--peer-secret-file", what, "give it with --state postgresql://…"))
    if settings.watch:
        raise SettingsError(Problem("--watch", "replicas serve one document", "leave it out, and restart one by one"))
    if not settings.loopback and not ((given_token() or settings.admin_tokens) and given_key()):
        what = "clients of replicas have one key and one token, whoever serves them"
        raise SettingsError(Problem(f"{API_KEY}, {ADMIN_TOKEN}", what, "give both to each replica"))
    return Peer(_checked(settings.peer_url or own_url), _secret_in(Path(settings.peer_secret_file)))


def _checked(url: str) -> str:
    """The URL of a replica, without a slash at its end."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or "@" in parts.netloc:
        raise SettingsError(Problem("--peer-url", "not the URL of a server", "write it as http://10.0.0.2:4747"))
    return url.rstrip("/")


def _secret_in(path: Path) -> str:
    try:
        with open_readable(path) as file:
            text = file.read(_MAX_FILE_BYTES).decode("ascii", "replace").strip()
    except OSError as fault:
        what = fault.strerror or str(fault)
        raise SettingsError(Problem(str(path), what, "make it readable, and the same for each replica")) from None
    if not _SECRET.fullmatch(text):
        what = "it holds no secret of 16 to 200 characters without blanks"
        raise SettingsError(Problem(str(path), what, "write one with `openssl rand -hex 32`"))
    return text
