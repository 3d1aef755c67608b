"""The server in a container, for tests that have Docker; needs ``testcontainers`` beside it::

with SophiieContainer() as server, workspace(server.url, server.admin_token) as sophiie:
    sophiie.client.get("/v1/leads")
"""

from typing import Any, Self

from testcontainers.core.container import DockerContainer  # type: ignore[import-not-found]

from mock_server import __version__
from mock_server.testing.remote_server import until_ready
from mock_server.world.ids import secret

IMAGE = f"ghcr.io/OWNER/sophiie-mock:{__version__}"
PORT = 4747


class SophiieContainer(DockerContainer):  # type: ignore[misc]  # testcontainers need not be installed
    """A container of the server. ``url``, ``api_key`` and ``admin_token`` are known once it has started.

    ``settings`` are flags as keywords, with what they are given: ``SophiieContainer(world="edge", seed=7)``.
    """

    def __init__(self, image: str = IMAGE, **settings: Any) -> None:
        super().__init__(image)
        self.api_key = f"sk_test_mock_{secret()}"
        self.admin_token = secret()
        self.with_exposed_ports(PORT)
        self.with_env("SOPHIIE_MOCK_API_KEY", self.api_key)
        self.with_env("SOPHIIE_MOCK_ADMIN_TOKEN", self.admin_token)
        for name, value in settings.items():
            self.with_env(f"SOPHIIE_MOCK_{name.upper()}", str(value).lower() if isinstance(value, bool) else str(value))

    @property
    def url(self) -> str:
        """The URL of the server, from this machine."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    def start(self) -> Self:
        """Start the container and wait until the server is ready. Raises Refused if it is not ready in time."""
        super().start()
        until_ready(self.url, self.admin_token)
        return self
