"""Written records, and the views that must show them exactly as they were sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.rules import lifecycle as rules
from contracts.rules.first_difference import Difference, first_difference
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import Record, record_shape
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.transport.exchange import Exchange


@dataclass
class Written:
    """One write that succeeded. ``seen`` has the views that differ: the operation, the difference, the exchange."""

    operation: Operation
    body: Mapping[str, Any]
    exchange: Exchange
    record: Record
    seen: list[tuple[Operation, Difference, Exchange]] = field(default_factory=list)
    views: list[Operation] = field(default_factory=list)
    """The views of the record that were examined: its list and its item."""

    def compare(self, view: Operation, shown: Record, exchange: Exchange, *, own: bool) -> None:
        """Remember the members in which a view differs from what was sent."""
        if own:
            self.views.append(view)
        for name, value in self._comparable(view, shown).items():
            if name in shown and (found := first_difference(value, shown[name], f"/{name}")):
                self.seen.append((view, found, exchange))

    def judge(self, client: ScenarioClient) -> None:
        """Blame the views that differ; if all differ in the same way, the write; if it may be either, both."""
        for member in dict.fromkeys(found.place.split("/")[1] for _, found, _ in self.seen):
            wrong = [(view, found, shown) for view, found, shown in self.seen if _of(found, member)]
            own = [view for view, _, _ in wrong if view in self.views]
            if own and len(own) == len(self.views):
                self._broken(client, self.operation, wrong[0][1], wrong[0][2])
            if len(own) != len(self.views) or len(self.views) == 1:
                for view, found, shown in wrong:
                    if view in self.views or not own:
                        self._broken(client, view, found, shown)

    def judge_answer(self, client: ScenarioClient) -> bool:
        """Compare the answer of the write itself; the write is blamed for a difference."""
        found = [
            difference
            for name, value in self._comparable(self.operation, self.record).items()
            if name in self.record and (difference := first_difference(value, self.record[name], f"/{name}"))
        ]
        for difference in found:
            self._broken(client, self.operation, difference)
        return not found

    def _comparable(self, view: Operation, shown: Record) -> Mapping[str, Any]:
        """The members that a view of the record, beside what it shows, must show as they were sent.

        Another's API may give a record its own id, and may show an object where it takes only the id of one.
        """
        if view.document.vendors:
            return self.body
        shape = record_shape(view)
        members = {name: value for name, value in self.body.items() if name != "id"}
        fitting = [name for name, it in members.items() if not shape.names.get(name) or shape.member(name).admits(it)]
        return {name: shape.member(name).placed(members[name], shown.get(name)) for name in fitting}

    def _broken(self, client: ScenarioClient, blamed: Operation, found: Difference, *shown: Exchange) -> None:
        more = [exchange for exchange in shown if exchange is not self.exchange]
        client.broken(
            rules.KEPT_EXACTLY, blamed, self.exchange, *more, expected=f"{found.place}: {found.sent}",
            got=f"{found.place}: {found.got}", where=found.place,
        )  # fmt: skip


def _of(found: Difference, member: str) -> bool:
    return found.place.split("/")[1] == member


def appearances(value: Any, id: str, noun: str) -> Iterator[Record]:
    """Each object in an answer that shows the record ``id``: by its id, or inside one with ``<noun>Id``."""
    if isinstance(value, list):
        for item in value:
            yield from appearances(item, id, noun)
    elif isinstance(value, dict):
        if id in (value.get("id"), value.get(business_rules.RECENT_ID)):
            yield value
        about = value.get(f"{noun}Id") == id
        for name, member in value.items():
            if about and isinstance(member, dict) and name.startswith(noun) and "id" not in member:
                yield member
            else:
                yield from appearances(member, id, noun)


def noun_of(path: str) -> str:
    """The singular of a collection's name: ``lead`` for ``/v1/leads``."""
    word = path.rstrip("/").rpartition("/")[2]
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def by_id(items: Sequence[Record]) -> Mapping[Any, Record]:
    """Items by their ids."""
    return {item.get("id"): item for item in items}
