"""URLs that must not get a connection: each stands for an address that fake data must never reach, or for none."""

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address

# Each stands for an address that fake data must never reach, or for none.
_BY_HAND: Sequence[tuple[str, str]] = (
    ("8.8.8.8", "http://8.8.8.8/"),
    ("decimal", "http://134744072/"),
    ("decimal, 64 bits", "http://4429711368/"),
    ("octal", "http://010.010.010.010/"),
    ("octal, one number", "http://01002004010/"),
    ("hexadecimal", "http://0x8.0x8.0x8.0x8/"),
    ("hexadecimal, one number", "http://0x08080808/"),
    ("hexadecimal, long", "http://0x0000000008080808/"),
    ("short, three parts", "http://8.8.2056/"),
    ("short, two parts", "http://8.526344/"),
    ("mixed bases", "http://8.0x8.010.8/"),
    ("leading zeros", "http://008.008.008.008/"),
    ("upper-case scheme", "HTTP://8.8.8.8/"),
    ("with a port", "http://8.8.8.8:8080/"),
    ("with TLS", "https://8.8.8.8/"),
    ("trailing dot", "http://8.8.8.8./"),
    ("two trailing dots", "http://8.8.8.8../"),
    ("brackets round v4", "http://[8.8.8.8]/"),
    ("v6", "http://[2001:4860:4860::8888]/"),
    ("v6, full", "http://[2001:4860:4860:0000:0000:0000:0000:8888]/"),
    ("v4-mapped", "http://[::ffff:8.8.8.8]/"),
    ("v4-mapped, hexadecimal", "http://[::ffff:808:808]/"),
    ("v4-mapped, full", "http://[0:0:0:0:0:ffff:0808:0808]/"),
    ("v4-compatible", "http://[::8.8.8.8]/"),
    ("v4-compatible loopback", "http://[::127.0.0.1]/"),
    ("v4-translated", "http://[::ffff:0:8.8.8.8]/"),
    ("v4-translated loopback", "http://[::ffff:0:127.0.0.1]/"),
    ("NAT64", "http://[64:ff9b::8.8.8.8]/"),
    ("NAT64 of loopback", "http://[64:ff9b::127.0.0.1]/"),
    ("NAT64 of metadata", "http://[64:ff9b::a9fe:a9fe]/"),
    ("local NAT64", "http://[64:ff9b:1::7f00:1]/"),
    ("6to4", "http://[2002:808:808::]/"),
    ("6to4 of loopback", "http://[2002:7f00:1::]/"),
    ("6to4 of metadata", "http://[2002:a9fe:a9fe::]/"),
    ("6to4 of a private one", "http://[2002:c0a8:101::1]/"),
    ("Teredo", "http://[2001:0:808:808::]/"),
    ("Teredo of loopback", "http://[2001::f7f7:0:0:80ff:fffe]/"),
    ("metadata", "http://169.254.169.254/latest/meta-data/"),
    ("metadata, decimal", "http://2852039166/"),
    ("metadata, hexadecimal", "http://0xa9fea9fe/"),
    ("metadata, hex parts", "http://0xa9.0xfe.0xa9.0xfe/"),
    ("metadata, octal", "http://0251.0376.0251.0376/"),
    ("metadata, short", "http://169.254.43518/"),
    ("metadata, two parts", "http://169.16689662/"),
    ("metadata, v4-mapped", "http://[::ffff:169.254.169.254]/"),
    ("metadata, mapped hex", "http://[::ffff:a9fe:a9fe]/"),
    ("metadata, v4-compatible", "http://[::169.254.169.254]/"),
    ("metadata, v6 of AWS", "http://[fd00:ec2::254]/"),
    ("metadata, v6 in full", "http://[fd00:0ec2:0:0:0:0:0:254]/"),
    ("metadata, v6 of Google", "http://[fd20:ce::254]/"),
    ("metadata of ECS", "http://169.254.170.2/"),
    ("metadata of Alibaba", "http://100.100.100.200/"),
    ("metadata of Oracle", "http://192.0.0.192/"),
    ("metadata of Azure", "http://168.63.129.16/"),
    ("link-local", "http://169.254.1.1/"),
    ("link-local v6", "http://[fe80::1]/"),
    ("link-local v6, last", "http://[febf::1]/"),
    ("zone", "http://[fe80::1%25lo]/"),
    ("zone, bare percent", "http://[fe80::1%lo]/"),
    ("zone of loopback", "http://[::1%25lo]/"),
    ("zone, percent-encoded", "http://%5B::1%25lo%5D/"),
    ("site-local", "http://[fec0::1]/"),
    ("unspecified", "http://0.0.0.0/"),
    ("unspecified, short", "http://0/"),
    ("unspecified, hexadecimal", "http://0x0/"),
    ("unspecified, two parts", "http://0.0/"),
    ("unspecified with port", "http://0.0.0.0:4747/"),
    ("this network", "http://0.1.2.3/"),
    ("unspecified v6", "http://[::]/"),
    ("unspecified v6, full", "http://[0:0:0:0:0:0:0:0]/"),
    ("unspecified, v4-mapped", "http://[::ffff:0.0.0.0]/"),
    ("multicast", "http://224.0.0.1/"),
    ("multicast, last", "http://239.255.255.250/"),
    ("multicast v6", "http://[ff02::1]/"),
    ("multicast v6, global", "http://[ff0e::1]/"),
    ("carrier-grade NAT", "http://100.64.0.1/"),
    ("carrier-grade NAT, last", "http://100.127.255.254/"),
    ("broadcast", "http://255.255.255.255/"),
    ("broadcast, decimal", "http://4294967295/"),
    ("reserved", "http://240.0.0.1/"),
    ("documentation", "http://192.0.2.1/"),
    ("documentation 2", "http://198.51.100.1/"),
    ("documentation 3", "http://203.0.113.1/"),
    ("documentation v6", "http://[2001:db8::1]/"),
    ("benchmarking", "http://198.18.0.1/"),
    ("protocol assignments", "http://192.0.0.1/"),
    ("anycast of 6to4", "http://192.88.99.1/"),
    ("beside 10/8", "http://11.0.0.1/"),
    ("beside 172.16/12", "http://172.32.0.1/"),
    ("beneath 172.16/12", "http://172.15.255.255/"),
    ("beside 192.168/16", "http://192.169.0.1/"),
    ("beside 127/8", "http://128.0.0.1/"),
    ("beneath 127/8", "http://126.255.255.255/"),
    ("beside loopback v6", "http://[::2]/"),
    ("beside fc00::/7", "http://[fe00::1]/"),
    ("userinfo", "http://user@8.8.8.8/"),
    ("userinfo, private look", "http://127.0.0.1@8.8.8.8/"),
    ("userinfo, port look", "http://127.0.0.1:80@8.8.8.8/"),
    ("userinfo, encoded at", "http://127.0.0.1%408.8.8.8/"),
    ("userinfo and loopback", "http://user:secret@127.0.0.1/"),
    ("empty userinfo", "http://@8.8.8.8/"),
    ("backslash", "http://127.0.0.1\\@8.8.8.8/"),
    ("backslash for slash", "http:\\\\8.8.8.8/"),
    ("backslash within", "http://8.8.8.8\\.example/"),
    ("ideographic full stop", "http://8。8。8。8/"),
    ("halfwidth full stop", "http://8｡8｡8｡8/"),
    ("fullwidth full stop", "http://8．8．8．8/"),
    ("fullwidth digits", "http://８.８.８.８/"),
    ("circled digits", "http://⑧.⑧.⑧.⑧/"),
    ("encloses a name", "http://ⓖoogle.invalid/"),
    ("percent-encoded", "http://%38.8.8.8/"),
    ("percent-encoded dots", "http://8%2E8%2E8%2E8/"),
    ("percent-encoded wholly", "http://%38%2e%38%2e%38%2e%38/"),
    ("soft hyphen", "http://8.8.8\u00ad.8/"),
    ("zero-width space", "http://8.8.8.8\u200b/"),
    ("tab", "http://8.8.\t8.8/"),
    ("newline", "http://8.8.8.8\n/"),
    ("carriage return", "http://8.8.8.8\r\n/"),
    ("NUL", "http://127.0.0.1\u0000.8.8.8.8/"),
    ("space before", "http:// 8.8.8.8/"),
    ("space after", "http://8.8.8.8 /"),
    ("no scheme", "8.8.8.8/"),
    ("only slashes", "//8.8.8.8/"),
    ("three slashes", "http:///8.8.8.8/"),
    ("one slash", "http:/8.8.8.8/"),
    ("no slash", "http:8.8.8.8/"),
    ("ftp", "ftp://127.0.0.1/"),
    ("file", "file:///etc/passwd"),
    ("gopher", "gopher://127.0.0.1:25/_x"),
    ("data", "data:text/plain,x"),
    ("javascript", "javascript:alert(1)"),
    ("unix", "unix:///var/run/docker.sock"),
    ("http+unix", "http+unix://%2Fvar%2Frun%2Fdocker.sock/"),
    ("websocket", "ws://127.0.0.1/"),
    ("jar", "jar:http://127.0.0.1!/"),
    ("nothing", "http://"),
    ("only a port", "http://:80/"),
    ("port 0", "http://127.0.0.1:0/"),
    ("port too high", "http://127.0.0.1:65536/"),
    ("port that is a word", "http://127.0.0.1:http/"),
    ("negative port", "http://127.0.0.1:-1/"),
    ("empty brackets", "http://[]/"),
    ("unclosed bracket", "http://[::1/"),
    ("unopened bracket", "http://::1]/"),
    ("words in brackets", "http://[localhost]/"),
    ("bracket within", "http://[::1].8.8.8.8/"),
    ("IPvFuture", "http://[v1.fe80]/"),
    ("colon", "http://127.0.0.1:80:80/"),
    ("fragment for host", "http://#@8.8.8.8/"),
    ("query for host", "http://?@8.8.8.8/"),
)


# --- every forbidden kind of address in every spelling ----------------------------------------------------------------

_TARGETS: Mapping[str, IPv4Address] = {
    "a public one": IPv4Address("1.2.3.4"),
    "link-local": IPv4Address("169.254.9.253"),
    "carrier-grade NAT": IPv4Address("100.65.66.67"),
    "multicast": IPv4Address("239.1.2.3"),
    "reserved": IPv4Address("241.1.2.3"),
    "documentation": IPv4Address("203.0.113.77"),
}


def _parts(form: str) -> Callable[[IPv4Address], str]:
    return lambda address: ".".join(form.format(part) for part in address.packed)


def _shorter(parts: int, form: str) -> Callable[[IPv4Address], str]:
    """The last number holds what is left of the address."""

    def spelt(address: IPv4Address) -> str:
        rest = int.from_bytes(address.packed[parts - 1 :])
        return ".".join(form.format(number) for number in (*address.packed[: parts - 1], rest))

    return spelt


def _within(network: str, shift: int = 0, flip: int = 0) -> Callable[[IPv4Address], str]:
    """An IPv6 address that holds the other one, in eight hexadecimal parts whatever Python writes it as."""

    def spelt(address: IPv4Address) -> str:
        packed = IPv6Address(int(IPv6Address(network)) | (int(address) ^ flip) << shift).packed
        return f"[{':'.join(f'{high << 8 | low:x}' for high, low in zip(packed[::2], packed[1::2], strict=True))}]"

    return spelt


def _digits(zero: str) -> Callable[[IPv4Address], str]:
    """With the digits of another script, that begin at ``zero``."""
    return lambda address: "".join(chr(ord(zero) + int(sign)) if sign.isdigit() else sign for sign in str(address))


_SPELLINGS: Mapping[str, Callable[[IPv4Address], str]] = {
    "plain": str,
    "decimal": lambda address: str(int(address)),
    "octal": _shorter(1, "0{:o}"),
    "hexadecimal": _shorter(1, "0x{:x}"),
    "octal parts": _parts("0{:o}"),
    "padded octal parts": _parts("000{:o}"),
    "hexadecimal parts": _parts("0x{:x}"),
    "upper-case hexadecimal parts": _parts("0X{:02X}"),
    "padded parts": _parts("{:03}"),
    "two numbers": _shorter(2, "{}"),
    "two hexadecimal numbers": _shorter(2, "0x{:x}"),
    "three numbers": _shorter(3, "{}"),
    "beyond 32 bits": lambda address: str(int(address) + (1 << 32)),
    "final dot": lambda address: f"{address}.",
    "percent-encoded": lambda address: "".join(f"%{ord(sign):02x}" for sign in str(address)),
    "in brackets": lambda address: f"[{address}]",
    "mapped": lambda address: f"[::ffff:{address}]",
    "mapped in hexadecimal": _within("::ffff:0:0"),
    "compatible": lambda address: f"[::{address}]",
    "translated": lambda address: f"[::ffff:0:{address}]",
    "NAT64": lambda address: f"[64:ff9b::{address}]",
    "6to4": _within("2002::", 80),
    "Teredo": _within("2001::", 0, 0xFFFFFFFF),
    "user information before it": lambda address: f"127.0.0.1@{address}",
    "Arabic digits": _digits("\u0660"),
    "fullwidth digits": _digits("\uff10"),
}

FORBIDDEN: Sequence[tuple[str, str]] = (
    *_BY_HAND,
    *(
        (f"{target}: {spelling}", f"http://{spell(address)}/")
        for target, address in _TARGETS.items()
        for spelling, spell in _SPELLINGS.items()
    ),
)
