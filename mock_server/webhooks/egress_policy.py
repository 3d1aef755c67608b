"""Where a delivery may go: this machine and its private network. Addresses are judged, never texts.

The mirror image of what sender platforms do: they keep private addresses out, this keeps public ones out, so that
fake data can never reach a real Zap.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from mock_server.errors import Problem, SettingsError

Address = IPv4Address | IPv6Address

_INSIDE: Sequence[IPv4Network | IPv6Network] = (
    *(IPv4Network(net) for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    *(IPv6Network(net) for net in ("::1/128", "fc00::/7")),
)
# Where clouds answer questions about the machine itself, beyond link-local: AWS, Google, Alibaba, Oracle, Azure.
_METADATA: frozenset[Address] = frozenset(
    map(ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"))
)
# These hold another address that a router on the way would use; none of them is where a receiver lives.
_TUNNELS: Mapping[str, IPv6Network] = {
    "NAT64": IPv6Network("64:ff9b::/96"),
    "local NAT64": IPv6Network("64:ff9b:1::/48"),
    "6to4": IPv6Network("2002::/16"),
    "Teredo": IPv6Network("2001::/32"),
    "v4-compatible": IPv6Network("::/96"),
    "v4-translated": IPv6Network("::ffff:0:0:0/96"),
}
_LOOPBACK = IPv6Address("::1")

# Narrower than the standards, so that every parser reads the same host out of it.
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = rf"{_LABEL}(\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\]"
_PLAIN = re.compile(rf"https?://(?P<host>{_HOST})(?P<port>:[0-9]{{1,9}})?([/?#][!-\[\]-~]*)?", re.IGNORECASE)
_VISIBLE = re.compile("[!-~]*")
_MAX_URL_CHARACTERS = 2048
_MAX_PORT = 65535


class EgressRefused(Exception):
    """The gate stays shut; the text says why."""


def refusal(text: str, *, allowed: bool = False) -> str:
    """Why nothing may be sent to an address; empty when it may. A text that is no plain address is refused.

    Where a person has ``allowed`` the host it may be outside, but never link-local, metadata, a tunnel or nobody's.
    """
    try:
        address: Address = ip_address(text)
    except ValueError:
        return f"`{text}` is not an address in its plain spelling"
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return f"{text} has a zone"
        for name, network in _TUNNELS.items():
            if address in network and address != _LOOPBACK:
                return f"{text} is a {name} address"
        address = address.ipv4_mapped or address
    if address in _METADATA or address.is_link_local:
        return f"{text} is link-local, or a cloud's metadata"
    inside = any(address in network for network in _INSIDE if network.version == address.version)
    if inside or (allowed and not (address.is_unspecified or address.is_multicast or address.is_reserved)):
        return ""
    if allowed:
        return f"{text} is no receiver's address"
    return f"{text} is neither loopback nor private (--allow-egress lets a host through)"


def host_of(url: str) -> str:
    """The host of a URL that can be posted to, lower-case, without brackets and final dot. Raises EgressRefused."""
    fault = _fault(url)
    if fault:
        raise EgressRefused(fault)
    return (urlsplit(url).hostname or "").rstrip(".")


def _fault(url: str) -> str:
    """Why nothing can be posted to a URL; empty when it is spelled as every parser reads it."""
    scheme, found, rest = url.partition("://")
    if not found or scheme.lower() not in ("http", "https"):
        return "only http and https"
    if len(url) > _MAX_URL_CHARACTERS:
        return f"a URL of more than {_MAX_URL_CHARACTERS:,} characters"
    if not _VISIBLE.fullmatch(url):
        return "a URL with a blank or a letter that is not ASCII: percent-encode it"
    place = re.split("[/?#]", rest)[0]
    if "@" in place:
        return "a URL with user information"
    if not place or place.startswith(":"):
        return "a URL without a host"
    plain = _PLAIN.fullmatch(url)
    if not plain or not _bracketed_well(plain["host"]):
        return "a URL with an odd spelling"
    port = int((plain["port"] or ":80")[1:])
    return "" if 0 < port <= _MAX_PORT else f"port {port}, where there are 1 to {_MAX_PORT}"


def _bracketed_well(host: str) -> bool:
    """Tell whether brackets, where there are any, hold an IPv6 address."""
    with suppress(ValueError):
        return not host.startswith("[") or bool(IPv6Address(host[1:-1]))
    return False


def hosts(names: Iterable[str]) -> frozenset[str]:
    """Hosts that a person lets through, compared as ``host_of`` gives them. Raises SettingsError for what is none."""
    found = set()
    for name in names:
        bare = name.strip("[]")
        try:
            found.add(host_of(f"http://[{bare}]/" if ":" in bare else f"http://{bare}/"))
        except EgressRefused:
            raise SettingsError(
                Problem("--allow-egress", f"`{name}` is no host", "a name or an address, as hooks.example.com")
            ) from None
    return frozenset(found)
