"""Scenarios and transfers: no two existing ones may have the same name.

The 409 is documented, its rule is not: gaps ``scenario-conflict`` and ``transfer-conflict``.
"""

from mock_server.behaviours import changes, crud, records
from mock_server.behaviours.registry import OperationContext, OperationResult, behaviour
from mock_server.errors import Conflict
from mock_server.spec.resources import Role
from mock_server.store.base import Id


def _register(kind: str, field: str) -> None:
    def refuse_clash(call: OperationContext, own: Id | None) -> None:
        name = changes.given(call).get(field)
        if name is not None and any(row.id != own for row in call.tx.find(kind, {field: name})):
            raise Conflict(f"another of the {kind} has the same {field}")

    @behaviour(f"POST /v1/{kind}", Role.CREATE)
    def create(call: OperationContext) -> OperationResult:
        refuse_clash(call, None)
        return crud.create(call)

    @behaviour(f"PUT /v1/{kind}/{{}}", Role.UPDATE)
    def update(call: OperationContext) -> OperationResult:
        refuse_clash(call, records.existing(call).id)
        return crud.update(call)


for _kind, _field in (("scenarios", "name"), ("transfers", "label")):
    _register(_kind, _field)
