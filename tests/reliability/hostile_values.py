"""What parsers, validators, stores and logs choke on, as texts for parameters and headers, and as bodies."""

import json
import random
from typing import Any

DEEP = 200_000
"""Levels that no C parser survives unless depth is counted first."""

# Written into JSON as they are: most of them are no JSON.
RAW_JSON = [
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-1e999",
    b"9" * 5000,
    b"-0",
    b"1E-400",
    b"01",
    b"0x10",
    b".5",
    b"5.",
    b"18446744073709551616",
    b"9223372036854775808",
    b"'x'",
    b"undefined",
    b"True",
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\u0000"',
    b'"\x00"',
    b'"\xff\xfe"',
    b'"\xed\xa0\x80"',
    b'"\xc0\xaf"',
    b'"\\x41"',
    b'"' + b"a" * 5_000 + b'"',
    b"[" * 70 + b"]" * 70,
    b"[" * 254 + b"]" * 254,  # what can be read and cannot be written is about here
    b"[" * 256 + b"]" * 256,
    b'{"a":' * 300 + b"1" + b"}" * 300,
    b"[" * 1_020 + b"]" * 1_020,
    b"[" * 1_500 + b"]" * 1_500,
    b'{"a":' * 70 + b"1" + b"}" * 70,
    b'{"a":1,"a":2}',
    b'{"__proto__":{"x":1},"constructor":1}',
    b'{"$ref":"#"}',
    b"[" + b"{}," * 2_000 + b"{}]",
]

TEXTS = [
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "9" * 400,
    "1e9",
    "NaN",
    "null",
    "true",
    "undefined",
    "\x00",
    "a\x00b",
    "\r\nX-Injected: 1",
    "\x1b[31m\x07",
    "../../../../etc/passwd",
    "..%2f..%2f",
    "%",
    "%zz",
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "' OR 1=1 --",
    '"; DROP TABLE records; --',
    "<script>alert(1)</script>",
    "${jndi:ldap://127.0.0.1/x}",
    "{{7*7}}",
    "%s%n%x",
    "\u202e\u0000\ufffe",
    "\U0001f4a9" * 50,
    "e\u0301" * 100,
    "\ud800",
    "2026-13-45T99:99:99Z",
    "2026-02-30",
    "+61491570006",
    "a@b@c",
    "x" * 10_000,
    "(a+)+$",
    "[" * 500,
    "9223372036854775808",
    "18446744073709551616",
    "-9223372036854775809",
    "٣",
]


# Control requests that stopped a server: patterns that backtrack, comparisons of everything with everything, times.
CONTROL: list[tuple[str, str, Any]] = [
    ("POST", "/mappings", {"request": {"urlPathPattern": "/zz(a+)+$"}, "response": {"status": 418}}),
    ("POST", "/faults", {"request": {"urlPathPattern": "/zz(a|a)*b"}, "response": {"status": 503}}),
    ("POST", "/requests/count", {"urlPathPattern": "(.*a){25}b"}),
    ("POST", "/requests/find", {"bodyPatterns": [{"matches": "(x+x+)+y"}]}),
    (
        "POST",
        "/requests/find",
        {"bodyPatterns": [{"equalToJson": [[1, {"a": n}] for n in range(300)], "ignoreArrayOrder": True}]},
    ),
    (
        "POST",
        "/requests/find",
        {"bodyPatterns": [{"equalToJson": [{}] * 300, "ignoreArrayOrder": True, "ignoreExtraElements": True}]},
    ),
    ("GET", "/requests?limit=2000", None),
    ("GET", "/workspaces", None),
    ("POST", "/clock/set", {"now": "9999-12-31T23:59:59Z"}),
    ("POST", "/clock/set", {"now": "0001-01-01T00:00:00Z"}),
    ("POST", "/clock/set", {"now": "8999-12-31T23:59:59Z"}),
    ("POST", "/clock/set", {"now": "2026-03-04T05:06:07Z"}),
    ("POST", "/clock/advance", {"seconds": 3_153_600_000}),
    ("POST", "/simulate", {"kind": "call", "count": 50}),
    ("POST", "/inbox/deep", [[[[]]]]),
    ("GET", "/inbox/deep", None),
]
COSTLY_PATHS = ["/zz" + "a" * 40 + "!", "/v1/" + "a" * 60]


def killers() -> dict[str, bytes]:
    """Whole bodies, each known to have killed or stopped some program."""
    found = {
        "nothing": b"",
        "a byte order mark": b"\xef\xbb\xbf{}",
        "UTF-16": '{"firstName": "Ada"}'.encode("utf-16"),
        "half an object": b'{"firstName":',
        "a second object": b'{"firstName": "Ada"} {}',
        "lists without an end": b"[" * DEEP,
        "lists to the end": b"[" * DEEP + b"]" * DEEP,
        "lists of 20,000 levels": b"[" * 20_000 + b"]" * 20_000,
        "lists of 50,000 levels": b'{"outcome":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        "objects without an end": b'{"a":' * (DEEP // 2),
        "objects of 100,000 levels": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "commas": b"[" + b"," * DEEP,
        "quotes": b'"' * DEEP,
        "backslashes": b'{"firstName": "' + b"\\" * DEEP,
        "a number of 500,000 digits": b'{"leadId": ' + b"9" * 500_000 + b"}",
        "a fraction of 500,000 digits": b'{"leadId": 0.' + b"1" * 500_000 + b"}",
        "100,000 keys": b"{" + b",".join(b'"k%d":1' % number for number in range(80_000)) + b"}",
        "one key 50,000 times": b"{" + b",".join([b'"firstName":"A"'] * 50_000) + b"}",
        "a key of a million letters": b'{"' + b"k" * 1_000_000 + b'":1}',
        "a value of a million letters": b'{"firstName":"' + b"v" * 1_000_000 + b'"}',
        "one byte too many": b'{"firstName":"' + b"v" * (1024 * 1024) + b'"}',
        "400,000 wrong items": b'{"questions":[' + b"1," * 400_000 + b"1]}",
        "spaces": b" " * 1_000_000,
        "NULs": b"\x00" * 1_000_000,
        "bytes": bytes(range(256)) * 64,
    }
    for raw in RAW_JSON:
        found[f"first name {raw[:12]!r} of {len(raw)}"] = b'{"firstName": ' + raw + b"}"
        found[f"unknown field {raw[:12]!r} of {len(raw)}"] = b'{"firstName": "Ada", "x": ' + raw + b"}"
    return found


def mutated(rng: random.Random, value: Any) -> bytes:
    """A body near to ``value``: parts replaced, left out or put in, now and then its bytes damaged."""
    marks: list[bytes] = []

    def raw() -> str:
        marks.append(rng.choice(RAW_JSON))
        return f"@@{len(marks) - 1}@@"

    def change(node: Any) -> Any:
        draw = rng.random()
        if draw < 0.06:
            return raw()
        if draw < 0.12:
            return rng.choice([None, True, 0, -1, 1.5, 2**63, "", [], {}, [None], {"": None}])
        if draw < 0.2:
            return rng.choice(TEXTS)
        if isinstance(node, dict):
            kept = {key: change(part) for key, part in node.items() if rng.random() > 0.05}
            if rng.random() < 0.05:
                kept[rng.choice(TEXTS)] = raw()
            return kept
        if isinstance(node, list):
            return [change(part) for part in node] * rng.choice([1, 1, 1, 1, 0, 30])
        return node

    text = json.dumps(change(value)).encode()
    for number, written in enumerate(marks):
        text = text.replace(b'"@@%d@@"' % number, written)
    return damaged(rng, text) if rng.random() < 0.04 else text


def damaged(rng: random.Random, raw: bytes) -> bytes:
    """``raw`` with some bytes changed, taken out, doubled or cut off."""
    if not raw:
        return bytes([rng.randrange(256)])
    for _ in range(rng.choice([1, 1, 2, 5])):
        here = rng.randrange(len(raw))
        length = rng.choice([1, 1, 2, 8])
        put = rng.choice([b"", b"\x00", b"\xff", b"\r", b"\n", b"\r\n", b" ", b":", b'"', b"[", b"{", b"%", b"9" * 20])
        how = rng.random()
        if how < 0.6:
            raw = raw[:here] + put + raw[here + length :]
        elif how < 0.8:
            raw = raw[:here] + raw[here : here + 40] + raw[here:]
        else:
            raw = raw[:here] + bytes([rng.randrange(256)]) + raw[here + 1 :]
        if not raw:
            break
    return raw
