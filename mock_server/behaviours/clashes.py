"""Scenarios and transfers: two living ones may not bear the same name.

The 409 is documented, its rule is not: gaps ``scenario-conflict`` and ``transfer-conflict``.
"""

from mock_server.behaviours import crud
from mock_server.behaviours.registry import Behaviour, Call, Outcome, behaviour
from mock_server.errors import Conflict
from mock_server.store.base import Id


def _unique(kind: str, field: str) -> tuple[Behaviour, Behaviour]:
    def refuse_clash(call: Call, own: Id | None) -> None:
        name = (call.body or {}).get(field)
        if name is not None and any(row.id != own for row in call.tx.find(kind, {field: name})):
            raise Conflict(f"another of the {kind} has the same {field}")

    def create(call: Call) -> Outcome:
        refuse_clash(call, None)
        return crud.create(call)

    def update(call: Call) -> Outcome:
        refuse_clash(call, crud.existing(call).id)
        return crud.update(call)

    return create, update


for _kind, _field in (("scenarios", "name"), ("transfers", "label")):
    _create, _update = _unique(_kind, _field)
    behaviour(f"POST /v1/{_kind}")(_create)
    behaviour(f"PUT /v1/{_kind}/{{}}")(_update)
