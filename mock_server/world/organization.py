"""The business itself: organization, hours, team, catalogue, companies, answers, rules. It has no leads."""

from collections.abc import Iterator
from typing import Any

from mock_server.world import Record, World
from mock_server.world.calendar import HOUR, MINUTE, WEEKDAYS, stamp
from mock_server.world.context import WorldContext
from mock_server.world.fixture_models import Business
from mock_server.world.fixtures import lines


def organization(context: WorldContext) -> World:
    """For each kind its records, except leads and the records below them."""
    return {
        "organization": [_organization(context)],
        "organization/availability": [_availability(context.business)],
        "members": list(_members(context)),
        "trade_categories": list(_categories(context)),
        "services": list(_services(context)),
        "products": list(_products(context)),
        "companies": list(_companies(context)),
        "companies/notes": list(_company_notes(context)),
        "faqs": list(_texts(context, "faqs", "question", "answer")),
        "policies": list(_texts(context, "policies", "title", "content")),
        "scenarios": list(_scenarios(context)),
        "transfers": list(_transfers(context)),
    }


def _organization(context: WorldContext) -> Record:
    raw = context.business.raw
    return {
        "id": context.ids.make("organization", 0),
        "name": raw["name"],
        "businessPhone": raw["phone"],
        "website": raw["website"],
        "socials": dict(raw["socials"]),
        "timeZone": context.business.zone,
        "country": "AU",
        "currency": "AUD",
        "timeFormat": 12,
        "weekStart": "Monday",
    }


def _availability(business: Business) -> Record:
    days = [
        {
            "day": day,
            "isOpen": bool(slots),
            "slots": [{"start": _clock(start), "end": _clock(end)} for start, end in slots],
        }
        for day, slots in zip(WEEKDAYS, business.hours, strict=True)
    ]
    return {"timeZone": business.zone, "days": days}


def _clock(ms: int) -> str:
    return f"{ms // HOUR:02}:{ms % HOUR // MINUTE:02}"


def _members(context: WorldContext) -> Iterator[Record]:
    for mate in context.business.team:
        identity = context.members[mate.index]
        picture = f"https://avatars.sophiie-mock.example/{identity}.png"
        yield {
            "id": identity,
            "role": mate.role,
            "firstName": mate.first,
            "lastName": mate.last,
            "email": mate.email,
            "phone": mate.phone or None,
            "isDisabled": mate.duty == "disabled",
            "responsibility": mate.responsibility or None,
            "createdAt": stamp(context.founded("members", mate.index)),
            "membershipId": context.ids.make("organization/members", mate.index),
            "position": mate.position or None,
            "avatarImg": picture if mate.index % 2 == 0 else None,
            "updatedAt": stamp(context.revised("members", mate.index)),
        }


def _category_names(business: Business) -> list[tuple[str, str]]:
    services = [(name, "SERVICE") for name in business.raw["services"]]
    return services + [(name, "PRODUCT") for name in business.raw["products"]]


def _category_id(context: WorldContext, name: str, kind: str) -> str | int:
    return context.ids.make("trade_categories", _category_names(context.business).index((name, kind)))


def _categories(context: WorldContext) -> Iterator[Record]:
    for index, (name, kind) in enumerate(_category_names(context.business)):
        yield {"id": context.ids.make("trade_categories", index), "name": name, "type": kind}


def _services(context: WorldContext) -> Iterator[Record]:
    for service in context.business.services:
        yield {
            "id": context.ids.make("services", service.index),
            "name": service.name,
            "description": service.about or None,
            "duration": service.minutes,
            "followUpQuestions": list(service.questions),
            "tradeCategoryId": _category_id(context, service.category, "SERVICE"),
            "createdAt": stamp(context.founded("services", service.index)),
            "isActive": service.active,
        }


def _products(context: WorldContext) -> Iterator[Record]:
    categories: dict[str, dict[str, list[Any]]] = context.business.raw["products"]
    flat = [(category, name, item) for category, items in categories.items() for name, item in items.items()]
    for index, (category, name, (price, about, *active)) in enumerate(flat):
        yield {
            "id": context.ids.make("products", index),
            "name": name,
            "description": about or None,
            "price": price,
            "tradeCategoryId": _category_id(context, category, "PRODUCT"),
            "createdAt": stamp(context.founded("products", index)),
            "isActive": active != [False],
        }


def _companies(context: WorldContext) -> Iterator[Record]:
    for index, name in enumerate(context.business.raw["companies"]):
        created = stamp(context.founded("companies", index))
        yield {"id": context.ids.make("companies", index), "name": name, "createdAt": created}


def _company_notes(context: WorldContext) -> Iterator[Record]:
    companies: dict[str, str] = context.business.raw["companies"]
    flat = [(owner, text) for owner, notes in enumerate(companies.values()) for text in lines(notes)]
    for index, (owner, text) in enumerate(flat):
        author = context.rng("author", index).choice(context.staff)
        yield {
            "id": context.ids.make("companies/notes", index),
            "value": text,
            "companyId": context.ids.make("companies", owner),
            "userId": None if index % 4 == 3 else author,
            # After the last company came in, so that no note is older than its company.
            "createdAt": stamp(context.founded("companies/notes", len(companies) + index)),
            "updatedAt": stamp(context.revised("companies/notes", len(companies) + index)),
        }


def _texts(context: WorldContext, kind: str, title: str, text: str) -> Iterator[Record]:
    """FAQs and policies; a text that begins with ``~`` in the fixture is no longer in use."""
    for index, (heading, words) in enumerate(context.business.raw[kind].items()):
        yield {
            "id": context.ids.make(kind, index),
            title: heading,
            text: words.removeprefix("~"),
            "isActive": not words.startswith("~"),
            "createdAt": stamp(context.founded(kind, index)),
            "updatedAt": stamp(context.revised(kind, index)),
        }


def _scenarios(context: WorldContext) -> Iterator[Record]:
    services = {service.name: service.index for service in context.business.services}
    for index, item in enumerate(context.business.raw["scenarios"]):
        service = item.get("service")
        yield {
            "id": context.ids.make("scenarios", index),
            "name": item["name"],
            "prompt": item["prompt"],
            "response": item["response"],
            "isActive": item.get("active", True),
            "questions": [_question(text, options) for text, options in item["questions"].items()],
            "outcome": dict(item["outcome"]),
            "tradeServiceId": context.ids.make("services", services[service]) if service else None,
            "createdAt": stamp(context.founded("scenarios", index)),
            "updatedAt": stamp(context.revised("scenarios", index)),
        }


def _question(text: str, options: dict[str, list[str]]) -> Record:
    answers = [
        {"answer": answer, "followUps": [{"question": question} for question in further]}
        for answer, further in options.items()
    ]
    return {"question": text, "answerOptions": answers}


def _transfers(context: WorldContext) -> Iterator[Record]:
    scenarios = [item["name"] for item in context.business.raw["scenarios"]]
    for index, item in enumerate(context.business.raw["transfers"]):
        scenario = item.get("scenario")
        yield {
            "id": context.ids.make("transfers", index),
            "label": item["label"],
            "name": item.get("name"),
            "method": item["method"],
            "destinationType": item["type"],
            "destination": _destination(context, item["type"], item["to"]),
            "conditions": item["when"],
            "summaryFormat": item.get("summary"),
            "settings": {"ignore_business_hours": item.get("ignore_hours", False)},
            "isEnabled": item.get("enabled", True),
            "scenarioId": context.ids.make("scenarios", scenarios.index(scenario)) if scenario else None,
            "createdAt": stamp(context.founded("transfers", index)),
            "updatedAt": stamp(context.revised("transfers", index)),
        }


def _destination(context: WorldContext, kind: str, to: str) -> str:
    if kind == "MEMBER":
        return str(next(context.members[mate.index] for mate in context.business.team if mate.first == to))
    return f"dep_{to}_01" if kind == "DEPARTMENT" else to
