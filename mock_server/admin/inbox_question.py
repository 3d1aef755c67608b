"""Check a question to an inbox: a question about impossible deliveries is refused."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from mock_server.spec.contract import Contract
from mock_server.support.did_you_mean import did_you_mean
from mock_server.support.text import shorten
from mock_server.webhooks import subscriptions
from mock_server.workspaces.inbox import Expected, Inbox
from mock_server.workspaces.workspace import Workspace

_SHOWN = 30  # fields


def unanswerable(contract: Contract, workspace: Workspace, name: str, wanted: Mapping[str, Any]) -> str:
    """The reason why no matching delivery could have come to an inbox; an empty text if one could."""
    inbox = workspace.inboxes.get(name, Inbox())
    triggers = _triggers(workspace, name)
    if not triggers and not inbox.seen and not _some_ended(workspace):
        return "nothing is subscribed to this inbox"
    known = _fields(contract, triggers) | inbox.names
    unknown = next((path for path in wanted if path.partition(".")[0] not in known), None) if known else None
    if unknown is None:
        return ""
    fields = ", ".join(sorted(known)[:_SHOWN])
    return f"no body has `{shorten(unknown, 60)}`{did_you_mean(unknown, known)}; its fields are {fields}"


def contradiction(wanted: Mapping[str, Any]) -> str:
    """The reason why no body can match, because a part is wanted with two values; an empty text if one can."""
    for outer, whole in wanted.items():
        for inner, part in wanted.items():
            if inner.startswith(f"{outer}.") and (why := Expected({inner[len(outer) + 1 :]: part}).differences(whole)):
                both = f"`{shorten(outer, 60)}` and `{shorten(inner, 60)}`"
                return f"no body has both {both} as they are wanted: in the first, {why[0]}"
    return ""


def _triggers(workspace: Workspace, name: str) -> Sequence[str]:
    """The triggers to which an inbox of a workspace is subscribed."""
    places = (f"/__admin/inbox/{workspace.id}/{name}", f"/__admin/inbox/{name}")
    rows = (row.record for row in workspace.state.rows(subscriptions.KIND))
    return [str(row["trigger"]) for row in rows if unquote(urlsplit(str(row["hookUrl"])).path) in places]


def _some_ended(workspace: Workspace) -> bool:
    """Tell whether a subscription was removed: it may have been this inbox's."""
    made = workspace.state.counters.get(subscriptions.KIND, 0)
    return made > len(workspace.state.rows(subscriptions.KIND))


def _fields(contract: Contract, triggers: Iterable[str]) -> set[str]:
    """The fields in the bodies of these triggers, or of all triggers; none if some body is not described."""
    schemas = [contract.webhooks.get(trigger) for trigger in (triggers or contract.webhooks)]
    if any(schema is None or not schema.properties for schema in schemas):
        return set()
    return {name for schema in schemas if schema is not None for name in schema.properties}
