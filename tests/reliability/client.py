"""A client for many connections at once: one request after the other on each, nothing hidden, nothing repeated.

It shares no code with the server that these scripts attack, nor with the clients of the other tests, which import it.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

KEY = "sk_test_local"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """Raises OSError or EOFError (IncompleteReadError) when it was cut; ``began`` says whether an answer had begun."""

    def __init__(self, port: int, key: str = KEY) -> None:
        self._port = port
        self._key = key
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.began = False

    async def open(self) -> None:
        self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=8 * 1024 * 1024)

    async def ask(self, method: str, target: str, body: Any = None, *headers: str, key: str | None = None) -> Answer:
        if self._streams is None:
            await self.open()
        assert self._streams is not None
        reader, writer = self._streams
        self.began = False
        try:
            writer.write(self._request(method, target, body, headers, self._key if key is None else key))
            head = await reader.readuntil(b"\r\n\r\n")
            self.began = True
            line, *lines = head.decode("latin-1").rstrip().split("\r\n")
            fields = dict(text.lower().split(": ", 1) for text in lines)
            chunked = fields.get("transfer-encoding") == "chunked"  # a long answer is sent while it is made
            payload = await (_chunks(reader) if chunked else reader.readexactly(int(fields.get("content-length", 0))))
        except BaseException:
            self.close()
            raise
        if fields.get("connection") == "close":
            self.close()
        return Answer(int(line.split()[1]), fields, payload)

    @staticmethod
    def _request(method: str, target: str, body: Any, headers: tuple[str, ...], key: str) -> bytes:
        payload = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *headers]
        lines += [f"Authorization: Bearer {key}"] if key else []
        lines += ["Content-Type: application/json", f"Content-Length: {len(payload)}"] if payload else []
        return "\r\n".join([*lines, "", ""]).encode() + payload

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readexactly(2)
    return b"".join(parts)


def percentile(times: list[float], share: float) -> float:
    """Of times in seconds, in milliseconds."""
    return sorted(times)[min(len(times) - 1, int(share * len(times)))] * 1000 if times else 0.0
