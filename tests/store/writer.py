"""A process that writes until it is killed: transaction n puts n % 7 + 1 records, then says n on its output."""

import sys

from begun import begun

from mock_server.store.open_log import open_log
from mock_server.store.state import WorkspaceState

log = open_log(sys.argv[1])
kept = next(log.load(), None)
state = begun(log, "w", WorkspaceState()) if kept is None else WorkspaceState.restored(kept.layer)
print("ready", flush=True)
while True:
    with state.transaction(log, "w") as tx:
        number = tx.count("transactions")
        for part in range(number % 7 + 1):
            tx.put("parts", f"{number}-{part}", {"id": f"{number}-{part}", "text": "x" * (number % 50) * 100})
        if number >= 5:
            tx.remove("parts", f"{number - 5}-0")
    print(number, flush=True)
