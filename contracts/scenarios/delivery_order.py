"""The order of many deliveries: a subscriber that keeps the last state it was told of must end with the right one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.spec.business_rules import RECENT_ID


@dataclass(frozen=True)
class DueDelivery:
    """A delivery as it is due: the record that it is about, and the values that were written."""

    id: str
    written: Mapping[str, Any]

    def fits(self, body: Mapping[str, Any]) -> bool:
        """Tell whether a delivery can be this one. Members that it does not have are not compared."""
        return body.get(RECENT_ID) == self.id and all(
            body[name] == value for name, value in self.written.items() if name in body
        )


def out_of_order(due: Sequence[DueDelivery], bodies: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield what was due and what came at the first place whose delivery came too early or too late.

    If a delivery is missing, or has other values, nobody can say that the order is wrong.
    """
    if not all(any(one.fits(body) for body in bodies) for one in due):
        return
    for place, (one, body) in enumerate(zip(due, bodies, strict=False), 1):
        if not one.fits(body):
            yield f"delivery {place} about event {place}", "another event's"
            return
