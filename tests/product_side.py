"""The product's side of the wire, for tests of the carrier: media to fetch, webhooks that answer as told."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from carrier_process import Witness, wait_for

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 3_000


@dataclass
class Product:
    """`files` maps a path to (type, bytes); `statuses` are the answers to the next callbacks, then 200."""

    url: str = ""
    files: dict[str, tuple[str, bytes]] = field(default_factory=lambda: {"/a.jpg": ("image/jpeg", JPEG)})
    statuses: list[int] = field(default_factory=list)
    fetched: list[tuple[str, str]] = field(default_factory=list)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def events(self, reference: str = "") -> list[dict[str, Any]]:
        """What was reported so far, in order of arrival."""
        with self.lock:
            found = [json.loads(body) for _, body in self.calls]
        return [event for event in found if not reference or event.get("reference") == reference]

    def types(self, reference: str = "") -> list[str]:
        return [event["type"].removeprefix("message.") for event in self.events(reference)]

    def message(self, reference: str = "r1", **changes: Any) -> dict[str, Any]:
        """A request for one MMS with this product's addresses."""
        plain = {
            "account": "demo",
            "from": "+12025550100",
            "to": "+12025550101",
            "text": "Hi Zoë",
            "media_url": self.url + "/a.jpg",
            "kind": "mms",
            "reference": reference,
            "callback_url": f"{self.url}/hooks/{reference}",
        }
        return {**plain, **changes}

    def send(self, client: Witness, reference: str = "r1", **changes: Any) -> dict[str, Any]:
        return client.ask("POST", "/v1/messages", self.message(reference, **changes))

    def wait(self, *types: str, reference: str = "", seconds: float = 10) -> None:
        """Wait until exactly these reports have come, in this order."""
        wait_for(lambda: self.types(reference) == list(types), seconds=seconds, what=f"{types}, got {self.types()}")


@contextlib.contextmanager
def running() -> Iterator[Product]:
    product = Product()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with product.lock:
                product.fetched.append((self.command, self.path))
            kind, content = product.files.get(self.path, ("text/plain", b""))
            self.reply(200 if self.path in product.files else 404, kind, content)

        do_HEAD = do_GET

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with product.lock:
                product.calls.append((dict(self.headers), body))
                status = product.statuses.pop(0) if product.statuses else 200
            self.reply(status, "text/plain", b"")

        def reply(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        product.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield product
        finally:
            server.shutdown()
            thread.join()
