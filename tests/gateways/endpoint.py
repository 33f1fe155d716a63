"""A provider's endpoint reduced to a socket: counts what arrives and misbehaves in exactly one way."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Endpoint:
    """`requests` holds every request that was read whole, `connections` counts those accepted."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def posts(self) -> int:
        return sum(request.startswith(b"POST ") for request in self.requests)


def answer(status: int, headers: dict[str, str], body: str) -> bytes:
    """A whole HTTP answer."""
    content = body.encode()
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


@contextlib.contextmanager
def serving(*, reply: bytes | None, then: str = "close") -> Iterator[Endpoint]:
    """Read each request, write `reply`, then `close`, `reset` or `hang` until the test is over."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        endpoint = Endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}")

        def serve() -> None:
            open_sockets: list[socket.socket] = []
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    client, _ = listening.accept()
                    client.settimeout(5)
                    open_sockets.append(client)
                    endpoint.connections += 1
                    _one(client, endpoint, reply, then)
            for client in open_sockets:
                client.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield endpoint
        finally:
            over.set()
            thread.join(timeout=10)


def _one(client: socket.socket, endpoint: Endpoint, reply: bytes | None, then: str) -> None:
    request = b""
    while not _whole(request):
        received = client.recv(65_536)
        if not received:
            client.close()
            return
        request += received
    endpoint.requests.append(request)
    if reply is not None:
        client.sendall(reply)
    if then == "reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if then != "hang":
        client.close()


def _whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    if not end:
        return False
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return len(body) >= (int(lengths[0].partition(b":")[2]) if lengths else 0)
