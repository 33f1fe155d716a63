"""How the fenced child answers: a header in JSON, led by its length in eight bytes, then the parts it counts."""

import json
from typing import Any, Final

_LENGTH_BYTES: Final = 8


def pack(header: dict[str, Any], parts: list[bytes]) -> bytes:
    """One answer as bytes."""
    head = json.dumps({**header, "parts": [len(part) for part in parts]}).encode()
    return len(head).to_bytes(_LENGTH_BYTES, "big") + head + b"".join(parts)


def unpack(answer: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The header and the parts. Raises ValueError or KeyError when `answer` is not one whole answer."""
    start = _LENGTH_BYTES + int.from_bytes(answer[:_LENGTH_BYTES], "big")
    header: dict[str, Any] = json.loads(answer[_LENGTH_BYTES:start])
    parts = []
    for length in header.pop("parts"):
        parts.append(answer[start : start + length])
        start += length
    if start != len(answer):
        raise ValueError("an answer of the wrong length")
    return header, parts
