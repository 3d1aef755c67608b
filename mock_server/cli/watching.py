"""Watch the files that a server was made from: when they change and are valid, the server is made again."""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.errors import SetupError
from mock_server.spec.contract import Contract
from mock_server.world.recipe import load_recipe

log = logging.getLogger("mock_server")

_PERIOD = 0.5  # seconds between two looks
Stamp = tuple[int, int, int]


class Watcher:
    """A thread that watches the files of the document and of the recipe.

    ``stop`` is called once, when the files have changed and can be served; ``changed`` is true then.
    """

    def __init__(self, settings: Settings, contract: Contract, stop: Callable[[], None]) -> None:
        self.changed = False
        self._settings, self._stop = settings, stop
        self._paths = _files(settings, contract)
        self._served = _stamps(self._paths)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sophiie-mock watch", daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        seen = self._served
        while not self._ended.wait(_PERIOD):
            now = _stamps(self._paths)
            if now not in (self._served, seen):
                seen = now  # an editor may still be writing: what stays as it is for one look counts
                continue
            if now == seen != self._served:
                self._served = now
                if self._is_sound():
                    self.changed = True
                    self._stop()
                    return

    def _is_sound(self) -> bool:
        """Tell whether the files can be served as they are now; a warning says why not."""
        try:
            contract = load_contract(self._settings)
            load_recipe(self._settings.world)
        except SetupError as fault:
            log.warning("%s; the old one is still served", fault)
            return False
        self._paths = _files(self._settings, contract)
        return True


def _files(settings: Settings, contract: Contract) -> list[Path]:
    """The user's files that the server is made from."""
    own = [Path(file) for document in contract.documents for file in document.files] if settings.spec else []
    recipe = Path(settings.world)
    own += [Path(settings.overlay)] if settings.overlay else []
    return [*own, *([recipe] if recipe.suffix in (".yaml", ".yml", ".json") else [])]


def _stamps(paths: Iterable[Path]) -> dict[Path, Stamp]:
    """Describe each file so that its replacement is noticed; a missing file has no entry."""
    found: dict[Path, Stamp] = {}
    for path in paths:
        with suppress(OSError):
            status = path.stat()
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found
