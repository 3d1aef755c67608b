"""An integration as a user would write it: copy every lead of a Sophiie business into a CSV file."""

import csv
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, TextIO

import httpx

FIELDS = ("id", "firstName", "lastName", "email", "phone", "suburb", "status")
PAGE = 5
TRIES = 4

Pause = Callable[[float], Any]


def leads(client: httpx.Client, pause: Pause = time.sleep) -> Iterator[dict[str, Any]]:
    """All of them, page by page."""
    page, pages = 1, 1
    while page <= pages:
        body = fetch(client, f"/v1/leads?page={page}&limit={PAGE}", pause)
        yield from body["leads"]
        page, pages = page + 1, body["totalPages"]


def fetch(client: httpx.Client, path: str, pause: Pause) -> Any:
    """The body of a success. Waits as long as a 429 says, a little after a fault of the server's."""
    for attempt in range(1, TRIES + 1):
        answer = client.get(path)
        if answer.status_code != 429 and answer.status_code < 500:
            break
        if attempt < TRIES:
            pause(float(answer.headers.get("x-ratelimit-reset", 2**attempt)))
    return answer.raise_for_status().json()


def write(rows: Iterator[dict[str, Any]], out: TextIO) -> int:
    """How many were written."""
    writer = csv.DictWriter(out, FIELDS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - the last number is the answer
        writer.writerow(row)
    return count


if __name__ == "__main__":
    headers = {"Authorization": f"Bearer {os.environ['SOPHIIE_API_KEY']}"}
    with httpx.Client(base_url=os.environ.get("SOPHIIE_URL", "https://api.sophiie.ai"), headers=headers) as connected:
        write(leads(connected), sys.stdout)
