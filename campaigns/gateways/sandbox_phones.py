"""What only the sandbox offers: its virtual phones, its behaviour and its record, asked from plain pages.

Every call is bounded in time and raises `http.Trouble` when the carrier does not answer; `Refused` when it says no.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from campaigns.gateways import http, sandbox

PAGE_SIZE = 50
CALL_TIMEOUT_S = 5.0
FILE_LIMIT_BYTES = 12_000_000


class Refused(Exception):
    """The carrier said no; `code` is its own."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(f"the sandbox carrier refused: {code} (status {status})")
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Phone:
    """One virtual phone with the last thing that happened on it; `last_direction` is received or written."""

    phone: str
    messages: int
    last_at: datetime
    last_text: str
    last_direction: str


@dataclass(frozen=True, slots=True)
class PhonePage:
    """Phones, latest first; `total` counts all that match the search."""

    phones: tuple[Phone, ...]
    total: int


@dataclass(frozen=True, slots=True)
class File:
    """A file on a virtual phone; ask `media` for its bytes."""

    id: str
    content_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One message on a phone. `received` came from us, `written` left the phone. `record` holds, for the curious,
    the carrier's fetches of the media and its tries to report, each as a mapping of plain values."""

    id: str
    direction: str
    number: str
    text: str
    kind: str
    status: str
    code: str
    at: datetime
    files: tuple[File, ...]
    fetches: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    receipts: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


def phones(*, carrier: sandbox.Sandbox, search: str = "", offset: int = 0, limit: int = PAGE_SIZE) -> PhonePage:
    """Phones whose number contains the digits of `search`, those with the latest message first."""
    found = _ask(carrier, "GET", "/v1/phones?" + urlencode({"search": search, "offset": offset, "limit": limit}))
    return PhonePage(
        phones=tuple(
            Phone(row["phone"], row["messages"], _at(row["last_at"]), row["last_text"], row["last_direction"])
            for row in found["phones"]
        ),
        total=found["total"],
    )


def conversation(*, carrier: sandbox.Sandbox, phone: str, limit: int = PAGE_SIZE) -> tuple[Entry, ...]:
    """The latest `limit` messages of a phone, both ways, oldest first."""
    found = _ask(carrier, "GET", f"/v1/phones/{quote(phone, safe='')}/messages?limit={limit}")
    return tuple(_entry(row) for row in found["messages"])


def media(*, carrier: sandbox.Sandbox, media_id: str) -> http.Fetched:
    """The bytes of a file that lies on a virtual phone."""
    answer = _call(carrier, "GET", f"/v1/media/{quote(media_id, safe='')}", None)
    return http.Fetched(answer.headers.get("content-type", "application/octet-stream"), answer.body)


def reply(
    *,
    carrier: sandbox.Sandbox,
    phone: str,
    to: str,
    text: str,
    files: Sequence[http.Fetched] = (),
) -> str:
    """Write from a virtual phone to one of our numbers; returns the carrier's id. Arrives at our webhook, signed."""
    body = {
        "account": carrier.account,
        "to": to,
        "text": text,
        "media": [
            {"content_type": file.content_type, "base64": base64.b64encode(file.body).decode()} for file in files
        ],
    }
    return str(_ask(carrier, "POST", f"/v1/phones/{quote(phone, safe='')}/reply", body)["id"])


def register_webhook(*, carrier: sandbox.Sandbox, url: str) -> None:
    """Tell the carrier where inbound messages of this account go. Repeating it changes nothing."""
    _ask(carrier, "PUT", f"/v1/accounts/{quote(carrier.account, safe='')}", {"webhook_url": url})


def behaviour(*, carrier: sandbox.Sandbox) -> dict[str, Any]:
    """How the carrier behaves now; the names are those of `campaigns/carrier/behaviour.py`."""
    return _ask(carrier, "GET", "/v1/behaviour")


def set_behaviour(*, carrier: sandbox.Sandbox, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change the named settings, leave the others; returns all. Raises `Refused` for an unknown name or value."""
    return _ask(carrier, "PUT", "/v1/behaviour", dict(changes))


def is_healthy(*, carrier: sandbox.Sandbox, timeout_s: float = 1.0) -> bool:
    """Whether the carrier answers at all."""
    try:
        answer = http.call(method="GET", url=f"{carrier.base_url}/v1/health", headers={}, timeout_s=timeout_s)
    except http.Trouble:
        return False
    return answer.status == 200


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        id=row["id"],
        direction=row["direction"],
        number=row["number"],
        text=row["text"],
        kind=row["kind"],
        status=row["status"],
        code=str(row["code"] or ""),
        at=_at(row["at"]),
        files=tuple(File(f["id"], f["content_type"], f["bytes"], f["sha256"]) for f in row["media"]),
        fetches=tuple(row["fetches"]),
        receipts=tuple(row["receipts"]),
    )


def _ask(carrier: sandbox.Sandbox, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = _call(carrier, method, path, None if body is None else json.dumps(body).encode())
    try:
        found = json.loads(answer.body)
    except ValueError:
        raise http.Trouble("unreadable answer") from None
    if not isinstance(found, dict):
        raise http.Trouble("unreadable answer")
    return found


def _call(carrier: sandbox.Sandbox, method: str, path: str, body: bytes | None) -> http.Answer:
    answer = http.call(
        method=method,
        url=carrier.base_url + path,
        headers={"Authorization": f"Bearer {carrier.secret}", "Content-Type": "application/json"},
        body=body,
        timeout_s=CALL_TIMEOUT_S,
        limit_bytes=FILE_LIMIT_BYTES,
    )
    if answer.status >= 300:
        try:
            code = str(json.loads(answer.body)["code"])
        except (ValueError, KeyError, TypeError):
            code = "unreadable"
        raise Refused(code, answer.status)
    return answer


def _at(value: str) -> datetime:
    return datetime.fromisoformat(value)
