"""The mock of a test as it was at the start, without a server being started again."""

from urllib.request import Request, urlopen

from contracts.transport.target import Target


def reset(target: Target) -> None:
    with urlopen(Request(f"{target.origin}/__admin/reset", method="POST"), timeout=10):
        pass
