"""An integration as a user would write it: keep an address book up to date with what Sophiie's webhooks say."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class AddressBook:
    """People by their id at Sophiie. ``closed`` is for maintenance: nothing is taken in meanwhile."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: int = 0
    closed: bool = False

    def take(self, lead: dict[str, Any]) -> int:
        """The HTTP status to answer. A delivery may come twice, so a second one changes nothing."""
        if self.closed:
            return 503
        self.taken += lead["originalId"] not in self.people
        self.people[lead["originalId"]] = {"name": lead["firstName"], "email": lead["email"]}
        return 200


def serve(book: AddressBook, port: int = 0) -> ThreadingHTTPServer:
    """An HTTP server for ``book`` on this machine; ``serve_forever`` runs it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(book.take(body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


if __name__ == "__main__":
    serve(AddressBook(), 8000).serve_forever()
