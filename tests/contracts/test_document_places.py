"""A finding is shown in the document: the line of the answer, the parameter or the member that it is about."""

import re
from pathlib import Path

import pytest
from messages import assert_message

from contracts.errors import CannotRun
from contracts.report.document_places import DocumentPlaces
from contracts.report.summary import RunReport
from contracts.report.writers import WRITERS
from contracts.rules import input, response_conformance
from contracts.rules.location import NOWHERE, Location
from contracts.rules.rule import Finding, Rule
from contracts.run.coverage import Coverage
from contracts.run.outcome import RunResult
from contracts.spec.document import load
from contracts.spec.provenance import Provenance
from contracts.transport.guard import Mode
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target

DOCUMENT = """\
openapi: 3.1.0
info: {title: Rooms, version: '7'}
paths:
  /rooms:
    parameters:
      - {name: page, in: query, schema: {type: integer}}
    get:
      parameters:
        - $ref: '#/components/parameters/Size'
      responses:
        '200':
          description: Fine
          headers:
            X-Total: {schema: {type: integer}}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Rooms'}
        4XX: {description: Refused}
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Room'}
      responses: {'204': {description: Fine}}
components:
  parameters:
    Size: {name: size, in: query, schema: {type: integer}}
  schemas:
    Rooms:
      type: object
      properties:
        rooms:
          type: array
          items: {$ref: '#/components/schemas/Room'}
    Room:
      allOf:
        - properties:
            a/b: {type: string}
            name: {type: string}
        - properties:
            above: {$ref: '#/components/schemas/Room'}
"""
LIST, MAKE = "GET /rooms", "POST /rooms"


@pytest.fixture
def places(tmp_path: Path) -> DocumentPlaces:
    (tmp_path / "rooms.yaml").write_text(DOCUMENT)
    return DocumentPlaces(load(str(tmp_path / "rooms.yaml")))


@pytest.mark.parametrize(
    ("operation", "location", "text"),
    [
        (LIST, NOWHERE, "get:"),
        (MAKE, NOWHERE, "post:"),
        (LIST, Location(200), "'200':"),
        (LIST, Location(404), "4XX: {description: Refused}"),
        (LIST, Location(500), "responses:"),
        (LIST, Location(200, name="x-total"), "X-Total: {schema: {type: integer}}"),
        (LIST, Location(200, pointer="/rooms"), "rooms:"),
        (LIST, Location(200, pointer="/rooms/*/name"), "name: {type: string}"),
        (LIST, Location(200, pointer="/rooms/*/a~1b"), "a/b: {type: string}"),
        (LIST, Location(200, pointer="/rooms/*/above/above/name"), "name: {type: string}"),
        (LIST, Location(200, pointer="/rooms/*/nickname"), "items: {$ref: '#/components/schemas/Room'}"),
        (LIST, Location(200, pointer="/elsewhere"), "schema: {$ref: '#/components/schemas/Rooms'}"),
        (LIST, Location(part="query", name="page"), "- {name: page, in: query, schema: {type: integer}}"),
        (LIST, Location(part="query", name="size"), "- $ref: '#/components/parameters/Size'"),
        (LIST, Location(name="size=0"), "- $ref: '#/components/parameters/Size'"),
        (LIST, Location(name="past-the-end"), "get:"),
        (MAKE, Location(part="body"), "requestBody:"),
        (MAKE, Location(part="body", pointer="/name"), "name: {type: string}"),
        (MAKE, Location(name="/name: string[256]"), "name: {type: string}"),
        (MAKE, Location(name="name"), "name: {type: string}"),
        ("GET /roms", Location(200), "/rooms:"),
    ],
    ids=str,
)
def test_a_location_is_found_in_the_document(
    places: DocumentPlaces, operation: str, location: Location, text: str
) -> None:
    place = places.find(operation, location)
    assert place.excerpt[place.line].strip() == text
    assert place.excerpt[place.line][place.column - 1 :].startswith(text.removeprefix("- "))
    assert set(place.excerpt) == set(range(max(1, place.line - 2), min(place.line + 4, DOCUMENT.count("\n")) + 1))


def test_a_schema_that_holds_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "rooms.yaml").write_text(DOCUMENT.replace("- properties:\n            above:", "- above:"))
    places = DocumentPlaces(load(str(tmp_path / "rooms.yaml")))
    assert places.find(LIST, Location(200, pointer="/rooms/*/none")).line


def test_a_document_that_only_refers_to_itself_is_refused(tmp_path: Path) -> None:
    circle = DOCUMENT.replace("      allOf:\n", "      $ref: '#/components/schemas/Room'\n      allOf:\n")
    (tmp_path / "circle.yaml").write_text(circle)
    with pytest.raises(CannotRun) as refused:
        load(str(tmp_path / "circle.yaml"))
    assert_message(refused.value, FOLDER=tmp_path)


def test_a_path_that_is_a_reference_is_followed(tmp_path: Path) -> None:
    moved = DOCUMENT.replace("  /rooms:\n", "  /rooms: {$ref: '#/x-rooms'}\nx-rooms:\n")
    (tmp_path / "rooms.yaml").write_text(moved)
    place = DocumentPlaces(load(str(tmp_path / "rooms.yaml"))).find(LIST, Location(200))
    assert place.excerpt[place.line].strip() == "'200':"


def test_a_file_of_one_long_line_shows_the_part_that_matters(tmp_path: Path) -> None:
    text = (
        '{"openapi":"3.1.0","info":{"title":"'
        + "x" * 5_000
        + '","version":"1"},"paths":{"/a":{"get":{"responses":{}}}}}'
    )
    (tmp_path / "one.json").write_text(text)
    place = DocumentPlaces(load(str(tmp_path / "one.json"))).find("GET /a")
    assert (place.line, len(place.excerpt[1]) < 200, '"get":' in place.excerpt[1]) == (1, True, True)


def test_a_file_that_is_gone_is_named_without_lines(tmp_path: Path) -> None:
    (tmp_path / "rooms.yaml").write_text(DOCUMENT)
    contract = load(str(tmp_path / "rooms.yaml"))
    (tmp_path / "rooms.yaml").unlink()
    place = DocumentPlaces(contract).find(LIST, Location(200))
    assert (place.file, place.line, place.excerpt) == ("rooms.yaml", 1, {})


# --- in the page ------------------------------------------------------------------------------------------------


def page(tmp_path: Path, *findings: Finding, accepted: tuple[Finding, ...] = ()) -> str:
    (tmp_path / "rooms.yaml").write_text(DOCUMENT.replace("Fine", "call +61491570006 <b>"))
    coverage = Coverage(load(str(tmp_path / "rooms.yaml")), "")
    result = RunResult(Target("http://127.0.0.1:1", "", is_mock=True), Mode.FULL, 1, coverage, list(findings))
    result.accepted = list(accepted)
    return WRITERS["html"](RunReport(result, ReportRedactor([], people=True)))


def finding(where: Location, rule: Rule = response_conformance.SCHEMA, operation: str = LIST) -> Finding:
    return Finding(rule, operation, Provenance.DOCUMENTED, expected="e", got="g", location=where)


def test_the_page_shows_the_lines_of_the_document(tmp_path: Path) -> None:
    text = page(tmp_path, finding(Location(200)))
    assert re.search(r"rooms\.yaml:11</p><pre class=\"document\">", text)
    (marked,) = re.findall(r"<mark>(.*?)</mark>", text)
    assert marked == "11    &#x27;200&#x27;:"
    assert "<b>" not in text
    assert "491570" not in text  # the document may hold somebody's number as well


def test_one_cause_is_one_section_with_its_count(tmp_path: Path) -> None:
    many = [finding(Location(200, pointer=f"/rooms/*/m{number}")) for number in range(23)]
    text = page(tmp_path, *many, finding(Location(), input.ACCEPTED, MAKE))
    assert text.count("<h4>") == 2
    assert ('GET /rooms <span class="count">×23</span>' in text, re.search(r"\b22 more ", text) is not None) == (
        True,
        True,
    )


def test_what_is_accepted_stays_in_the_page_marked(tmp_path: Path) -> None:
    text = page(tmp_path, accepted=(finding(Location(200)),))
    assert "<h2>Accepted" in text
    assert "response_schema_conformance in GET /rooms" in text


def test_the_page_names_the_document_with_its_whole_hash(tmp_path: Path) -> None:
    assert re.search(r"SHA-256\">[0-9a-f]{64}", page(tmp_path))
