"""What a test holds in its hand: one workspace of a running server, with everything that can be done to it.

The pytest fixture ``sophiie`` is one; without pytest::

    with MockServer() as server, workspace(server.url, world="small") as sophiie:
        sophiie.client.get("/v1/leads")

All of it goes through the control plane, so the server may run in a thread, in another process or elsewhere.
"""

from mock_server.server import MockServer
from mock_server.testing.asynchronous import AsyncSophiie
from mock_server.testing.refused import Refused
from mock_server.testing.sophiie import Sophiie, workspace

__all__ = ["AsyncSophiie", "MockServer", "Refused", "Sophiie", "workspace"]
