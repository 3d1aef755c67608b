"""The kind of file system on which a file is, as Linux reports it; other systems report nothing."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_TABLE = Path("/proc/self/mountinfo")
_NETWORK = ("nfs", "cifs", "smb", "afs", "ceph", "9p", "ncp", "glusterfs", "lustre", "fuse.sshfs", "fuse.gluster")


class Mount(NamedTuple):
    """A line of the table: a device as ``major:minor``, where it is mounted, and the kind of its file system."""

    device: str
    place: str
    kind: str


def mounts(table: str) -> Iterator[Mount]:
    """The lines of a mountinfo table (proc(5)); an incomplete line is left out."""
    for line in table.splitlines():
        with suppress(IndexError):
            before, _, after = line.partition(" - ")
            fields = before.split(" ")
            yield Mount(fields[2], _plain(fields[4]), after.split(" ")[0])


def _plain(place: str) -> str:
    """Decode a blank, a tab, a line break or a backslash, which the table writes in octal."""
    for octal in ("040", "011", "012", "134"):
        place = place.replace(f"\\{octal}", chr(int(octal, 8)))
    return place


def load_mounts() -> list[Mount]:
    """All mounts that this process sees; none if the system does not report them."""
    try:
        return list(mounts(_TABLE.read_text(errors="surrogateescape")))
    except OSError:
        return []


def network_file_system(device: int, table: list[Mount]) -> str:
    """The kind of network file system of a device; empty for a disk of this machine."""
    if not table:
        return ""
    number = f"{os.major(device)}:{os.minor(device)}"
    kinds = (mount.kind for mount in table if mount.device == number)
    return next((kind for kind in kinds if kind.startswith(_NETWORK)), "")


def mounted_alone(path: str, table: list[Mount]) -> bool:
    """Tell whether a file is mounted by itself, so that its folder may be of another file system."""
    return any(mount.place == path for mount in table)
