"""What a workspace costs: to make, to reset, to have a thousand of. Exit code 1 over a bound.

Medians over the control plane of a server in a thread, so the figures are what a test pays, HTTP included.
"""

import resource
import sys
import time
from collections.abc import Callable
from statistics import median

import httpx

from mock_server.config.settings import Settings
from mock_server.server import MockServer

ROUNDS = 200
LIVE = 1_000
BOUNDS_MS = {"default": 10.0, "small": 3.0, "reset": 10.0}


def timed(action: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    over = []
    with (
        MockServer(Settings(port=0, quiet=True)) as server,
        httpx.Client(base_url=f"{server.url}/__admin", verify=False) as http,
    ):

        def make(world: str) -> str:
            return str(http.post("/workspaces", json={"world": world}).raise_for_status().json()["id"])

        for world in ("default", "small"):
            first = timed(lambda world=world: make(world))  # type: ignore[misc]
            made: list[str] = []
            took = median(timed(lambda world=world, made=made: made.append(make(world))) for _ in range(ROUNDS))  # type: ignore[misc]
            print(f"make from {world:<8} {took:6.2f} ms median of {ROUNDS}, {first:6.1f} ms the first time")
            over += [world] if took > BOUNDS_MS[world] else []
            for id in made:
                http.delete(f"/workspaces/{id}").raise_for_status()

        took = median(timed(lambda: http.post("/reset").raise_for_status()) for _ in range(ROUNDS))
        print(f"reset of default   {took:6.2f} ms median of {ROUNDS}")
        over += ["reset"] if took > BOUNDS_MS["reset"] else []

        before = peak_mb()
        keys = [http.post("/workspaces", json={"world": "default"}).json()["key"] for _ in range(LIVE)]
        body = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}
        wrote = [
            timed(
                lambda key=key: httpx.post(  # type: ignore[misc]
                    f"{server.url}/v1/leads", json=body, headers={"authorization": f"Bearer {key}"}, verify=False
                ).raise_for_status()
            )
            for key in keys[:100]
        ]
        print(f"{LIVE:,} live at once  {peak_mb() - before:6.1f} MB more at the peak, of {peak_mb():.0f} MB in all")
        print(f"first write of one {median(wrote):6.2f} ms median of 100 (a connection each)")
    print("over the bound: " + ", ".join(over) if over else "all within their bounds")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
