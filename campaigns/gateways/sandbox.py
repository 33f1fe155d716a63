"""The sandbox carrier's client: the same contract as a real provider, spoken to a process on this machine.

Signature of its callbacks: `Sandbox-Signature: v1=<hex HMAC-SHA256(secret, timestamp + "." + body)>`; a second
secret may be valid while one replaces the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from campaigns.gateways import base, http

REPLAY_WINDOW_S = 300
RAW_LIMIT_CHARACTERS = 500
# Messages of a page of the carrier's list; a page of the longest texts stays below http.ANSWER_LIMIT_BYTES.
PAGE = 100

CAPABILITIES = base.Capabilities(
    provider="sandbox",
    idempotency_key=False,
    handles_stop=False,
    reports_sent=True,
    reports_delivery=True,
    converts_to_link=False,
    finds_by_reference=True,
    lists_sent=True,
    fictitious_allowed=True,
    accepted_mimes=frozenset({"image/jpeg", "image/png", "image/gif", "text/vcard", "text/x-vcard"}),
    config_fields=(
        base.ConfigField("base_url"),
        base.ConfigField("account"),
        base.ConfigField("secret", secret=True),
        base.ConfigField("previous_secret", secret=True, required=False),
    ),
)

# code: (permanent, fault, words). Source: campaigns/carrier/codes.py, the carrier's own list.
_REFUSALS: dict[str, tuple[bool, base.Fault, str]] = {
    "40000": (True, "provider", "bad_request"),
    "40001": (True, "recipient", "bad_number"),
    "40002": (True, "content", "media_unreachable"),
    "40003": (True, "recipient", "opted_out"),
    "40004": (True, "content", "too_large"),
    "40005": (True, "content", "media_type"),
    "40006": (True, "sender", "sender_cannot_mms"),
    "40301": (True, "recipient", "unreachable"),
    "40101": (True, "account", "not_authorised"),
}
_EVENT_STATES: dict[str, base.ReportedState] = {
    "message.sent": "sent",
    "message.delivered": "delivered",
    "message.failed": "failed",
}
_MESSAGE_STATES: dict[str, base.ReportedState] = {
    "accepted": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One account at the sandbox carrier."""

    base_url: str
    account: str
    secret: str = field(repr=False)
    previous_secret: str = field(default="", repr=False)

    @classmethod
    def from_config(cls, config: Mapping[str, str]) -> Sandbox:
        """Read the declared fields. Raises `base.Misconfigured`."""
        for declared in CAPABILITIES.config_fields:
            if declared.required and not config.get(declared.name):
                raise base.Misconfigured(declared.name)
        address = config["base_url"].rstrip("/")
        if urlsplit(address).scheme not in ("http", "https") or not http.authority(address):
            raise base.Misconfigured("base_url")
        return cls(address, config["account"], config["secret"], config.get("previous_secret", ""))

    @property
    def capabilities(self) -> base.Capabilities:
        return CAPABILITIES

    async def send(self, *, session: http.Session, message: base.OutgoingMessage) -> base.Outcome:
        """Hand over with at most one POST; see `base.Gateway.send`."""
        body = {
            "account": self.account,
            "from": message.from_number,
            "to": message.to_phone,
            "text": message.text,
            "media_url": message.media_url,
            "kind": "mms" if message.kind == "mms" else "sms",
            "reference": message.reference,
            "callback_url": message.callback_url,
        }
        try:
            answer = await session.post(
                url=f"{self.base_url}/v1/messages",
                headers=self._headers(),
                body=json.dumps(body, ensure_ascii=False).encode(),
            )
        except http.NeverLeft as trouble:
            return base.NotSent(trouble.reason)
        except http.Trouble as trouble:
            return base.Unknown(trouble.reason)
        return _outcome(answer)

    async def find(self, *, session: http.Session, reference: str) -> base.Sighting | None:
        """Ask the carrier's record for this attempt; see `base.Gateway.find`."""
        answer = await session.get(
            url=f"{self.base_url}/v1/messages?reference={quote(reference, safe='')}&limit=1",
            headers=self._headers(),
        )
        if answer.status != 200:
            raise http.Trouble(f"status {answer.status}")
        try:
            found = json.loads(answer.body)["messages"]
            return _sighting(found[0]) if found else None
        except (ValueError, KeyError, TypeError, IndexError):
            raise http.Trouble("unreadable answer") from None

    async def list_sent(self, *, session: http.Session, since: datetime, cursor: str) -> base.SentPage:
        """The carrier's record since then; see `base.Gateway.list_sent`."""
        after = f"&after={quote(cursor, safe='')}" if cursor else ""
        asked = f"since={quote(since.astimezone(UTC).isoformat(), safe='')}&limit={PAGE}{after}"
        answer = await session.get(url=f"{self.base_url}/v1/messages?{asked}", headers=self._headers())
        if answer.status != 200:
            raise http.Trouble(f"status {answer.status}")
        try:
            found = json.loads(answer.body)["messages"]
            entries = tuple(_sent(one) for one in found if one["account"] == self.account)
            return base.SentPage(entries, str(int(found[-1]["seq"])) if len(found) == PAGE else "")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise http.Trouble("unreadable answer") from None

    def verify(self, *, callback: base.Callback, now: datetime) -> None:
        """Check stamp and signature against both secrets; see `base.Gateway.verify`."""
        headers = {name.lower(): value for name, value in callback.headers.items()}
        stamp = headers.get("sandbox-timestamp", "")
        given = headers.get("sandbox-signature", "").encode()
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            raise base.Forged
        genuine = False
        for secret in (self.secret, self.previous_secret):
            if secret:
                genuine |= hmac.compare_digest(given, signature(secret=secret, stamp=stamp, body=callback.body))
        if not genuine or abs(now.timestamp() - int(stamp)) > REPLAY_WINDOW_S:
            raise base.Forged

    def read_events(self, *, callback: base.Callback) -> tuple[base.Event, ...]:
        """One event a call; see `base.Gateway.read_events`."""
        try:
            event = json.loads(callback.body)
            kind = event["type"]
            if kind in _EVENT_STATES:
                return (_status(event, _EVENT_STATES[kind], callback.body),)
            return (_inbound(event),) if kind == "message.received" else ()
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            raise base.Unreadable("not an event of the sandbox carrier") from None

    def media_request(self, *, media: base.InboundMedia) -> tuple[dict[str, str], frozenset[str]]:
        """Inbound files lie at the carrier itself, behind the same secret."""
        return self._headers(), frozenset({http.authority(self.base_url)})

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}


def signature(*, secret: str, stamp: str, body: bytes) -> bytes:
    """The value of the signature header for this stamp and body."""
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={digest}".encode()


def _outcome(answer: http.Answer) -> base.Outcome:
    """Only a clear answer of the documented shape is believed; anything else is unknown."""
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = None
    content = content if isinstance(content, dict) else {}
    status = answer.status
    if status == 202:
        provider_id, parts = content.get("id"), content.get("parts")
        if isinstance(provider_id, str) and provider_id and isinstance(parts, int):
            return base.Accepted(provider_id, parts)
        return base.Unknown("unreadable answer")
    if status == 429:
        return base.Throttled(_retry_after_s(answer))
    if status in (401, 403) and "code" not in content:
        return base.Rejected(str(status), True, "account", "not_authorised", _raw(answer))
    if 400 <= status < 500 and "code" in content:
        code = str(content["code"])
        unlisted: tuple[bool, base.Fault, str] = (True, "account" if status == 401 else "provider", "unlisted")
        permanent, fault, words = _REFUSALS.get(code, unlisted)
        return base.Rejected(code, permanent, fault, words, _raw(answer))
    return base.Unknown(f"status {status}")


def _retry_after_s(answer: http.Answer) -> float:
    """Seconds to wait as the carrier says; one second where it does not say, an hour at most."""
    try:
        told = float(answer.headers.get("retry-after", "1"))
    except ValueError:
        return 1.0
    return 1.0 if math.isnan(told) else min(max(told, 0.0), 3600.0)


def _raw(answer: http.Answer) -> str:
    return answer.body.decode("utf-8", "replace")[:RAW_LIMIT_CHARACTERS]


def _sighting(found: dict[str, Any]) -> base.Sighting:
    return base.Sighting(
        provider_id=base.plain(str(found["id"]))[: base.PROVIDER_ID_CHARACTERS],
        reference=str(found["reference"]),
        state=_MESSAGE_STATES[found["status"]],
        code=str(found["code"] or ""),
        parts=int(found["parts"]),
        at=_moment(found["at"]),
    )


def _sent(found: dict[str, Any]) -> base.Sent:
    seen = _sighting(found)
    return base.Sent(
        provider_id=seen.provider_id,
        reference=base.plain(seen.reference),
        from_number=_text(found, "from"),
        to_phone=_text(found, "to"),
        text=base.plain(str(found["text"] or "")),
        state=seen.state,
        code=seen.code,
        at=seen.at,
    )


def _status(event: dict[str, Any], state: base.ReportedState, body: bytes) -> base.StatusEvent:
    return base.StatusEvent(
        event_key=_text(event, "event_id"),
        reference=_text(event, "reference"),
        provider_id=_text(event, "id"),
        state=state,
        code=base.plain(str(event["code"] or "")),
        at=_moment(event["at"]),
        raw=body.decode()[:RAW_LIMIT_CHARACTERS],
    )


def _inbound(event: dict[str, Any]) -> base.InboundEvent:
    return base.InboundEvent(
        event_key=_text(event, "event_id"),
        provider_id=_text(event, "id"),
        from_phone=_text(event, "from"),
        to_number=_text(event, "to"),
        text=event["text"] if isinstance(event["text"], str) else "",
        media=tuple(
            base.InboundMedia(_text(file, "url"), _text(file, "content_type"), int(file["bytes"]))
            for file in event["media"]
        ),
        at=_moment(event["at"]),
    )


def _text(event: dict[str, Any], name: str) -> str:
    value = event[name]
    if not isinstance(value, str) or not base.plain(value):
        raise ValueError(name)
    return base.plain(value)


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment.astimezone(UTC)
