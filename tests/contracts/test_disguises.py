"""A key that a target echoes in disguise, also as a name, is masked all the same."""

import base64
import json
import time

import pytest

from contracts.transport.exchange import Exchange
from contracts.transport.redaction import ReportRedactor

SECRET = "sk_live_" + 'c4n4ry"/+&ß' + "0123456789AbZ"
RAW = SECRET.encode()

FORMS = {
    "percent": "".join(f"%{byte:02x}" for byte in RAW),
    "percent, upper case": "".join(f"%{byte:02X}" for byte in RAW),
    "percent twice": "".join(f"%25{byte:02x}" for byte in RAW),
    "percent here and there": "".join(
        c if i % 3 else "".join(f"%{b:02x}" for b in c.encode()) for i, c in enumerate(SECRET)
    ),
    "unicode": "".join(f"\\u{ord(char):04x}" for char in SECRET),
    "unicode in JSON": "".join(f"\\\\u{ord(char):04X}" for char in SECRET),
    "unicode in braces": "".join(f"\\u{{{ord(char):x}}}" for char in SECRET),
    "bytes": "".join(f"\\x{byte:02x}" for byte in RAW),
    "decimal entities": "".join(f"&#{ord(char)};" for char in SECRET),
    "hex entities": "".join(f"&#x{ord(char):X};" for char in SECRET),
    "entities in HTML": "".join(f"&amp;#{ord(char)};" for char in SECRET),
    "base32": base64.b32encode(RAW).decode(),
    **{f"base32 after {n}": base64.b32encode(b"u" * n + RAW + b"yy").decode() for n in range(1, 5)},
    "backwards": SECRET[::-1],
    "base64 backwards": base64.b64encode(RAW).decode()[::-1],
    "base64 of backwards": base64.b64encode(RAW[::-1]).decode(),
    "spaced": " ".join(SECRET),
    "dashed": "-".join(SECRET),
    "dotted backwards": ". ".join(reversed(SECRET)),
    "lower case": SECRET.lower(),
    "upper case": SECRET.upper().replace("SS", "ß"),
    "hex with colons": ":".join(f"{byte:02x}" for byte in RAW),
    "hex with blanks": " ".join(f"0x{byte:02X}" for byte in RAW),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_key_in_disguise_is_masked(form: str) -> None:
    redactor = ReportRedactor([SECRET], people=False)
    shown = redactor.redact(f"before {FORMS[form]} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "***" in shown
    assert len(shown) < 30  # of base32 a few letters are left, which its neighbours decide on


def test_a_key_that_is_a_name_is_masked_in_a_shape() -> None:
    body = json.dumps({form: {text: 1} for form, text in FORMS.items()}).encode()
    said = Exchange("GET", "https://h/", {}, b"", 200, {}, body, private=True).answer(10_000)
    shown = ReportRedactor([SECRET], people=False).redact(said)
    assert "c4n4ry" not in shown.casefold()
    assert shown.count("***") >= len(FORMS)


def test_ordinary_texts_stay_and_take_no_time() -> None:
    redactor = ReportRedactor([SECRET], people=False)
    text = "sk_live_c4n4 &#115;&#107; %73%6b " * 3000 + "s-" * 20_000
    started = time.process_time()
    assert redactor.redact("GET /v1/leads: 200 OK, 23 of 42") == "GET /v1/leads: 200 OK, 23 of 42"
    redactor.redact(text)
    assert time.process_time() - started < 2


def test_a_short_key_masks_no_ordinary_words() -> None:
    assert ReportRedactor(["leads"], people=False).redact("l e a d s") == "l e a d s"
