"""Inquiries: the list leaves out what only ``expand`` adds."""

from typing import Any

from mock_server.behaviours import crud, pagination
from mock_server.behaviours.registry import Call, Outcome, behaviour
from mock_server.spec.fitting import View
from mock_server.store.base import Row


@behaviour("GET /v1/inquiries")
def listing(call: Call) -> Outcome:
    """The inferred list; ``expand`` adds and never removes (page list-inquiries; shapes: gap ``expand-shapes``)."""
    binding = call.binding
    where = {name: call.query[name] for name in binding.filters if name in call.query}
    window = pagination.window(call)
    rows, total = call.tx.page("inquiries", window.offset, window.limit, where)
    wrapper = binding.wrapper
    if wrapper is None:
        return crud.documented(call)
    view, expand = wrapper.view, str(call.query.get("expand", ""))
    return pagination.page(call, rows, total, window, lambda row: _item(call, view, row, expand))


def _item(call: Call, view: View, row: Row, expand: str) -> Any:
    if not expand:
        plain = row.rendered.get(view)
        if plain is None:
            plain = row.rendered[view] = view.render(_without_extras(row))
        return plain
    record = _without_extras(row)
    if expand in ("external", "both"):
        record["externalInquiryId"] = row.record.get("externalInquiryId")
    if expand in ("lead", "both"):
        lead = call.tx.get("leads", row.record["leadId"])
        record["lead"] = lead.record if lead else None
    return view.render(record, call.chance(row.id))


def _without_extras(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.record.items() if name != "externalInquiryId"}
