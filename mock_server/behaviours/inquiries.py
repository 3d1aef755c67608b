"""Inquiries: the list leaves out fields that a client must ask for with ``expand``."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.behaviours import crud, pagination
from mock_server.behaviours.registry import OperationContext, OperationResult, as_a_list_does, behaviour
from mock_server.spec.parameter import Parameter
from mock_server.spec.projection import Projection
from mock_server.spec.resources import Role
from mock_server.store.base import Row

Names = frozenset[str]

_EXTRAS = Names({"externalInquiryId", "lead"})
# Page list-inquiries; what the added fields hold is gaps `inquiry-expand-external` and `inquiry-expand-lead`.
_ADDS: Mapping[str, Names] = {"external": Names({"externalInquiryId"}), "lead": Names({"lead"}), "both": _EXTRAS}


def _expands(parameter: Parameter) -> bool:
    """Tell whether the parameter adds fields: by its documented values, or by its name if it has none."""
    one = parameter.schema.items if parameter.many else parameter.schema
    values = one.node.get("enum") if one else None
    named = any(value in _ADDS for value in values if isinstance(value, str)) if values else parameter.name == "expand"
    return parameter.location == "query" and named


@behaviour("GET /v1/inquiries", Role.LIST, reads=lambda binding, it: as_a_list_does(binding, it) or _expands(it))
def listing(call: OperationContext) -> OperationResult:
    """The inferred list; ``expand`` adds and never removes."""
    asked = [call.query.get(it.name, ()) for it in call.operation.parameters if _expands(it)]
    values = {value for one in asked for value in ([one] if isinstance(one, str) else one)}
    added = Names().union(*(_ADDS.get(value, ()) for value in values))

    def items(view: Projection, rows: Sequence[Row]) -> Sequence[Any]:
        extras = added | (_EXTRAS & view.schema.required)
        return [_item(call, view, row, extras) for row in rows]

    return pagination.page(call, "inquiries", crud.filters(call), items)


def _item(call: OperationContext, view: Projection, row: Row, extras: Names) -> Any:
    fragment = call.renderings.of("inquiries", (view, extras)).get(row)
    if fragment is None:
        record = {name: value for name, value in row.record.items() if name not in _EXTRAS or name in extras}
        if "lead" in extras:
            # Not remembered: the lead changes without its inquiries.
            lead = call.tx.get("leads", row.record["leadId"])
            return view.render({**record, "lead": lead.record if lead else None}, call.chance(row.id))
        fragment = call.renderings.keep("inquiries", (view, extras), row, view.render(record))
    return fragment
