"""Forms are read as the document describes them: checked, typed, and stored."""

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.applications import Starlette
from test_media_types import served
from wire import Answer, ask

_FORM = "application/x-www-form-urlencoded"
_CHARGE = {
    "type": "object",
    "required": ["amount"],
    "additionalProperties": False,
    "properties": {
        "amount": {"type": "integer"},
        "currency": {"type": "string"},
        "capture": {"type": "boolean"},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
        "address": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
        "tags": {"type": "array", "items": {"type": "integer"}},
        "joined": {"type": "array", "items": {"type": "string"}},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"price": {"type": "number"}, "sku": {"type": "string"}}},
        },
        "file": {"type": "string", "format": "binary"},
    },
}
_ENCODING = {
    "joined": {"style": "form", "explode": False},
    "address": {"contentType": "application/json"},
    "file": {"contentType": "image/png, application/*;q=0.5"},
}
_STORED = {
    **_CHARGE,
    "additionalProperties": True,
    "properties": {
        **_CHARGE["properties"],  # type: ignore[dict-item]
        "id": {"type": "string"},
        "file": {"type": "object"},
    },
}


def _operation(media: str) -> dict[str, Any]:
    body = {"required": True, "content": {media: {"schema": _CHARGE, "encoding": _ENCODING}}}
    made = {"description": "", "content": {"application/json": {"schema": _STORED}}}
    return {"requestBody": body, "responses": {"201": made}}


def _got() -> dict[str, Any]:
    answer = {"description": "", "content": {"application/json": {"schema": _STORED}}}
    id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {"get": {"parameters": [id], "responses": {"200": answer}}}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    listed = {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": _STORED}}}}
    paths: Mapping[str, Any] = {
        "/charges": {"post": _operation(_FORM), "get": {"responses": {"200": listed}}},
        "/charges/{id}": _got(),
        "/files": {"post": _operation("multipart/form-data"), "get": {"responses": {"200": listed}}},
        "/files/{id}": _got(),
    }
    return served(tmp_path_factory.mktemp("forms"), paths)


def sent(app: Starlette, body: bytes, media: str = _FORM, path: str = "/charges") -> Answer:
    return ask(app, "POST", path, body=body, headers=[("content-type", media)])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"amount=7&currency=eur&capture=true", {"currency": "eur", "capture": True}),
        (b"amount=7&metadata[order]=66&metadata[b]=x", {"metadata": {"order": "66", "b": "x"}}),
        (b"amount=7&limits[a]=1", {"limits": {"a": 1}}),
        (b"amount=7&metadata%5Border%5D=66", {"metadata": {"order": "66"}}),
        (b"amount=7&tags=1&tags=2", {"tags": [1, 2]}),
        (b"amount=7&tags[]=1&tags[]=2", {"tags": [1, 2]}),
        (b"amount=7&tags[0]=1&tags[1]=2", {"tags": [1, 2]}),
        (b"amount=7&joined=a,b", {"joined": ["a", "b"]}),
        (b"amount=7&lines[0][price]=1.5&lines[0][sku]=a", {"lines": [{"price": 1.5, "sku": "a"}]}),
        (b"amount=7&address=%7B%22city%22%3A%22Ulm%22%7D", {"address": {"city": "Ulm"}}),
        (b"amount=7&metadata=", {"metadata": {}}),
        (b"amount=7&address[city]=Ulm", {"address": {"city": "Ulm"}}),
        (b"amount=7&currency=a%2Bb+c", {"currency": "a+b c"}),
    ],
)
def test_the_fields_of_a_form_are_typed_and_stored(forms: Starlette, body: bytes, expected: Any) -> None:
    made = sent(forms, body, f"{_FORM}; charset=UTF-8")
    assert made.status == 201, made.explain
    stored = ask(forms, "GET", f"/charges/{made.json['id']}").json
    assert {name: stored[name] for name in expected} == expected
    assert stored["amount"] == 7


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "/amount: is missing"),
        (b"currency=eur", "/amount: is missing"),
        (b"amount=abc", '/amount: the value is not of type "integer"'),
        (b"amount=1&amount=2", "/amount"),
        (b"amount=1&colour=red", "colour: is not known here"),
        (b"amount=1&limits[a]=x", "/limits/a"),
        (b"amount=1&address=nonsense", "/address"),
        (b"amount=1&currency=%ff", "UTF-8"),
        (b"&".join([b"a=1"] * 6_000), "more than 5,000 fields"),
        (b"amount=1&" + b"a" + b"[b]" * 30 + b"=1", "levels"),
    ],
)
def test_a_form_that_breaks_the_schema_is_refused(forms: Starlette, body: bytes, why: str) -> None:
    answer = sent(forms, body)
    assert answer.status == 400
    assert why in (answer.explain or "")


def _multipart(*parts: tuple[str, bytes]) -> bytes:
    pieces = b"".join(b"--xyz\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n" for head, content in parts)
    return pieces + b"--xyz--\r\n"


_AMOUNT = ('Content-Disposition: form-data; name="amount"', b"7")


def test_of_a_file_its_name_type_and_size_are_kept(forms: Starlette) -> None:
    file = (
        'Content-Disposition: form-data; name="file"; filename="a b.png"\r\nContent-Type: image/png',
        b"\x89\r\n\0x",
    )
    address = ('content-disposition: form-data; name="address"\r\ncontent-type: application/json', b'{"city":"Ulm"}')
    made = sent(forms, _multipart(_AMOUNT, file, address), "multipart/form-data; boundary=xyz", "/files")
    assert made.status == 201, made.explain
    stored = ask(forms, "GET", f"/files/{made.json['id']}").json
    assert stored["file"] == {"name": "a b.png", "type": "image/png", "size": 5}
    assert (stored["amount"], stored["address"]) == (7, {"city": "Ulm"})


@pytest.mark.parametrize(
    ("field", "says", "taken"),
    [
        ('name="file"; filename="a"', "\r\nContent-Type: image/PNG", True),
        ('name="file"; filename="a"', "\r\nContent-Type: application/pdf; version=2", True),
        ('name="file"; filename="a"', "", True),
        ('name="file"; filename="a"', "\r\nContent-Type: image/gif", False),
        ('name="file"; filename="a"', "\r\nContent-Type: text/plain", False),
        ('name="address"', "\r\nContent-Type: text/plain", True),
        ('name="address"', "\r\nContent-Type: application/xml", False),
        ('name="currency"', "\r\nContent-Type: application/xml", True),
    ],
)
def test_a_part_of_another_type_than_documented_is_refused(
    forms: Starlette, field: str, says: str, *, taken: bool
) -> None:
    part = (f"Content-Disposition: form-data; {field}{says}", b'{"city":"Ulm"}')
    answer = sent(forms, _multipart(_AMOUNT, part), "multipart/form-data; boundary=xyz", "/files")
    assert answer.status == (201 if taken else 400), answer.explain
    assert taken or "the document takes " in answer.explain


@pytest.mark.parametrize(
    ("body", "media", "why"),
    [
        (_multipart(), "multipart/form-data; boundary=xyz", "/amount: is missing"),
        (_multipart(_AMOUNT)[:-6], "multipart/form-data; boundary=xyz", "cut short"),
        (_multipart(_AMOUNT), "multipart/form-data", "no boundary"),
        (_multipart(_AMOUNT), "multipart/form-data; boundary=abc", "boundary"),
        (_multipart(*[_AMOUNT] * 1_001), "multipart/form-data; boundary=xyz", "more than 1,000 parts"),
        (b"--xyz\r\nno head\r\n--xyz--", "multipart/form-data; boundary=xyz", "head"),
        (
            _multipart(("Content-Disposition: form-data; name=a\r\nContent-Type: application/json", b"{")),
            "multipart/form-data; boundary=xyz",
            "JSON",
        ),
    ],
)
def test_a_multipart_body_that_is_broken_is_refused(forms: Starlette, body: bytes, media: str, why: str) -> None:
    answer = sent(forms, body, media, "/files")
    assert answer.status == 400
    assert why in (answer.explain or "")


def test_another_media_type_is_415(forms: Starlette) -> None:
    assert sent(forms, b"{}", "application/json").status == 415


def test_a_form_of_any_shape_is_never_our_bug(forms: Starlette) -> None:
    for body in (
        b"amount[]=1",
        b"amount[a]=1",
        b"tags[x][y]=1",
        b"=1&amount=1",
        b"[a]=1",
        b"amount",
        b"lines=1",
        b"&&&",
    ):
        assert sent(forms, body).status in (201, 400)
