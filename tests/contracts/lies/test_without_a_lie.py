"""Where no lie is told nobody may be accused: the mock in its oddest world, and sound answers that look like a lie."""

import copy
from collections.abc import Mapping

import pytest
from in_memory import CONTRACT, Ask, Call, workspace
from lie_kinds import with_json
from lying_rows import client_of, scenarios

from contracts.scenarios.lists import expansion
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Contract, Document
from contracts.spec.resources import Listing, listings
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")


@pytest.mark.slow
def test_without_a_lie_nobody_is_accused() -> None:
    client = client_of(key=workspace("edge"), other=workspace("small", seed=2))
    for scenario in scenarios().values():
        try:
            scenario.run(client)
        except ScenarioSkipped:
            continue
    assert [f"{one.rule.name} {one.operation} {one.where}: {one.got}" for one in client.findings.values()] == []


# --- expansion --------------------------------------------------------------------------------------------------


def inquiries(values: list[str]) -> Listing:
    """The list of inquiries in a document with these ways to expand, and a note that may be left out."""
    root = copy.deepcopy(CONTRACT.documents[0].raw)
    parameters = root["paths"]["/v1/inquiries"]["get"]["parameters"]
    next(one for one in parameters if one.get("name") == "expand")["schema"]["enum"] = values
    item = root["components"]["schemas"]["InquiryListItem"]
    (part,) = [one for one in item.get("allOf", [item]) if "externalInquiryId" in one.get("properties", {})]
    part["properties"]["note"] = {"type": "string"}
    found = listings(Contract([Document("v1", root)]))
    return next(one for one in found if one.key == "GET /v1/inquiries")


@pytest.mark.parametrize(
    ("added", "always", "accused"),
    [
        ({"external": ["externalInquiryId"], "lead": ["lead"], "both": ["externalInquiryId", "lead"]}, {}, set()),
        ({"external": ["externalInquiryId"], "lead": ["lead"]}, {}, set()),
        ({"external": ["externalInquiryId"], "lead": ["lead"]}, {"note": "Optional"}, set()),
        ({"external": ["externalInquiryId"], "lead": ["lead"]}, {"via": "a proxy"}, {"undocumented_field"}),
        ({"external": ["externalInquiryId"], "lead": ["lead"]}, {"externalInquiryId": "x"}, {"unexpanded_bare"}),
        ({"external": ["externalInquiryId"], "both": ["externalInquiryId"], "lead": ["lead"]}, {}, {"expand_adds"}),
    ],
    ids=["each and both", "no word for all", "an optional member", "a proxy's member", "unasked", "both is one"],
)
def test_expanding_is_judged_by_what_it_names(
    added: Mapping[str, list[str]], always: Mapping[str, str], accused: set[str]
) -> None:
    listing = inquiries(list(added))

    def answer(call: Call, ask: Ask) -> Exchange:
        exchange, wanted = ask(call.ask(expand="both")), added.get(call.query.get("expand", ""), ())
        left_out = {"externalInquiryId", "lead"} - {*wanted}
        bare = [{k: v for k, v in item.items() if k not in left_out} for item in exchange.json["inquiries"]]
        return with_json(exchange, {**exchange.json, "inquiries": [{**item, **always} for item in bare]})

    client = client_of(answer)
    expansion(client, listing)
    assert {rule for rule, *_ in client.findings} == accused
