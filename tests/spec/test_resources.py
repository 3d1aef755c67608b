"""Families inferred from documents of different styles; and nothing but paths, methods and shapes may matter."""

import copy
import re
from collections.abc import Mapping
from typing import Any

import pytest
from specimens import OURS, answering, document, ours, served

from mock_server.spec.contract import Contract
from mock_server.spec.names import singular
from mock_server.spec.resources import Binding

TEXT, COUNT, ID = {"type": "string"}, {"type": "integer"}, {"type": "integer"}
LEAD = {"type": "object", "properties": {"id": ID, "name": TEXT, "status": TEXT}, "required": ["id", "name"]}
MESSAGE = {"type": "object", "properties": {"message": TEXT}}


def query(*names: str, schema: Any = COUNT) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": schema} for name in names]


def page(key: str, item: Any, **figures: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {key: {"type": "array", "items": item}, **figures}, "required": [key]}


def told(contract: Contract) -> dict[str, str]:
    """Kind and role of every operation, by key."""
    return {
        key: f"{contract.bindings[key].family.kind} {contract.bindings[key].role}" if key in contract.bindings else "-"
        for key in contract.operations
    }


def crud(path: str, item: Any, listed: Any, single: Any, *, update: str = "put", gone: Any = MESSAGE) -> dict[str, Any]:
    return {
        path: {"get": answering(listed), "post": answering(single)},
        f"{path}/{{x}}": {"get": answering(single), update: answering(single), "delete": answering(gone)},
    }


ROLES = ["list", "create", "get", "update", "delete"]
STYLES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
    (
        "bare lists and records, no version",
        crud("/widgets", LEAD, {"type": "array", "items": LEAD}, LEAD),
        {},
        dict(
            zip(
                ["GET /widgets", "POST /widgets", "GET /widgets/{}", "PUT /widgets/{}", "DELETE /widgets/{}"],
                [f"widgets {role}" for role in ROLES],
                strict=True,
            )
        ),
    ),
    (
        "data and meta, PATCH",
        crud(
            "/v1/widgets",
            LEAD,
            page("data", LEAD, meta={"type": "object", "properties": {"total": COUNT}}),
            {"type": "object", "properties": {"data": LEAD}},
            update="patch",
        ),
        {},
        {
            "GET /v1/widgets": "widgets list",
            "POST /v1/widgets": "widgets create",
            "GET /v1/widgets/{}": "widgets get",
            "PATCH /v1/widgets/{}": "widgets update",
            "DELETE /v1/widgets/{}": "widgets delete",
        },
    ),
    (
        "the version in the server's address",
        crud("/widgets", LEAD, page("items", LEAD, total=COUNT), LEAD),
        {"servers": [{"url": "https://a.example/api/v2/"}]},
        {
            "GET /api/v2/widgets": "widgets list",
            "POST /api/v2/widgets": "widgets create",
            "GET /api/v2/widgets/{}": "widgets get",
            "PUT /api/v2/widgets/{}": "widgets update",
            "DELETE /api/v2/widgets/{}": "widgets delete",
        },
    ),
    (
        "a server's address with a variable",
        {"/widgets": {"get": answering(page("widgets", LEAD))}},
        {
            "servers": [
                {
                    "url": "{scheme}://a.example/{base}",
                    "variables": {"scheme": {"default": "https"}, "base": {"default": "v3"}, "odd": 5},
                }
            ]
        },
        {"GET /v3/widgets": "widgets list"},
    ),
    (
        "a server without a version",
        {"/widgets": {"get": answering(page("widgets", LEAD))}},
        {"servers": [{"url": "/backend"}]},
        {"GET /backend/widgets": "widgets list"},
    ),
    (
        "a version after a prefix",
        {"/api/v1/widgets/{w}/parts": {"get": answering(page("parts", LEAD))}},
        {},
        {"GET /api/v1/widgets/{}/parts": "widgets/parts list"},
    ),
    (
        "families in families",
        {
            "/v1/leads": {"get": answering(page("leads", LEAD))},
            "/v1/leads/{lead}/notes": {"get": answering(page("notes", LEAD)), "post": answering(LEAD)},
            "/v1/leads/{lead}/notes/{note}": {"get": answering(LEAD), "put": answering(LEAD)},
            "/v1/leads/{lead}/notes/{note}/files": {"get": answering({"type": "array", "items": LEAD})},
        },
        {},
        {
            "GET /v1/leads": "leads list",
            "GET /v1/leads/{}/notes": "leads/notes list",
            "POST /v1/leads/{}/notes": "leads/notes create",
            "GET /v1/leads/{}/notes/{}": "leads/notes get",
            "PUT /v1/leads/{}/notes/{}": "leads/notes update",
            "GET /v1/leads/{}/notes/{}/files": "leads/notes/files list",
        },
    ),
    (
        "a record that stands alone",
        {
            "/v1/settings": {"get": answering(LEAD), "patch": answering(LEAD)},
            "/v1/settings/hours": {
                "get": answering(
                    {
                        "type": "object",
                        "required": ["zone"],
                        "properties": {
                            "zone": TEXT,
                            "days": {"type": "array", "items": {"type": "object", "properties": {"day": TEXT}}},
                        },
                    }
                )
            },
        },
        {},
        {
            "GET /v1/settings": "settings single",
            "PATCH /v1/settings": "settings single",
            "GET /v1/settings/hours": "settings/hours single",
        },
    ),
    (
        "a record alone below another",
        {"/v1/leads/{x}/settings": {"get": answering(LEAD), "put": answering(LEAD)}},
        {},
        {"GET /v1/leads/{}/settings": "leads/settings single", "PUT /v1/leads/{}/settings": "leads/settings single"},
    ),
    (
        "what is no family",
        {
            "/v1/sms": {"post": answering(MESSAGE)},
            "/v1/calls/{x}/archive": {"post": answering(LEAD)},
            "/v1/health": {"get": answering(MESSAGE)},
            "/v1/names": {"get": answering({"type": "array", "items": TEXT})},
            "/v1": {"get": answering(LEAD)},
            "/": {"get": answering(LEAD)},
            "/{slug}": {"get": answering(LEAD)},
            "/v1/cache": {"delete": answering(MESSAGE), "put": answering(LEAD)},
            "/v1/leads/{x}": {"post": answering(LEAD)},
        },
        {},
        {
            "POST /v1/sms": "-",
            "POST /v1/calls/{}/archive": "-",
            "GET /v1/health": "-",
            "GET /v1/names": "-",
            "GET /v1": "-",
            "GET /": "-",
            "GET /{}": "-",
            "DELETE /v1/cache": "-",
            "PUT /v1/cache": "-",
            "POST /v1/leads/{}": "-",
        },
    ),
    (
        "a list with more to say is a list when it is paged, or added to",
        {
            "/v1/a": {"get": {**answering(page("rows", LEAD, asOf=TEXT)), "parameters": query("page")}},
            "/v1/b": {"get": answering(page("rows", LEAD, asOf=TEXT)), "post": answering(LEAD)},
            "/v1/c": {"get": answering(page("rows", LEAD, asOf=TEXT))},
        },
        {},
        {"GET /v1/a": "a list", "GET /v1/b": "b list", "POST /v1/b": "b create", "GET /v1/c": "c single"},
    ),
    (
        "answers without a body",
        {
            "/v1/widgets": {"get": answering({"type": "array", "items": LEAD}), "post": {"responses": {"201": {}}}},
            "/v1/widgets/{x}": {"delete": {"responses": {"204": {}}}},
        },
        {},
        {
            "GET /v1/widgets": "widgets list",
            "POST /v1/widgets": "widgets create",
            "DELETE /v1/widgets/{}": "widgets delete",
        },
    ),
]


@pytest.mark.parametrize(("paths", "more", "roles"), [row[1:] for row in STYLES], ids=[row[0] for row in STYLES])
def test_families_are_inferred_in_every_style(
    paths: dict[str, Any], more: dict[str, Any], roles: dict[str, str]
) -> None:
    assert told(served(document(paths, **more))) == roles


def family(record: Any, *, path: str = "/v1/widgets", name: str = "id", parameter: Any = TEXT) -> Any:
    """The family of a collection of ``record`` whose items are reached by a parameter called ``name``."""
    declared = [{"name": name, "in": "path", "required": True, "schema": parameter}]
    root = document(
        {
            path: {"get": answering({"type": "array", "items": record})},
            f"{path}/{{{name}}}": {"get": {**answering(record), "parameters": declared}},
        }
    )
    [found] = served(root).families.values()
    return found


def having(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


UUID = {"type": "string", "format": "uuid"}


@pytest.mark.parametrize(
    ("record", "name", "parameter", "field", "prefix", "types"),
    [
        (having(id=COUNT), "id", COUNT, "id", "", {"integer"}),
        (having(id=UUID), "id", UUID, "id", "", {"string"}),
        (having(id={**TEXT, "example": "wd_1a2b"}), "id", TEXT, "id", "wd_", {"string"}),
        (having(id={**TEXT, "examples": ["wd_1a2b"]}), "id", TEXT, "id", "wd_", {"string"}),
        (having(id={**TEXT, "pattern": "^wd_[a-z]+$"}), "id", TEXT, "id", "wd_", {"string"}),
        (having(id=TEXT), "widgetId", {**TEXT, "example": "wd_1a2b"}, "id", "wd_", {"string"}),
        (having(id={**TEXT, "example": "1a2b"}), "id", TEXT, "id", "", {"string"}),
        (having(sku=TEXT, uuid=TEXT), "sku", TEXT, "sku", "", {"string"}),
        (having(widgetId=COUNT, name=TEXT), "x", TEXT, "widgetId", "", {"integer"}),
        (having(widget_id=COUNT, name=TEXT), "x", TEXT, "widget_id", "", {"integer"}),
        (having(uuid=UUID, name=TEXT), "x", TEXT, "uuid", "", {"string"}),
        (having(_id=TEXT), "x", TEXT, "_id", "", {"string"}),
        (having(name=TEXT), "x", TEXT, "name", "", {"string"}),
        (having(text=TEXT), "x", TEXT, "id", "", None),
    ],
)
def test_the_id_is_found_with_its_type_and_prefix(
    record: Any, name: str, parameter: Any, field: str, prefix: str, types: set[str] | None
) -> None:
    found = family(record, name=name, parameter=parameter)
    assert (found.id, found.prefix) == (field, prefix)
    assert (found.id_schema.types if found.id_schema else None) == types


def test_the_prefix_of_a_parent_is_not_that_of_what_hangs_below_it() -> None:
    declared = [{"name": "lead", "in": "path", "schema": {**TEXT, "example": "ld_1a2b"}}]
    root = document({"/leads/{lead}/notes": {"get": {**answering(page("notes", LEAD)), "parameters": declared}}})
    assert served(root).families["leads/notes"].prefix == ""


@pytest.mark.parametrize(
    ("path", "field", "parent", "link"),
    [
        ("/v1/leads", "id", None, None),
        ("/v1/leads/{x}/notes", "leadId", "leads", "leadId"),
        ("/v1/leads/{x}/notes", "lead_id", "leads", "lead_id"),
        ("/v1/leads/{x}/notes", "lead", "leads", "lead"),
        ("/v1/leads/{x}/notes", "other", "leads", "leadId"),
        ("/v1/inquiries/{x}/replies", "inquiryId", "inquiries", "inquiryId"),
        ("/v1/leads/{x}/notes/{y}/files", "noteId", "leads/notes", "noteId"),
        ("/v1/crm/leads/{x}/notes", "leadId", "crm/leads", "leadId"),
        ("/{tenant}/leads", "id", None, None),
    ],
)
def test_what_hangs_below_another_record_is_linked_to_it(
    path: str, field: str, parent: str | None, link: str | None
) -> None:
    record = having(**{field: TEXT})
    root = document({path: {"get": answering({"type": "array", "items": record})}})
    [found] = served(root).families.values()
    assert (found.parent, found.link) == (parent, link)


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (["page", "limit"], {"page": "page", "limit": "limit"}),
        (["offset", "limit"], {"offset": "offset", "limit": "limit"}),
        (["page", "per_page"], {"page": "page", "limit": "per_page"}),
        (["pageNumber", "pageSize"], {"page": "pageNumber", "limit": "pageSize"}),
        (["page[number]", "page[size]"], {"page": "page[number]", "limit": "page[size]"}),
        (["skip", "take"], {"offset": "skip", "limit": "take"}),
        (["$skip", "$top"], {"offset": "$skip", "limit": "$top"}),
        (["page-no", "page-size"], {"page": "page-no", "limit": "page-size"}),
        (["pages", "unlimited", "homepage"], {}),
        (["limit", "size"], {"limit": "limit"}),
    ],
)
def test_paging_is_known_by_many_names(names: list[str], roles: dict[str, str]) -> None:
    root = document({"/v1/leads": {"get": {**answering(page("leads", LEAD)), "parameters": query(*names)}}})
    binding = served(root).bindings["GET /v1/leads"]
    assert {role: parameter.name for role, parameter in binding.paging.items()} == roles


def test_a_paging_parameter_that_is_no_number_is_a_filter_or_nothing() -> None:
    record = having(id=COUNT, page=TEXT)
    parameters = query("page", "limit", schema=TEXT)
    root = document({"/v1/leads": {"get": {**answering(page("leads", record)), "parameters": parameters}}})
    binding = served(root).bindings["GET /v1/leads"]
    assert binding.paging == {}
    assert narrowing(binding) == ["page"]
    assert binding.filters.unknown == {"limit": ["limit"]}


def test_a_paging_parameter_is_no_filter_although_the_record_has_such_a_field() -> None:
    record = having(id=COUNT, limit=COUNT, size=COUNT)
    root = document({"/v1/leads": {"get": {**answering(page("leads", record)), "parameters": query("limit", "size")}}})
    binding = served(root).bindings["GET /v1/leads"]
    assert (list(binding.paging), narrowing(binding)) == (["limit"], ["size"])


def test_filters_are_the_query_parameters_that_name_a_field_of_the_record_anywhere() -> None:
    whole = having(id=COUNT, name=TEXT, status=TEXT, age=COUNT)
    short = having(id=COUNT, name=TEXT)
    parameters = [
        *query("name", "status", schema=TEXT),
        *query("age", "limit", "other"),
        {**query("id")[0], "in": "header"},
    ]
    root = document(
        {
            "/v1/leads": {"get": {**answering({"type": "array", "items": short}), "parameters": parameters}},
            "/v1/leads/{x}": {"get": {**answering(whole), "parameters": query("name")}},
        }
    )
    contract = served(root)
    assert sorted(narrowing(contract.bindings["GET /v1/leads"])) == ["age", "name", "status"]
    assert narrowing(contract.bindings["GET /v1/leads/{}"]) == []


def test_a_family_knows_every_shape_and_field_of_its_records_but_what_deletion_answers() -> None:
    gone = having(deletedAt=TEXT, id=COUNT)
    root = document(
        {
            "/v1/leads": {
                "get": answering(page("leads", having(id=COUNT, a=TEXT))),
                "post": answering(having(id=COUNT, b=TEXT)),
            },
            "/v1/leads/{x}": {"get": answering(having(id=COUNT, c=TEXT)), "delete": answering(gone)},
        }
    )
    found = served(root).families["leads"]
    assert found.fields == {"id", "a", "b", "c"}
    assert len(found.views) == len(found.shapes) == 3
    assert found.views is found.views


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("leads", "lead"),
        ("inquiries", "inquiry"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("branches", "branch"),
        ("staff", "staff"),
        ("s", "s"),
    ],
)
def test_words_lose_their_plural(word: str, one: str) -> None:
    assert singular(word) == one


# --- nothing but paths, methods and shapes matters --------------------------------------------------------------


def inlined(node: Any, root: Any, above: tuple[str, ...] = ()) -> Any:
    """``node`` with what its references point at in their place; only annotations stand beside them here."""
    if isinstance(node, list):
        return [inlined(value, root, above) for value in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and reference not in above:
        target = root
        for token in reference.split("/")[1:]:
            target = target[token.replace("~1", "/")]
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**inlined(target, root, (*above, reference)), **beside}
    return {key: inlined(value, root, above) for key, value in node.items()}


def disguised(root: dict[str, Any]) -> dict[str, Any]:
    """The same contract as another hand would write it: inline schemas, no operationIds, other parameter names."""
    root = inlined(root, root)
    root["components"] = {"securitySchemes": root["components"]["securitySchemes"]}
    paths = {}
    for path, item in root["paths"].items():
        paths[re.sub(r"\{[^}]*\}", lambda match: "{p" + str(match.start()) + "}", path)] = item
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("operationId", None)
                for response in operation["responses"].values():
                    response.pop("links", None)
        for owner in (item, *(part for part in item.values() if isinstance(part, dict))):
            rename(owner.get("parameters", []), path)
    root["paths"] = paths
    root.pop("webhooks", None)
    return root


def rename(parameters: list[dict[str, Any]], path: str) -> None:
    places = {match.group(1): f"p{match.start()}" for match in re.finditer(r"\{([^}]*)\}", path)}
    for parameter in parameters:
        if parameter["in"] == "path":
            parameter["name"] = places[parameter["name"]]
            parameter["required"] = False  # as the vendor marks some


def narrowing(binding: Binding) -> list[str]:
    """The parameters that narrow a list by a field."""
    return [it.parameter for it in binding.filters.known]


def essence(binding: Binding) -> Any:
    """All that a binding says, without where its schemas stand."""
    family, wrapper = binding.family, binding.wrapper
    return (
        (binding.role, family.kind, family.id, family.prefix, family.parent, family.link, family.fields),
        family.id_schema.types if family.id_schema else None,
        {frozenset(shape.properties) for shape in family.shapes},
        ({role: parameter.name for role, parameter in binding.paging.items()}, sorted(narrowing(binding))),
        wrapper
        and (wrapper.key, wrapper.totals, wrapper.nested, sorted(wrapper.rest), list(wrapper.schema.properties)),
    )


def essences(contract: Contract) -> Mapping[str, Any]:
    return {key: essence(binding) for key, binding in contract.bindings.items()}


@pytest.mark.parametrize("name", list(OURS))
def test_a_disguised_document_gives_the_same_families(name: str) -> None:
    plain, masked = ours(name), disguised(ours(name))
    assert "$ref" not in str(masked["paths"])
    assert "operationId" not in str(masked["paths"])
    assert essences(served(masked)) == essences(served(plain))
    assert served(masked).operations.keys() == served(plain).operations.keys()


def test_the_same_document_without_versions_gives_the_same_families() -> None:
    plain = ours("v1")
    moved = copy.deepcopy(plain)
    moved["paths"] = {path.removeprefix("/v1"): item for path, item in plain["paths"].items()}
    moved["servers"] = [{"url": "https://a.example/some/where/v7"}]
    assert {key.replace("/some/where/v7", "/v1"): each for key, each in essences(served(moved)).items()} == essences(
        served(plain)
    )


def test_an_id_that_is_an_object_is_no_id_of_a_record() -> None:
    """Such a record is served all the same, under an id that never goes out."""
    parts = {"id": {"type": "object"}, "size": {"type": "integer"}}
    answer = answering({"type": "array", "items": {"type": "object", "required": ["id"], "properties": parts}})
    zone = {"name": "zone", "in": "path", "required": True, "schema": {"type": "string"}}
    removed = {"parameters": [zone], "responses": {"204": {"description": ""}}}
    contract = served(document({"/bundles": {"get": answer}, "/bundles/{zone}": {"delete": removed}}))
    assert {family.id for family in contract.families.values()} == {"_id"}
