"""Use the clients that were generated: every module loads, and the answers of a server become their models.

Runs in the generator's environment, which has nothing of ours: FOLDER URL KEY.
"""

import importlib
import sys
from pathlib import Path
from typing import Any


def modules(folder: str) -> list[Any]:
    """Every module of every client."""
    sys.path.insert(0, folder)
    paths = [path.relative_to(folder).with_suffix("") for path in sorted(Path(folder).rglob("*.py"))]
    return [importlib.import_module(".".join(path.parts).removesuffix(".__init__")) for path in paths]


def main(folder: str, url: str, key: str) -> int:
    loaded = modules(folder)
    client = importlib.import_module("v1_client").AuthenticatedClient(base_url=url, token=key)
    inquiries = importlib.import_module("v1_client.api.inquiries.list_inquiries").sync(client=client, limit=100)
    get = importlib.import_module("v1_client.api.inquiries.get_inquiry").sync
    found = {type(get(inquiry.id, client=client)).__name__ for inquiry in inquiries.inquiries}
    wanted = {f"{source}Inquiry" for source in ("Call", "Email", "Chatbot", "Sms", "Webform")}
    print(f"{len(loaded)} modules load; inquiries are {', '.join(sorted(found))}")
    return 0 if found == wanted else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
