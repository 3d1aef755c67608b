"""HAR files as those write them who record: each has habits of its own, and one odd entry spoils no file."""

import base64
import gzip
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message, line_with
from recordings import ORGANIZATION, Json, Judge, entry, har, judged_entries, not_judged, organization

from contracts.errors import CannotRun
from contracts.spec.document import load
from contracts.spec.json_file import parsed
from contracts.traffic.attribution import Attribution
from contracts.traffic.detect import recording
from contracts.traffic.judge import TrafficOptions

TEXT = json.dumps(ORGANIZATION)
ELSEWHERE = "https://cdn.example/x.png"


def answered(**changes: Any) -> Json:
    """The organization, with another answer."""
    one = organization()
    return {**one, "response": {**one["response"], **changes}}


def content(**changes: Any) -> Json:
    return answered(content={"size": len(TEXT), "mimeType": "application/json", "text": TEXT, **changes})


def asked(**changes: Any) -> Json:
    one = organization()
    return {**one, "request": {**one["request"], **changes}}


def packed(text: bytes) -> str:
    return base64.b64encode(text).decode()


GOOD: Mapping[str, Json] = {
    "members of other makers": {**organization(), "_resourceType": "xhr", "comment": "x", "pageref": "p", "_id": 7},
    "sizes of -1": {**asked(bodySize=-1, headersSize=-1), "response": content(size=-1)["response"]},
    "a number for a status that is no integer": answered(status=200.0),
    "headers as one object": answered(headers={"Content-Type": "application/json"}),
    "a number in a header": answered(
        headers=[{"name": "content-length", "value": 5}, {"name": "content-type", "value": "application/json"}]
    ),
    "a header without a value": answered(
        headers=[{"name": "x-a"}, {"value": "x"}, None, {"name": "content-type", "value": "application/json"}]
    ),
    "no headers": answered(headers=None),
    "no media type": content(mimeType=None),
    "base64": content(text=packed(TEXT.encode()), encoding="base64"),
    "BASE64 in lines": content(text=base64.encodebytes(TEXT.encode()).decode(), encoding="BASE64"),
    "base64 without its end": content(text=packed(TEXT.encode()).rstrip("="), encoding="base64"),
    "base64 for URLs": content(text=base64.urlsafe_b64encode(TEXT.encode()).decode(), encoding="base64"),
    "gzip in base64": content(text=packed(gzip.compress(TEXT.encode())), encoding="base64"),
    "a value in place of a text": content(text=ORGANIZATION),
    "a path and a Host header": asked(url="/v1/organization", headers=[{"name": "Host", "value": "api.sophiie.ai"}]),
    "the usual port": asked(url="https://API.sophiie.ai:443/v1/organization"),
    "an empty body of a GET": asked(postData={"mimeType": "", "text": ""}),
    "nothing for a body": asked(postData=None),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_habit_is_read(judge: Judge, name: str) -> None:
    code, out, err = judge(har(organization(), GOOD[name]), "-v")
    assert code == 0, err
    assert judged_entries(out) == (2, 2)
    assert "✗" not in out
    assert not_judged(out) == []


NO_BODY: Mapping[str, Json] = {
    "no text": content(text=None),
    "no content": answered(content=None),
    "from a cache, without its body": {**content(text=None, size=0), "_fromCache": "disk"}
    | {"response": {**content(text=None)["response"]}},
    "cut by who recorded it": content(text=TEXT[:40]),
    "still packed": {**content(text=packed(b"\x1b\x2a\x00 no gzip"), encoding="base64")},
}
NO_BODY["still packed"]["response"]["headers"] = [
    {"name": "content-type", "value": "application/json"},
    {"name": "content-encoding", "value": "br"},
]


@pytest.mark.parametrize("name", NO_BODY)
def test_a_body_that_is_not_there_is_not_judged(judge: Judge, name: str) -> None:
    code, out, _ = judge(har(organization(), NO_BODY[name]), "-v")
    assert (code, not_judged(out)) == (0, ["entry 2"])
    assert_message(line_with(out, "not recorded: "), "body that was not recorded")


ASIDE: Mapping[str, tuple[Json, str]] = {
    "blocked": (answered(status=0), "no answer was recorded"),
    "a status of -1": (answered(status=-1), "no answer was recorded"),
    "no status": (answered(status=None), "no answer was recorded"),
    "a status that no answer has": (answered(status=999), "no answer was recorded"),
    "not a number": (answered(status=float("nan")), "no answer was recorded"),
    "no answer yet": ({**organization(), "response": None}, "no answer was recorded"),
    "not changed": (answered(status=304), "answered from a cache"),
    "a socket": (asked(url="wss://api.sophiie.ai/v1/organization"), "no HTTP request"),
    "a switch to a socket": (answered(status=101), "answered from a cache, or in between"),
    "data": (asked(url="data:text/plain,x"), "no HTTP request"),
    "a blob": (asked(url="blob:https://api.sophiie.ai/5"), "no HTTP request"),
    "an extension": (asked(url="chrome-extension://abc/x.js"), "no HTTP request"),
    "a tunnel": (asked(method="CONNECT", url="http://api.sophiie.ai:443"), "no HTTP request"),
    "a preflight without its headers": (
        {**asked(method="OPTIONS"), "_resourceType": "preflight"},
        "preflight requests of a browser",
    ),
    "a redirect of the browser's own": (
        answered(status=307, headers=[{"name": "Non-Authoritative-Reason", "value": "HSTS"}]),
        "redirects that a browser made by itself",
    ),
}


@pytest.mark.parametrize("name", ASIDE)
def test_what_is_no_exchange_is_left_out_and_counted(judge: Judge, name: str) -> None:
    one, why = ASIDE[name]
    code, out, err = judge(har(organization(), one))
    assert code == 0, err
    assert f"1 left out: {why}" in out


ODD: Mapping[str, Json] = {
    "no entry": 7,  # type: ignore[dict-item]
    "nothing": None,  # type: ignore[dict-item]
    "no request": {},
    "a request that is none": {"request": "GET /"},
    "a text for a status": {"response": {"status": "200"}},
    "a method that is none": {"request": {"method": 7}},
    "no method": {"request": {"method": None}},
    "a text for an answer": {"response": "200"},
    "a text for content": {"response": {"status": 200, "content": "x"}},
    "no base64": {"response": {"status": 200, "content": {"text": "%%%", "encoding": "base64"}}},
    "a number for a text": {"response": {"status": 200, "content": {"text": 7}}},
    "a list for a body": {"request": {"method": "GET", "postData": []}},
    "no list of fields": {"request": {"method": "POST", "postData": {"params": "x"}}},
}


def odd(name: str, url: str) -> Any:
    change = ODD[name]
    if not isinstance(change, dict) or not isinstance(change.get("request", {}), dict) or not change:
        return change
    one = entry(url, ORGANIZATION)
    return {**one, **change, "request": {**one["request"], **change.get("request", {})}}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_entry_of_another_site_is_left_out(judge: Judge, name: str) -> None:
    code, out, err = judge(har(organization(), odd(name, ELSEWHERE)))
    assert (code, err) == (0, "")
    assert judged_entries(out) == (1, 2)
    known = isinstance(change := odd(name, ELSEWHERE), dict) and str(change.get("request", "")).count(ELSEWHERE)
    said = "odd entries that are not for the API" if known else "cannot be read, nor for whom they were; the first: "
    assert f"1 left out: {said}" in out
    assert known or "entry 2 (/log/entries/1" in out


@pytest.mark.parametrize(
    "one",
    [None, 5, "x", [], {}, {"request": None}, {"request": "x"}, {"request": {"method": "GET", "url": None}}],
    ids=json.dumps,
)
def test_a_har_of_nothing_but_odd_entries_proves_nothing(judge: Judge, one: Any) -> None:
    code, out, err = judge(har(one, one))
    assert (code, out) == (2, "")
    assert "entry 1 (/log/entries/0" in err


def test_a_har_without_answers_says_what_is_missing(judge: Judge) -> None:
    asked_only = {name: value for name, value in organization().items() if name != "response"}
    code, _, err = judge(har(asked_only, {**organization(), "response": None}))
    assert code == 2
    assert_message(line_with(err, "none of 2"))


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in ODD
        if isinstance(odd(name, "x"), dict)
        and "request" in odd(name, "x")
        and isinstance(odd(name, "x")["request"], dict)
    ],
)
def test_an_odd_entry_of_the_api_is_named_and_the_others_are_judged(judge: Judge, name: str) -> None:
    url = "https://api.sophiie.ai/v1/organization"
    code, out, err = judge(har(organization(), odd(name, url), organization(timeFormat="x")), "-v")
    assert (code, err) == (0, "")
    assert "not judged: " in out
    assert "entry 2 (/log/entries/1" in out
    assert "[200 /timeFormat]" in out


@pytest.mark.parametrize(
    "url", ["http://[::1/x", "http://a:99999/v1/organization", "//", "", "\ud800", "https://", None, 7]
)
def test_a_url_that_cannot_be_read_is_no_request_to_the_api(judge: Judge, url: Any) -> None:
    code, _, err = judge(har(organization(), asked(url=url)))
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    "entry_",
    [None, 7, [], {"request": None}, {"request": {"method": "GET", "url": "[::1"}, "response": {"status": 200}}],
)
def test_an_odd_entry_of_a_journal_is_named_and_the_others_are_judged(judge: Judge, entry_: Any) -> None:
    headers = {"content-type": "application/json", "x-mock-request-id": "req_1"}
    good = {
        "request": {"method": "GET", "url": "/v1/organization", "headers": {}},
        "response": {"status": 200, "headers": headers, "body": ORGANIZATION},
    }
    code, out, _ = judge({"requests": [good, entry_]})
    assert (code, "not judged: " in out, "entry 2 (/requests/1" in out) == (0, True, True)


VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        2**70,
        1e308,
        float("nan"),
        "",
        "\ud800",
        "http://[::1",
        "/v1/leads",
        "%ff",
        "a" * 5_000,
        "base64",
    ),
    *([], {}, [[]], [None], {"name": 1}, "***", "{}", "\u202e", "application/json; charset=klingon"),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from places(member, (*path, name))


def spoilt(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = spoilt(copy[path[0]], path[1:], other)
    return copy


def test_no_value_anywhere_in_a_recording_ends_in_a_traceback() -> None:
    chance, contract = random.Random(1), load()
    request = {"method": "POST", "url": "/v1/leads?a=1", "headers": {"content-type": "application/json"}, "body": {}}
    response = {"status": 400, "headers": {"x-mock-request-id": "r"}, "body": {"message": "x"}, "bodyCut": False}
    journal = {"requests": [{"request": request, "response": response}]}
    for whole in (journal, har(organization(), entry("https://api.sophiie.ai/v1/leeds", {}, status=404, sent={}))):
        for path in chance.choices(list(places(whole)), k=25):
            for value in chance.sample(VALUES, 5):
                raw = json.dumps(spoilt(whole, path, value)).encode()
                with suppress(CannotRun):
                    Attribution(contract, recording(parsed(raw, "x", "")), TrafficOptions(strict=True)).outcome("x")


def test_a_byte_that_is_no_text_is_replaced_and_told(judge: Judge, tmp_path: Path) -> None:
    raw = json.dumps(har(organization(), entry(ELSEWHERE, "cafe")), indent=1).encode()
    code, out, err = judge(raw.replace(b"cafe", b"caf\xe9"))
    assert (code, err) == (0, "")
    assert_message(line_with(out, "U+FFFD"), FOLDER=tmp_path)


def test_a_body_that_nests_deep_is_a_finding(judge: Judge) -> None:
    deep = content(text="[" * 5_000 + "]" * 5_000, size=10_000)
    _, out, _ = judge(har(organization(), deep), "-v")
    assert_message(line_with(out, "106"))


def test_a_request_body_of_many_wrong_items_is_one_finding(judge: Judge) -> None:
    """And takes no half minute."""
    sent = {"firstName": "Ana", "suburb": "Newtown", "email": ["x"] * 50_000}
    code, out, _ = judge(har(entry("https://api.sophiie.ai/v1/leads", {}, method="POST", status=201, sent=sent)))
    assert (code, out.count("[body /email]")) == (1, 1)
