"""HTTP/1.1 as both sides of the carrier read it: heads, lengths, chunks. No more than is needed."""

from __future__ import annotations

HEAD_LIMIT_BYTES = 16_384


class Malformed(Exception):
    """The bytes are not HTTP as we take it; `status` is what a server answers."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def read_head(raw: bytes) -> tuple[str, dict[str, str]]:
    """First line and headers (names in lower case) of a head without its empty line. Raises `Malformed`."""
    first, *lines = raw.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise Malformed(400, "bad header line")
        name = name.lower()
        if name in headers and name in ("content-length", "transfer-encoding", "host"):
            raise Malformed(400, f"repeated {name}")
        headers[name] = value.strip()
    return first, headers


def content_length(headers: dict[str, str]) -> int | None:
    """The declared length, None where there is none. Raises `Malformed`."""
    value = headers.get("content-length")
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise Malformed(400, "bad content-length")
    return int(value)


def read_chunks(raw: bytes) -> bytes | None:
    """A chunked body from its first byte, None while it is not all there. Raises `Malformed`."""
    body: list[bytes] = []
    at = 0
    while True:
        end = raw.find(b"\r\n", at)
        if end < 0:
            return None
        try:
            size = int(raw[at:end].partition(b";")[0], 16)
        except ValueError:
            raise Malformed(400, "bad chunk") from None
        start = end + 2
        if size == 0:
            # Trailers are not used by anyone we call; an empty line ends the body.
            return b"".join(body) if raw.find(b"\r\n", start) >= 0 else None
        if len(raw) < start + size + 2:
            return None
        body.append(raw[start : start + size])
        at = start + size + 2
