"""The patch that is proposed where a real host differs: it mends the document, and holds nothing of the answer."""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from messages import assert_message

from contracts.report.patch_proposal import PatchProposal, propose, shape_schema
from contracts.rules import lifecycle, response_conformance
from contracts.rules.location import Location
from contracts.rules.rule import Finding, Rule
from contracts.spec.dialect import plain
from contracts.spec.document import Contract, Document, load
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import Exchange

CONTRACT: Contract = load()
CANARY = "Wirrabara Canary Pty"
PAGE = {"totalPages": 1, "currentPage": 1, "totalCount": 1}
LEAD: Mapping[str, Any] = {
    "id": "ld_abc123",
    "firstName": CANARY,
    "lastName": None,
    "email": None,
    "phone": None,
    "suburb": None,
    "businessName": None,
    "socials": {},
    "status": "NEW",
    "createdAt": "2026-01-01T00:00:00.000Z",
    "read": True,
    "lastInquiryId": None,
    "lastInquiryDate": None,
    "hasFlaggedInquiry": False,
    "unreadEmails": 0,
    "unreadSMS": 0,
    "unreadCalls": 0,
    "unreadChatbotThreads": 0,
    "unreadWebformSubmissions": 0,
}


def answered(body: Any, operation: str = "GET /v1/leads", status: int = 200) -> Exchange:
    known = CONTRACT.operations[operation]
    headers = {"content-type": "application/json"}
    content = json.dumps(body).encode()
    return Exchange(known.method, known.path, {}, b"", status, headers, content, operation, private=True)


def listed(**lead: Any) -> Exchange:
    item = {name: value for name, value in {**LEAD, **lead}.items() if value is not ...}
    return answered({"leads": [item], **PAGE})


def judged(exchange: Exchange, contract: Contract = CONTRACT) -> list[Finding]:
    return list(response_conformance.judge(contract.operations[exchange.operation], exchange, {}))


def patched(proposal: PatchProposal) -> Contract:
    """The documents with the patch applied."""
    documents = []
    for document in CONTRACT.documents:
        raw: Any = copy.deepcopy(document.raw)
        for step in proposal.patch if proposal.file == f"openapi/{document.name}.yaml" else ():
            *parents, last = [p.replace("~1", "/").replace("~0", "~") for p in step["path"][1:].split("/")]
            node = raw
            for name in parents:
                node = node[int(name)] if isinstance(node, list) else node[name]
            key: Any = int(last) if isinstance(node, list) and last != "-" else last
            if step["op"] == "remove":
                assert node[key] is not None
                del node[key]
            elif key == "-":
                node.append(step["value"])
            else:
                assert (step["op"] == "replace") == (key in node)
                node[key] = step["value"]
        documents.append(Document(document.name, raw))
    return Contract(documents)


def test_no_patch_is_proposed_for_a_document_that_was_translated() -> None:
    """Its places are not those of the file."""
    exchange = listed(nickname=CANARY)
    (found,) = (finding for finding in judged(exchange) if finding.rule is response_conformance.UNDOCUMENTED)
    raw = {**CONTRACT.documents[0].raw, "openapi": "3.0.3", "servers": [{"url": "https://x.example"}]}
    assert propose(found, CONTRACT).patch
    proposal = propose(found, Contract([Document("v1", plain("v1.yaml", raw))]))
    assert not proposal.patch
    assert_message(proposal.text)


def test_the_sample_is_as_documented() -> None:
    assert judged(listed()) == []


@pytest.mark.parametrize(
    ("exchange", "rule", "path"),
    [
        (
            listed(nickname=CANARY),
            response_conformance.UNDOCUMENTED,
            "/components/schemas/LeadListItem/allOf/1/properties/nickname",
        ),
        (
            listed(socials={"pigeon": [CANARY]}),
            response_conformance.UNDOCUMENTED,
            "/components/schemas/Socials/properties/pigeon",
        ),
        (listed(suburb=...), response_conformance.SCHEMA, "/components/schemas/Lead/required/"),
        (listed(unreadSMS=...), response_conformance.SCHEMA, "/components/schemas/LeadListItem/allOf/1/required/"),
        (listed(firstName=7), response_conformance.SCHEMA, "/components/schemas/Lead/properties/firstName/type"),
        (listed(hasFlaggedInquiry=None), response_conformance.SCHEMA, "/allOf/1/properties/hasFlaggedInquiry/type"),
        (
            answered({"message": CANARY}, status=418),
            response_conformance.STATUS,
            "/paths/~1v1~1leads/get/responses/418",
        ),
        (
            answered({"success": False, "message": "x", "error": {"status": 403, "message": "x"}}, status=403),
            response_conformance.STATUS,
            "/paths/~1v1~1leads/get/responses/403",
        ),
        (
            answered({**PAGE, "totalCount": "1", "leads": []}),
            response_conformance.SCHEMA,
            "/components/schemas/TotalCount/type",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_patch_mends_the_document_and_tells_no_value(exchange: Exchange, rule: Any, path: str) -> None:
    (found,) = (finding for finding in judged(exchange) if finding.rule is rule)
    proposal = propose(found, CONTRACT)
    assert path in proposal.patch[0]["path"]
    assert CANARY not in proposal.text
    assert [finding.key for finding in judged(exchange, patched(proposal)) if finding.rule is rule] == []


def test_a_status_that_looks_like_another_gets_its_shape() -> None:
    body = {"success": False, "message": "x", "error": {"status": 403, "message": "x"}}
    (found,) = judged(answered(body, status=403))
    value = propose(found, CONTRACT).patch[0]["value"]
    assert set(value["content"]["application/json"]["schema"]) == {"$ref"}


def bare(rule: Rule, operation: str, where: str, *evidence: Exchange) -> Finding:
    return Finding(
        rule,
        operation,
        Provenance.INFERRED,
        expected="",
        got="",
        location=Location.load(where),
        evidence=evidence,
    )


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        (judged(listed(createdAt=CANARY))[0], "depends on the value"),
        (bare(lifecycle.SECOND_DELETE, "DELETE /v1/leads/{}", "", listed()), r"behaviour.*gap:second-delete"),
        (bare(response_conformance.STATUS, "GET /elsewhere", "418", listed()), "no single operation"),
        (bare(response_conformance.SCHEMA, "GET /v1/leads", "200 /leads"), "no single operation"),
        (bare(response_conformance.SCHEMA, "GET /v1/leads", "200 /x", listed()), "not told exactly"),
    ],
    ids=["a format", "a behaviour", "no operation", "no evidence", "no such place"],
)
def test_where_no_patch_follows_that_is_said_with_the_reason(finding: Finding, reason: str) -> None:
    proposal = propose(finding, CONTRACT)
    assert not proposal.patch
    assert re.search(reason, proposal.text)
    assert CANARY not in proposal.text


def test_a_shape_holds_types_only() -> None:
    value = {"a": [CANARY], "b": {"c": 1.5}, "d": None, "e": True, "f": []}
    assert shape_schema(value)["properties"] == {
        "a": {"type": "array", "items": {"type": "string"}},
        "b": {"type": "object", "properties": {"c": {"type": "number"}}},
        "d": {},
        "e": {"type": "boolean"},
        "f": {"type": "array"},
    }


def test_two_missing_members_are_two_findings() -> None:
    """Else one that is accepted would hide the other."""
    found = judged(listed(suburb=..., phone=...))
    assert {finding.where for finding in found} == {"200 /leads/*/suburb", "200 /leads/*/phone"}
