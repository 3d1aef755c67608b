"""A target that answers for a while, and then is not there any more."""

import socket
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress


@contextmanager
def answering_then_gone(answers: int, *, resets: int = 0, name: str = "x-a") -> Generator[str, None, None]:
    """Answers so many connections and resets so many after them, then listens no more."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{name}: 1\r\nConnection: close\r\n"
    reply = f"{head}Content-Length: 2\r\n\r\n{{}}".encode()

    def serve() -> None:
        with suppress(OSError):
            for number in range(answers + resets):
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    if number < answers:
                        connection.sendall(reply)
                    else:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        listener.close()

    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield url
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
