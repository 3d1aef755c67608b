"""A key that a target echoes in disguise, also as a name, is masked all the same."""

import base64
import json
import time

import pytest

from contracts.transport.exchange import Exchange
from contracts.transport.redaction import ReportRedactor

SECRET = "sk_live_" + 'c4n4ry"/+&ß' + "0123456789AbZ"
PLAIN = "sk_live_" + 'c4n4ry"/+&x41' + "0123456789AbZ"
MANY = [f"session={number:05}; theme=dark" for number in range(500)]


def disguises(secret: str) -> dict[str, str]:
    raw = secret.encode()
    return {
        "percent": "".join(f"%{byte:02x}" for byte in raw),
        "percent, upper case": "".join(f"%{byte:02X}" for byte in raw),
        "percent twice": "".join(f"%25{byte:02x}" for byte in raw),
        "percent here and there": "".join(
            c if i % 3 else "".join(f"%{b:02x}" for b in c.encode()) for i, c in enumerate(secret)
        ),
        "unicode": "".join(f"\\u{ord(char):04x}" for char in secret),
        "unicode in JSON": "".join(f"\\\\u{ord(char):04X}" for char in secret),
        "unicode in braces": "".join(f"\\u{{{ord(char):x}}}" for char in secret),
        "bytes": "".join(f"\\x{byte:02x}" for byte in raw),
        "decimal entities": "".join(f"&#{ord(char)};" for char in secret),
        "hex entities": "".join(f"&#x{ord(char):X};" for char in secret),
        "entities in HTML": "".join(f"&amp;#{ord(char)};" for char in secret),
        "base32": base64.b32encode(raw).decode(),
        **{f"base32 after {n}": base64.b32encode(b"u" * n + raw + b"yy").decode() for n in range(1, 5)},
        "backwards": secret[::-1],
        "base64 backwards": base64.b64encode(raw).decode()[::-1],
        "base64 of backwards": base64.b64encode(raw[::-1]).decode(),
        "spaced": " ".join(secret),
        "dashed": "-".join(secret),
        "dotted backwards": ". ".join(reversed(secret)),
        "lower case": secret.lower(),
        "upper case": secret.upper().replace("SS", "ß"),
        "hex with colons": ":".join(f"{byte:02x}" for byte in raw),
        "hex with blanks": " ".join(f"0x{byte:02X}" for byte in raw),
    }


FORMS = disguises(SECRET)
AMONG_MANY = ReportRedactor([*MANY, PLAIN], people=False)


@pytest.mark.parametrize("form", FORMS)
def test_a_key_in_disguise_is_masked(form: str) -> None:
    redactor = ReportRedactor([SECRET], people=False)
    shown = redactor.redact(f"before {FORMS[form]} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "***" in shown
    assert len(shown) < 30  # of base32 a few letters are left, which its neighbours decide on


@pytest.mark.parametrize("form", [PLAIN, *disguises(PLAIN).values()])
def test_one_of_many_keys_is_masked_in_each_disguise(form: str) -> None:
    alone = ReportRedactor([PLAIN], people=False).redact(f"before {form} after")
    assert "***" in alone
    assert AMONG_MANY.redact(f"before {form} after") == alone


def test_many_keys_take_no_longer_than_a_few() -> None:
    """A browser's recording has a cookie for each answer; all of them were looked for in each text."""
    started = time.process_time()
    redactor = ReportRedactor(
        [f"{word}%3Ad1ce&{word}" for word in map("{:08x}".format, range(10**6, 10**6 + 500))], people=False
    )
    for number in range(1_000):
        assert (
            redactor.redact(f"GET /v1/leads?page={number}&a=%20b: 200 OK")
            == f"GET /v1/leads?page={number}&a=%20b: 200 OK"
        )
    assert redactor.redact("is 000f4241%3Ad1ce&000f4241 there") == "is *** there"
    assert time.process_time() - started < 1.5


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
