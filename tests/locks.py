"""What a lock says, and what the distributions in it require, for systems other than the one that tests run on."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import requires

from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_LINE = re.compile(r"^([\w.-]+)(?:\[[\w,.-]+])?==(\S+)(?: ; ([^\\\n]+?))? \\$", re.MULTILINE)

System = Mapping[str, str]
"""The variables of markers, as they are on one system."""
Metadata = Callable[[str], Sequence[str]]
"""The requirements that a distribution declares, as in its metadata."""


@dataclass(frozen=True)
class Pin:
    """One line of a lock. It counts where its marker is true."""

    version: str
    marker: str = ""

    def counts(self, system: System) -> bool:
        return not self.marker or Marker(self.marker).evaluate(dict(system))


def pins(lock: str) -> dict[str, Pin]:
    """The lines of a lock, by the canonical name of the distribution."""
    return {canonicalize_name(name): Pin(version, marker) for name, version, marker in _LINE.findall(lock)}


def system(platform: str, python: str) -> System:
    """What markers see on another system: ``linux``, ``darwin`` or ``win32``."""
    found = {name: str(value) for name, value in default_environment().items()}
    found["sys_platform"] = platform
    found["os_name"] = "nt" if platform == "win32" else "posix"
    found["platform_system"] = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[platform]
    found["python_version"], found["python_full_version"] = python, f"{python}.0"
    found["implementation_version"] = f"{python}.0"
    return found


@cache
def installed(name: str) -> Sequence[str]:
    """As the installed distribution declares it."""
    return requires(name) or ()


_parsed = cache(Requirement)


def lacking(
    lock: Mapping[str, Pin], wanted: Sequence[str], system: System, metadata: Metadata = installed
) -> dict[str, str]:
    """What is required there, extras included, and is not in the lock in a version that fits: name → who asks."""
    missing: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    left = [(_parsed(text), "", "the project") for text in wanted]
    while left:
        requirement, extra, who = left.pop()
        if requirement.marker and not requirement.marker.evaluate({**system, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        pin = lock.get(name)
        if pin is None or not pin.counts(system) or not requirement.specifier.contains(pin.version, prereleases=True):
            missing.setdefault(name, f"{who} asks for {requirement}")
            continue
        for part in {"", *requirement.extras} - {part for known, part in seen if known == name}:
            seen.add((name, part))
            left += ((_parsed(text), part, name) for text in metadata(name))
    return missing
