"""Every example: present, valid under its schema, in its surface's words, and harmless."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import yaml

from mock_server.config.paths import OPENAPI
from mock_server.webhooks.egress_policy import host_of

DOCUMENTS = {
    name: yaml.load((OPENAPI / f"{name}.yaml").read_text("utf-8"), yaml.CSafeLoader) for name in ("v1", "zapier")
}
METHODS = ("get", "put", "post", "delete")

TEXTS = {
    "v1": {
        "400": "Bad request",
        "401": "Invalid or expired token",
        "404": "Not found",
        "409": "Conflict",
        "500": "Internal server error",
    },
    "zapier": {"401": "invalid_token", "500": "Oops! Something went wrong"},
}

# Australian numbers reserved for fiction.
GEOGRAPHIC = re.compile(r"\+61[2378](5550|7010)[0-9]{4}")
MOBILES = {"+61491570156", "+61491570006", "+61491570110"}

both = pytest.mark.parametrize("name", list(DOCUMENTS))


def resolve(document: dict[str, Any], node: Any) -> Any:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Compile a schema of the document, with formats."""
    rooted = {"allOf": [schema], "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(rooted, validate_formats=True)


def examples(document: dict[str, Any], media: dict[str, Any]) -> list[Any]:
    named = media.get("examples", {}).values()
    return [media["example"]] if "example" in media else [resolve(document, each)["value"] for each in named]


def items(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield key, path item and operation, webhooks included."""
    for kind in ("paths", "webhooks"):
        for path, item in document.get(kind, {}).items():
            for method in METHODS:
                if method in item:
                    yield f"{method.upper()} {path}", item, item[method]


def media_types(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield key, status (or ``request``) and media type object of every body."""
    for key, _, operation in items(document):
        bodies = {"request": operation["requestBody"]} if "requestBody" in operation else {}
        is_webhook = operation["security"] == []
        bodies |= {} if is_webhook else operation["responses"]
        for status, body in bodies.items():
            content = resolve(document, body)["content"]
            assert list(content) == ["application/json"], (key, status)
            yield key, status, content["application/json"]


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from strings(child)


@both
def test_every_body_has_examples_and_they_are_valid(name: str) -> None:
    document = DOCUMENTS[name]
    for key, status, media in media_types(document):
        found = examples(document, media)
        assert found, (key, status)
        for example in found:
            errors = [each.message for each in validator(document, media["schema"]).iter_errors(example)]
            assert errors == [], (key, status)


@both
def test_examples_of_parameters_and_headers_are_valid(name: str) -> None:
    document = DOCUMENTS[name]
    for kind in ("parameters", "headers"):
        for label, part in document["components"][kind].items():
            if "example" in part:
                assert validator(document, part["schema"]).is_valid(part["example"]), label


@both
def test_every_error_example_is_the_envelope_with_its_own_status_in_the_surfaces_words(name: str) -> None:
    document = DOCUMENTS[name]
    for key, status, media in media_types(document):
        if not status.startswith(("4", "5")):
            continue
        [example] = examples(document, media)
        text = TEXTS[name].get(status, example["message"])
        if (key, status) == ("POST /v1/sms", "400"):
            assert example == {"message": text}
        else:
            assert example == {"success": False, "message": text, "error": {"status": int(status), "message": text}}


@both
def test_every_kept_default_is_valid(name: str) -> None:
    document = DOCUMENTS[name]
    for label, schema in document["components"]["schemas"].items():
        parts = [schema, *schema.get("allOf", [])]
        for field, each in ((f, p) for part in parts for f, p in part.get("properties", {}).items()):
            if "default" in each:
                assert validator(document, each).is_valid(each["default"]), (label, field)


@both
def test_examples_name_no_real_person_number_or_host(name: str) -> None:
    document = DOCUMENTS[name]
    found = [
        text for _, _, media in media_types(document) for each in examples(document, media) for text in strings(each)
    ]
    text = "\n".join(found)
    mails = re.findall(r"[\w.+-]+@([\w.-]+)", text)
    hosts = re.findall(r"https?://([^/\s:]+)", text)
    phones = re.findall(r"\+?[0-9]{8,}", text)
    assert mails
    assert hosts
    assert phones
    assert set(mails) <= {"example.com", "example.org", "example.net"}
    assert [host for host in hosts if not host.endswith(".example")] == []
    assert [phone for phone in phones if not GEOGRAPHIC.fullmatch(phone) and phone not in MOBILES] == []


def test_an_inquirys_data_must_be_that_of_its_source() -> None:
    document = DOCUMENTS["v1"]
    inquiry = validator(document, {"$ref": "#/components/schemas/Inquiry"})
    samples = [
        document["components"]["examples"][f"{source}Inquiry"]["value"]
        for source in ("Call", "Email", "Chatbot", "Sms", "Webform")
    ]
    for sample in samples:
        for other in samples:
            crossed = {**sample, "data": other["data"]}
            assert inquiry.is_valid(crossed) is (sample is other), (sample["source"], other["source"])


TRANSFER = {"label": "Sales", "method": "WARM", "conditions": "Wants a quote."}


@pytest.mark.parametrize(
    ("name", "schema", "body", "accepted"),
    [
        ("v1", "CallCreate", {"name": "Avery", "phoneNumber": "+61255501234"}, True),
        ("v1", "CallCreate", {"name": "Avery", "phoneNumber": "+61255501234", "mode": "normal"}, True),
        ("v1", "CallCreate", {"name": "Avery", "phoneNumber": "+61255501234", "mode": "transfer_only"}, False),
        (
            "v1",
            "CallCreate",
            {"name": "A", "phoneNumber": "+61255501234", "mode": "transfer_only", "custom_instructions": "Sales"},
            True,
        ),
        ("v1", "CallCreate", {"name": "Avery", "phoneNumber": "0255501234"}, False),
        ("v1", "TransferCreate", {**TRANSFER, "destinationType": "DEPARTMENT", "destination": "dep_1"}, True),
        ("v1", "TransferCreate", {**TRANSFER, "destinationType": "PHONE_NUMBER", "destination": "dep_1"}, False),
        (
            "v1",
            "TransferCreate",
            {**TRANSFER, "destinationType": "PHONE_NUMBER", "destination": "+61255501234"},
            True,
        ),
        ("v1", "TransferCreate", TRANSFER, False),
        ("v1", "TransferUpdate", {}, True),
        ("v1", "TransferUpdate", {"destinationType": "PHONE_NUMBER"}, False),
        ("v1", "TransferUpdate", {"scenarioId": None}, True),
        ("v1", "LeadCreate", {"firstName": "Avery"}, True),
        ("v1", "LeadCreate", {"firstName": "Avery", "email": None, "nickname": "Ave"}, True),
        ("v1", "LeadCreate", {"lastName": "Stone"}, False),
        ("v1", "LeadCreate", {"firstName": "A"}, False),
        ("v1", "LeadCreate", {"firstName": None}, False),
        ("v1", "LeadUpdate", {}, True),
        ("v1", "LeadUpdate", {"email": "avery@example"}, False),
        ("v1", "LeadUpdate", {"email": "avery.stone+1@mail.example.com"}, True),
        ("v1", "SmsSend", {"userId": "usr_1", "leadId": "ld_1"}, False),
        ("v1", "FaqCreate", {"question": "Why?" * 64, "answer": "So."}, False),
        ("v1", "ScenarioCreate", {"name": "A", "prompt": "B", "response": "C"}, True),
        ("v1", "ScenarioCreate", {"name": "A", "prompt": "B", "response": "C", "questions": [{}]}, False),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://127.0.0.1:8080/a?b=c", "trigger": "LEAD_CREATED"}, True),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://[::1]:8080/", "trigger": "LEAD_DELETED"}, True),
        ("zapier", "SubscriptionCreate", {"hookUrl": "HTTP://localhost:3000/up", "trigger": "LEAD_CREATED"}, True),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://host_a:3000/", "trigger": "LEAD_CREATED"}, True),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://xn--bcher-kva.example", "trigger": "LEAD_CREATED"}, True),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://[fd00::1]:3000/", "trigger": "LEAD_CREATED"}, True),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://localhost:99999/x", "trigger": "LEAD_CREATED"}, False),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://localhost:0/x", "trigger": "LEAD_CREATED"}, False),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://u:p@localhost/x", "trigger": "LEAD_CREATED"}, False),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://localhost/x#top", "trigger": "LEAD_CREATED"}, False),
        ("zapier", "SubscriptionCreate", {"hookUrl": "http://localhost/x ", "trigger": "LEAD_CREATED"}, False),
        ("zapier", "SubscriptionCreate", {"hookUrl": "ftp://hooks.example/", "trigger": "LEAD_CREATED"}, False),
        ("zapier", "SubscriptionCreate", {"hookUrl": "https://hooks.example", "trigger": "LEAD"}, False),
        ("zapier", "SubscriptionDelete", {"hookId": "12345"}, False),
    ],
)
def test_the_schema_decides_what_a_body_may_be(name: str, schema: str, body: object, accepted: bool) -> None:
    assert validator(DOCUMENTS[name], {"$ref": f"#/components/schemas/{schema}"}).is_valid(body) is accepted


PROBES = [
    "a@b.example",
    "a.b@c-d.example.com",
    "a..b@example.com",
    ".a@example.com",
    "a@-b.com",
    "_@0.0",
    "a@b_c.com",
    "+61255501234",
    "0255501234",
    "+0255501234",
    "ld_abc123",
    "ld abc",
    "http://a",
    "https://a.example:99999/%zz",
    "https://a.example/%41?x=/?&y",
    "http://[::1]",
    "http://a_b.example/",
    "http://1.2.3.4:80?",
    "https://a..b/",
    "http://user@a.example/",
    "HTTPS://A_b.example.:65535/",
    "http://a:65536/",
    "http://[fd00:1:2:3:4:5:6:7]/",
    "http://[1:2:3:4:5:6:7]/",
    "http://[fd00::1::2]/",
    "http://-a/",
    "",
    "é",
]


def test_patterns_decide_alike_in_rust_and_python() -> None:
    for document in DOCUMENTS.values():
        schemas = document["components"]["schemas"]
        found = [schemas.get(each, {}).get("pattern") for each in ("StringId", "Email", "Phone")]
        found += [schemas.get("SubscriptionCreate", {}).get("properties", {}).get("hookUrl", {}).get("pattern")]
        for pattern in filter(None, found):
            rust = jsonschema_rs.Draft202012Validator({"pattern": pattern})
            assert {each for each in PROBES if rust.is_valid(each)} == {p for p in PROBES if re.search(pattern, p)}
            assert any(rust.is_valid(each) for each in PROBES)


def test_the_pattern_of_a_hook_url_is_narrower_than_its_format() -> None:
    """A judge that checks no format must decide as one that does."""
    node = DOCUMENTS["zapier"]["components"]["schemas"]["SubscriptionCreate"]["properties"]["hookUrl"]
    pattern_only = jsonschema_rs.Draft202012Validator({"type": "string", "pattern": node["pattern"]})
    format_only = jsonschema_rs.Draft202012Validator({"format": node["format"]}, validate_formats=True)
    taken = [probe for probe in PROBES if pattern_only.is_valid(probe)]
    assert taken
    assert [probe for probe in taken if not format_only.is_valid(probe)] == []
    for probe in taken:
        assert host_of(probe), "what can be subscribed with can be posted to"
