"""The secrets that sign the deliveries of a workspace: made from its seed, or one that the user gave."""

import os
from collections.abc import Sequence
from pathlib import Path

from mock_server.config.settings import Settings
from mock_server.errors import Problem, SettingsError
from mock_server.store.state import Transaction
from mock_server.support.readable_file import open_readable
from mock_server.webhooks.signatures import derived_secret, is_secret
from mock_server.workspaces.workspace import Workspace

KIND = "$secrets"
VARIABLE = "SOPHIIE_MOCK_WEBHOOK_SECRET"
_NOTE = "signing"
_MAX_FILE_BYTES = 1_000


class SigningSecrets:
    """The secrets of a server's workspaces. Raises SettingsError for a file or a variable without a valid secret."""

    def __init__(self, settings: Settings) -> None:
        self.given = _in_file(settings.webhook_secret_file) or _in_variable()
        """The first secret of every workspace, if the user gave one; else an empty text."""

    def valid(self, tx: Transaction, workspace: Workspace) -> Sequence[str]:
        """The secrets that are valid now, the newest first: two after a rotation, until the old one is dropped."""
        row = tx.get(KIND, _NOTE)
        numbers = row.record["numbers"] if row else [0]
        return [self._numbered(workspace, number) for number in numbers]

    def _numbered(self, workspace: Workspace, number: int) -> str:
        if self.given and not number:
            return self.given
        return derived_secret(workspace.plan.seed, workspace.id, number)


def rotate(tx: Transaction, *, keep_old: bool = True) -> None:
    """Make a new secret. The previous one stays valid unless ``keep_old`` is false."""
    row = tx.get(KIND, _NOTE)
    newest = row.record["numbers"][0] if row else 0
    numbers = [newest + 1, newest] if keep_old else [newest + 1]
    tx.put(KIND, _NOTE, {"id": _NOTE, "numbers": numbers})


def _in_variable() -> str:
    """The secret in the variable: secrets are never arguments, and settings can be shown."""
    text = os.environ.get(VARIABLE, "").strip()
    if text and not is_secret(text):
        raise SettingsError(Problem(VARIABLE, "it holds no secret of the form whsec_…", "write whsec_ and base64"))
    return text


def _in_file(path: str) -> str:
    """The secret in a file; an empty text without a file. Messages do not show what the file contains."""
    if not path:
        return ""
    try:
        with open_readable(Path(path)) as file:
            text = file.read(_MAX_FILE_BYTES).decode("ascii").strip()
    except (OSError, ValueError) as fault:
        what = getattr(fault, "strerror", None) or "it holds no secret of the form whsec_…"
        raise SettingsError(Problem(path, what, "write the secret alone into it")) from None
    if not is_secret(text):
        raise SettingsError(Problem(path, "it holds no secret of the form whsec_…", "write the secret alone into it"))
    return text
