"""Inquiries: the list leaves out what only ``expand`` adds."""

from collections.abc import Mapping
from typing import Any

from mock_server.behaviours import crud, pagination
from mock_server.behaviours.registry import Call, Outcome, behaviour
from mock_server.spec.fitting import View
from mock_server.spec.resource import Role
from mock_server.store.base import Row

Names = frozenset[str]

_EXTRAS = Names({"externalInquiryId", "lead"})
# Page list-inquiries; what the added fields hold is gaps `inquiry-expand-external` and `inquiry-expand-lead`.
_ADDS: Mapping[str, Names] = {"external": Names({"externalInquiryId"}), "lead": Names({"lead"}), "both": _EXTRAS}


@behaviour("GET /v1/inquiries", Role.LIST)
def listing(call: Call) -> Outcome:
    """The inferred list; ``expand`` adds and never removes."""
    added = _ADDS.get(call.query.get("expand", ""), Names())

    def item(view: View, row: Row) -> Any:
        return _item(call, view, row, added | (_EXTRAS & view.schema.required))

    return pagination.page(call, "inquiries", crud.filters(call), item)


def _item(call: Call, view: View, row: Row, extras: Names) -> Any:
    fragment = row.rendered.get((view, extras))
    if fragment is None:
        record = {name: value for name, value in row.record.items() if name not in _EXTRAS or name in extras}
        if "lead" in extras:
            # Not remembered: the lead changes without its inquiries.
            lead = call.tx.get("leads", row.record["leadId"])
            return view.render({**record, "lead": lead.record if lead else None}, call.chance(row.id))
        fragment = row.rendered[view, extras] = view.render(record)
    return fragment
