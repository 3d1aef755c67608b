"""The edge world: values that the contract allows and nobody expects, in the same story.

Names, nulls and lengths are set before the story of a person is written (so that a transcript has the same name), or
where nothing else refers to them. It breaks one rule on purpose: leads 3 and 7 have the same phone.
"""

from dataclasses import replace

from mock_server.world import Record, World
from mock_server.world.context import WorldContext
from mock_server.world.people import Person, phone

LONG_NAME = 255
LONG_TEXT = 20_000
EDGE_SILENT = 12
"""One lead in so many was added by hand and has never been in touch."""

# First and last names: scripts from right to left, emoji, joiners, combining marks, apostrophes, one-letter family
# names, quotes and markup that a page must escape, and words that careless parsers take for something else.
_NAMES: tuple[tuple[str, str | None], ...] = (
    ("ליאור", "בן־דוד"),
    ("عبد الرحمن", "الحسيني"),
    ("فاطمة", None),
    ("🦘 Kip", "🧑‍🔧"),
    ("Zoë", "Nuñez-Østergård"),
    ("Zoe\u0308", "Nun\u0303ez"),
    ("李", "小龙"),
    ("Ng", "O"),
    ("D'Arcy", "O’Reilly-Smythe"),
    ("<b>Robin</b>", '& Sons "Quoted"'),
    ("null", "undefined"),
    ("Robert'); --", "Tables"),
    ("{first}", "%s"),
    ("-1", "=SUM(A1)"),
    ("ไพลิน", "ศรีสุวรรณ"),
    ("नेहा", "शर्मा"),
    ("  Sam  ", "van\tder Berg"),
    ("İpek", "ßtraße"),
)


def edge_person(context: WorldContext, index: int, who: Person) -> Person:
    """Make person number ``index`` of the edge world."""
    if index == 0:
        return replace(who, first="A" * LONG_NAME, last="Z" * LONG_NAME, trading_as="B" * LONG_NAME)
    if index == 1:
        return replace(who, first="Bo", last="X", email="a@example.com", line2=None, trading_as=None)
    if index == 2:
        long_mail = f"{'m' * 64}@example.org"
        return replace(who, email=long_mail, suburb="S" * LONG_NAME, line1="L" * LONG_NAME)
    if index == 7:
        return replace(who, phone=phone(context.seed, 3, context.business.area))
    first, last = _NAMES[index % len(_NAMES)]
    return replace(who, first=first, last=last)


def edge_inquiry(context: WorldContext, index: int, record: Record) -> None:
    """Put nulls into every third inquiry, a very long body into one e-mail, and an empty list now and then."""
    data = record["data"]
    if index % 3 == 0:
        record["tag"] = record["summary"] = data["summary"] = None
    if index % 5 == 0:
        data["keyPoints"] = []
    if "recordingUrl" in data and index % 2 == 0:
        data["recordingUrl"] = None
    if "body" in data:
        # Filled up and not repeated: a cut through a phone number would make it somebody's.
        data["body"] += _stretch("\n\nPS: sent twice, to be sure. ", LONG_TEXT - len(data["body"]))
    record["isFlagged"] = record["isFlagged"] or context.rng("edge", index).chance(20)


def edge_note(index: int, note: Record) -> None:
    """Write the longest and the shortest note, and notes without an author."""
    if index % 2 == 0:
        note["value"] = _stretch(f"{note['value']} ", LONG_TEXT)
    else:
        note["value"], note["userId"] = "!", None


def edge_lead(index: int, lead: Record, appointments: list[Record]) -> None:
    """Make leads with only a first name, and appointments without texts."""
    if index % 6 == 5:
        for key in ("lastName", "email", "phone", "suburb", "businessName", "defaultLeadAddress"):
            lead[key] = None
    if index % 4 == 0:
        lead["socials"] = {
            "instagram": "https://instagram.example/" + "i" * 200,
            "facebook": "https://facebook.example/a",
        }
    for appointment in appointments:
        if index % 2:
            for key in ("description", "tradeService", "notes", "customerNotes"):
                appointment[key] = None
            appointment["attendees"] = []


def edge_organization(world: World) -> None:
    """Put nulls and long texts into the business itself; the catalogue keeps what the story refers to."""
    (organization,) = world["organization"]
    organization.update(businessPhone=None, website=None, socials={})
    for number, kind in enumerate(("services", "products")):
        for record in world[kind][number::2]:
            record["description"] = None
    world["products"][-1]["price"] = 0
    world["products"][0]["price"] = 99_999_999.99
    for kind, title, text in (("faqs", "question", "answer"), ("policies", "title", "content")):
        world[kind][0][title] = _stretch(world[kind][0][title] + " ", LONG_NAME)
        world[kind][0][text] = _stretch(world[kind][0][text] + " ", LONG_TEXT)
        world[kind][1][title], world[kind][1][text] = "Ok", "No"
    world["members"][-1].update(phone=None, responsibility=None, position=None, avatarImg=None)
    world["companies/notes"][0]["value"] = _stretch("⚡ נ ", LONG_TEXT)
    world["scenarios"][-1].update(questions=[], tradeServiceId=None)
    world["transfers"][-1].update(name=None, summaryFormat=None, scenarioId=None)


def _stretch(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length]
