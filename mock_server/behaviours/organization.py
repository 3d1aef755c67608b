"""Organization: its members in this surface's own shape, and its catalogue by category."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.behaviours import crud, pagination
from mock_server.behaviours.registry import OperationContext, OperationResult, as_a_list_does, behaviour
from mock_server.spec.projection import Projection
from mock_server.spec.resources import Role
from mock_server.store.base import Row

_MEMBER = ("role", "firstName", "lastName", "position", "avatarImg", "isDisabled", "responsibility")


@behaviour("GET /v1/organization/members", Role.LIST, reads=as_a_list_does)
def members(call: OperationContext) -> OperationResult:
    """List the people of ``GET /v1/members``, by membership, with the e-mail one level down (gap ``member-views``)."""
    where = {"membershipId" if name == "id" else name: values for name, values in crud.filters(call).items()}
    return OperationResult(call.fit(pagination.page(call, "members", where, _memberships).value))


def _memberships(view: Projection, rows: Sequence[Row]) -> Sequence[Any]:
    return [_membership(row) for row in rows]


def _membership(row: Row) -> Mapping[str, Any]:
    kept = {name: row.record.get(name) for name in _MEMBER}
    return {"id": row.record.get("membershipId"), **kept, "user": {"email": row.record.get("email")}}


@behaviour("GET /v1/organization/services")
def services(call: OperationContext) -> OperationResult:
    """List the services of the organization."""
    return _catalogue(call, "services", "SERVICE")


@behaviour("GET /v1/organization/products")
def products(call: OperationContext) -> OperationResult:
    """List the products of the organization."""
    return _catalogue(call, "products", "PRODUCT")


def _catalogue(call: OperationContext, kind: str, type: str) -> OperationResult:
    """The categories of a type that are not empty, with their contents (gap ``catalogue-contents``).

    The answer has no pages, only totals (page list-organization-…).
    """
    categories: list[dict[str, Any]] = []
    for category in call.tx.find("trade_categories", {"type": type}):
        held = [row.record for row in call.tx.find(kind, {"tradeCategoryId": category.id})]
        if held:
            categories.append({"id": category.id, "name": category.record.get("name"), "type": type, kind: held})
    total = sum(len(category[kind]) for category in categories)
    answer = {"categories": categories, "totalCategories": len(categories), f"total{kind.capitalize()}": total}
    return OperationResult(call.fit(answer))
