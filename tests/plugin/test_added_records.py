"""Records that a test writes by hand through the handles, and files of records from the command line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mock_server.cli.main import cli
from mock_server.testing import AsyncSophiie, Refused, Sophiie


def test_a_lead_is_added_with_its_story_and_refused_with_a_pointer(sophiie: Sophiie) -> None:
    at = datetime(2040, 3, 6, 9, 30, tzinfo=UTC)
    ada = sophiie.add("leads", firstName="Ada", appointments=[{"on": at}], notes=["Call back"])
    assert ada.record["firstName"] == "Ada"
    assert ada["appointments"][0]["start"] == "2040-03-06T09:30:00.000Z"
    assert sophiie.client.get(f"/v1/leads/{ada.id}").status_code == 200
    assert sophiie.change("leads", ada.id, email=None)["email"] is None
    both = sophiie.add("faqs", {"question": "A?"}, {"question": "B?"})
    assert [it["question"] for it in both["faqs"]] == ["A?", "B?"]
    assert sophiie.remove("leads", ada.id)["records"]["leads"] == 1
    with pytest.raises(Refused, match="did you mean `firstName`"):
        sophiie.add("leads", fistName="Ada")


@pytest.mark.anyio
async def test_the_awaited_twin_adds_too(asophiie: AsyncSophiie) -> None:
    made = await asophiie.add("companies", name="Acme", notes=["Pays late"])
    assert made["companies/notes"][0]["companyId"] == made.id


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def run(sophiie: Sophiie, *words: str) -> Any:
    env = {"SOPHIIE_API_KEY": sophiie.api_key, "SOPHIIE_MOCK_URL": sophiie.url}
    return CliRunner().invoke(cli, ["workspace", "import", *words], env=env)


def test_a_table_is_imported_with_the_types_of_the_document(sophiie: Sophiie, tmp_path: Path) -> None:
    table = tmp_path / "leads.csv"
    table.write_text(
        "firstName,lastName,phone,read,defaultLeadAddress.address.suburb\n"
        'Ada,"Lovelace, Countess",+61491579001,true,Ryde\nGrace,,+61491579002,,\n\n'
    )
    done = run(sophiie, str(table))
    assert done.exit_code == 0, done.output
    assert "2 leads written" in done.output
    newest = {lead["firstName"]: lead for lead in sophiie.world.records("leads")[:2]}
    assert newest["Ada"]["lastName"] == "Lovelace, Countess"
    assert newest["Ada"]["defaultLeadAddress"]["address"]["suburb"] == "Ryde"
    services = tmp_path / "x.csv"
    services.write_text("name;duration;isActive;category\nPool;45;no;Drains and sewers\n")
    assert run(sophiie, str(services), "--kind", "services").exit_code == 0
    pool = sophiie.world.services[0]
    assert (pool["name"], pool["duration"], pool["isActive"]) == ("Pool", 45, False)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "leads.csv",
            "firstName,email\nAda,a@example.com\nBo,b@example.com\nCy,a@example.com\n",
            "leads.csv:4: email: ",
        ),
        ("leads.csv", 'firstName\n"Ada\nB"\nBo,3\n', "leads.csv:4: 2 cells, and there are 1 columns"),
        ("leads.csv", "firstName,firstName\n", "leads.csv:1: the column 'firstName' stands here twice"),
        (
            "leads.csv",
            "firstName,a,a.b\nAda,1,2\n",
            "leads.csv:1: the column 'a' is the whole of which 'a.b' is a part",
        ),
        ("leads.csv", "a.b,a\n1,2\n", "leads.csv:1: the column 'a' is the whole"),
        ("leads.csv", f"{'a.' * 20_000}b\n1\n", "leads.csv:1: the column 'a.a"),
        ("leads.csv", "", "leads.csv: is empty"),
        ("leads.csv", "firstName\n\x00\n", "leads.csv:2: "),
        ("leeds.csv", "firstName\nAda\n", "no kind 'leeds'; did you mean `leads`?"),
        ("leads.csv", "firstName,unreadCalls\nAda,many\n", "leads.csv:2: unreadCalls: "),
        ("leads.json", '[{"firstName": "Ada"},\n {"fistName": "Bo"}]', "leads.json:2: fistName: is not known here"),
        ("all.json", '{"faqs": [{"question": "A?"}],\n "leads": [\n{"email": 3}]}', "all.json:3: email: is 3"),
        ("leads.json", '[{"firstName":\n}]', "leads.json:2: not JSON"),
        ("leads.json", "[" * 100_000, "leads.json: "),
        ("leads.txt", "x", "is neither .csv nor .json"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(
    sophiie: Sophiie, tmp_path: Path, name: str, text: str, says: str
) -> None:
    before = sophiie.world.count("leads")
    (tmp_path / name).write_text(text)
    done = run(sophiie, str(tmp_path / name))
    told = str(done.exception) + done.output
    assert done.exit_code != 0
    assert says in told
    assert sophiie.world.count("leads") == before
