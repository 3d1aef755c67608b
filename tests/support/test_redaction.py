import base64
import json
import re
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mock_server.support.redaction import MASK, Redactor

SECRET = 'hunter2/"Ünder"+pass word=%&7'
SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=40)
AROUND = st.text("abc ,;:{}<>\n", max_size=9)


def encodings(secret: str) -> list[str]:
    raw = secret.encode()
    return [
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        raw.hex(),
        raw.hex().upper(),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
    ]


@pytest.mark.parametrize("text", encodings(SECRET))
def test_a_registered_secret_is_masked_in_every_encoding(text: str) -> None:
    masked = Redactor(SECRET).redact(f"before {text} after")
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert MASK in masked
    assert not any(form in masked for form in encodings(SECRET))


def lower(quoted: str) -> str:
    """As some clients write it: %2f for %2F."""
    return re.sub("%..", lambda code: code[0].lower(), quoted)


@pytest.mark.parametrize(
    "text",
    [
        *(json.dumps(SECRET, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)),
        *(lower(quoted) for quoted in (quote(SECRET), quote(SECRET, safe=""), quote_plus(SECRET))),
    ],
)
def test_not_one_letter_of_an_encoded_secret_is_left(text: str) -> None:
    assert Redactor(SECRET).redact(f"<{text}>") == "<***>"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", [0, 1, 2])
@pytest.mark.parametrize("secret", ["swordfisW", "swordfishW", "swordfish-W", "sword>?~ÿ"])
def test_of_a_secret_in_base64_only_letters_that_hold_a_neighbours_bits_are_left(
    encode: Callable[[bytes], bytes], before: int, secret: str
) -> None:
    whole = encode(b"ab"[:before] + secret.encode() + b"cdefg").decode()
    first, end = -(-8 * before // 6), 8 * (before + len(secret.encode())) // 6
    assert Redactor(secret).redact(f"<{whole}>") == f"<{whole[:first]}***{whole[end:]}>"


def test_a_secret_that_is_no_proper_text_is_hidden_too() -> None:
    assert Redactor("\ud800swordfish").redact("<\ud800swordfish>") == "<***>"


@given(secret=SECRETS, before=AROUND, after=AROUND)
def test_no_encoding_of_a_secret_is_left_in_any_text(secret: str, before: str, after: str) -> None:
    redactor = Redactor(secret)
    for form in encodings(secret):
        assume(form not in before + after)
        assert form not in redactor.redact(before + form + after).replace(MASK, "")


@given(secret=st.binary(min_size=9, max_size=40), before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_a_secret_is_found_inside_longer_base64_wherever_it_begins(secret: bytes, before: bytes, after: bytes) -> None:
    text = secret.hex()
    whole = base64.b64encode(before + text.encode() + after).decode()
    masked = Redactor(text).redact(whole)
    kept = masked.replace(MASK, "")
    assert MASK in masked
    assert len(kept) <= len(whole) - (4 * len(text) // 3 - 4)  # at most the letters that it shares with its neighbours


@given(st.text())
def test_redaction_is_done_once_and_for_all(text: str) -> None:
    redactor = Redactor("correct horse battery")
    once = redactor.redact(text)
    assert redactor.redact(once) == once


@given(st.lists(st.text("leads notes/?limit=12&", max_size=20)))
def test_an_innocent_text_stays_as_it_is(words: list[str]) -> None:
    text = " ".join(words)
    assert Redactor().redact(text) == text
    assert Redactor().redact_url(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("key sk_live_4eC39HqLyjWDarjtT1zdp7dc.", "key sk_live_***."),
        ("sk_test_mock_Zm9vYmFy-_x", "sk_test_***"),
        ("SK_LIVE_SHOUTING1", "SK_LIVE_***"),
        ("at/sk_live_abc/notes", "at/sk_live_***/notes"),
        (r"line\nsk_live_abc", r"line\nsk_live_***"),
        ("Authorization: Bearer 0123456789abcdef", "Authorization: Bearer ***"),
        ("Authorization: Bearer sk_live_abcdef", "Authorization: Bearer sk_live_***"),
        ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_***"),
        ("smt_p5Dtz1SKWifzzZCOifCl1YkTA7i40cXK", "smt_***"),
        ("/__admin/workspaces/smt_ll-LGRxDFEqI4zOQbwI0l5NqIpS5pzmY", "/__admin/workspaces/smt_***"),
        ("?api_key=abc&limit=2", "?api_key=***&limit=2"),
        ("?access-token=abc", "?access-token=***"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN", "eyJ***"),
    ],
)
def test_what_looks_like_a_key_is_masked_and_says_what_it_was(text: str, masked: str) -> None:
    assert Redactor().redact(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "send `Authorization: Bearer sk_test_local`, or the key that the server printed",
        "the Authorization header is not `Bearer <key>`",
        "api_key=sk_test_local",
    ],
)
def test_the_well_known_key_is_no_secret(text: str) -> None:
    assert Redactor().redact(text) == text


def test_a_key_that_only_begins_as_the_well_known_one_is_masked() -> None:
    assert Redactor().redact("sk_test_local2") == "sk_test_***"


@pytest.mark.parametrize(
    "text",
    [
        "Bearer sk_test_local`sk_live_4f9a2b7c",
        "sk_live_4f9a2b7c Bearer sk_test_local`",
        "token=Bearer sk_test_local` and Bearer sk_live_4f9a2b7c",
        "send `Authorization: Bearer sk_test_local4f9a2b7c`",
        "send `Authorization: Bearer sk_test_local-4f9a2b7c`",
        "k_teBearer sk_test_local`st_4f9a2b7c",
    ],
)
def test_a_secret_beside_our_own_remedy_is_masked_all_the_same(text: str) -> None:
    shown = Redactor().redact(text)
    assert shown == Redactor().redact(text.replace("`", "'")).replace("'", "`")
    assert ("4f9a2b7c" in shown) is text.startswith("k_te")  # no key is in this one


@pytest.mark.parametrize("hidden", ["%73k_live_abcdef", "sk%5Flive%5Fabcdef", "sk_live_%61bcdef"])
def test_a_key_in_a_url_is_found_behind_percent_encoding(hidden: str) -> None:
    assert Redactor().redact_url(f"x={hidden}") == "x=sk_live_***"


def test_a_url_without_a_secret_stays_encoded() -> None:
    assert Redactor().redact_url("/v1/leads/a%2Fb%20c") == "/v1/leads/a%2Fb%20c"


@pytest.mark.parametrize("short", ["", "a", "12345"])
def test_a_secret_too_short_to_be_one_masks_nothing(short: str) -> None:
    assert Redactor(short).redact("12345 a b c") == "12345 a b c"


def test_the_longest_of_two_secrets_is_masked_whole() -> None:
    assert Redactor("swordfish", "swordfish-two").redact("swordfish-two swordfish") == "*** ***"


def test_a_secret_can_be_registered_later() -> None:
    redactor = Redactor()
    assert redactor.redact("open sesame") == "open sesame"
    redactor.hide("open sesame")
    assert redactor.redact("open sesame") == MASK


def test_a_redactor_does_not_show_what_it_hides() -> None:
    assert repr(Redactor("swordfish")) == "<Redactor>"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "eyJ***"),
        ("a-eyJhbGciOiJI.eyJzdWIiOiIx", "a-eyJ***"),
        ("a.b.eyJhbGciOiJI.eyJzdWIiOiIx.c2ln.d.e", "a.b.eyJ***.d.e"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.s.eyJhbGciOiJI.eyJzdWIiOiIx.s", "eyJ***.eyJ***"),
        ("eyJhbGciOiJI.short.eyJhbGciOiJI.eyJzdWIiOiIx", "eyJhbGciOiJI.short.eyJ***"),
        ("eyJhbGciOiJI", "eyJhbGciOiJI"),
        ("eyJhbGci.eyJzdWIiOiIx", "eyJhbGci.eyJzdWIiOiIx"),
        ("xeyJhbGciOiJI.eyJzdWIiOiIx", "xeyJhbGciOiJI.eyJzdWIiOiIx"),
        ("EYJhbGciOiJI.eyJzdWIiOiIx.", "EYJ***"),
        ("eyJhbGciOiJI.sk_live_abc.c2lnbmF0dXJl", "eyJ***"),
    ],
)
def test_a_token_is_masked_wherever_it_stands_in_a_chain_of_words(text: str, masked: str) -> None:
    assert Redactor().redact(text) == masked
    assert Redactor().redact(f'{{"a": "{text}"}}') == f'{{"a": "{masked}"}}'


@pytest.mark.parametrize(
    "text",
    [
        *(
            "-eyJ" * 16_000,
            "-eyJaaaaaaaa." * 5_000,
            "a." * 32_000 + "eyj",
            "eyJ" + "a" * 64_000,
            "bearer" + " " * 64_000,
        ),
        *("bearer" + "+" * 64_000 + "!", "bearer x " * 7_000, "token=" * 10_000, "x" * 64_000 + "sk_live_abc"),
    ],
    ids=lambda text: text[:9],
)
def test_no_text_takes_long_to_mask(text: str) -> None:
    redactor = Redactor("hunter2secret", "another-secret")
    began = time.thread_time()
    redactor.redact(text)
    assert time.thread_time() - began < 0.15
