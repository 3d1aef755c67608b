"""Write records of kinds without a story: the person's fields, completed from the document and other records."""

from typing import Any

from mock_server.spec.families import BELOW
from mock_server.store.base import Record, Row
from mock_server.workspaces.fitting import identified, timestamps
from mock_server.workspaces.own_data.context import OwnDataContext
from mock_server.workspaces.own_data.drafts import Draft
from mock_server.workspaces.own_data.faults import FaultyValue
from mock_server.workspaces.own_data.vocabulary import USUAL
from mock_server.world.calendar import stamp
from mock_server.world.people import mail_address

# Fields that tell records apart: to copy them from another record would be to mistake one for the other.
_OWN = frozenset({"id", "name", "label", "title", "question", "email", "phone", "firstName", "lastName", "description"})
_HOSTS = 3


def store_record(context: OwnDataContext, draft: Draft) -> Row:
    """Complete and store one record. Raises FaultyValue."""
    kind, family = draft.kind, draft.kind.family
    above = {} if family is None or family.parent is None else _placed(context, draft)
    said = {**draft.said, **above}
    if kind.single and (row := context.tx.one(kind.name)) is not None:
        record: Record = {**row.record, **said}
    elif family is None:
        record = {**_like_others(context, draft), "createdAt": stamp(context.now), **said, "id": draft.id}
    else:
        others = {} if context.contract.foreign else _like_others(context, draft)
        starts = {name: value for name, value in family.starts.items() if name not in said}
        times = timestamps(family, stamp(context.now))
        base = identified(family, {**others, **starts, **times, **said}, draft.id)
        record = context.completing(family)(base, lambda: context.chance(kind.name, draft.id))
    row = context.put(kind.name, draft.id, record)
    context.check(row, draft.said, draft.places, draft.path)
    return row


def _placed(context: OwnDataContext, draft: Draft) -> dict[str, Any]:
    """The fields that refer to the record's parent; an existing parent if the person named none."""
    family = draft.kind.family
    if family is None or family.link is None or draft.said.get(family.link) is not None:
        return {}
    if family.loose:
        return {} if family.free else {BELOW: None}
    rows = context.tx.page(family.parent or "", 0, 1)[0]
    if not rows:
        raise FaultyValue(draft.path, f"hangs below one of the {family.parent}, and there is none", "write one first")
    return {family.link: rows[0].id}


def _like_others(context: OwnDataContext, draft: Draft) -> dict[str, Any]:
    """Copy fields from the newest record of the kind; a member of the team gets a name and a mail of its own."""
    rows = context.tx.page(draft.kind.name, 0, 1)[0]
    alike = {name: value for name, value in rows[0].record.items() if name not in _OWN} if rows else {}
    alike.update({name: value for name, value in USUAL.get(draft.kind.name, {}).items() if name in alike})
    if draft.kind.name != "members":
        return alike
    who, index = context.stranger()
    first, last = draft.said.get("firstName") or who.first, draft.said.get("lastName") or who.last or "Lane"
    mail = mail_address(str(first), str(last), index, index % _HOSTS)
    membership = {"membershipId": context.new_id("organization/members")}
    return {**alike, **membership, "firstName": first, "lastName": last, "email": mail, "phone": None}
