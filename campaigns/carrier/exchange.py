"""What a carrier does with messages: take them, carry them, report. Knows nothing of HTTP faces."""

from __future__ import annotations

import itertools
import json
import random
import secrets
import sqlite3
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache, partial

from campaigns.carrier import agenda, behaviour, codes, fetching, record, reporting

DELIVERY_HANDS = 32
# How much later the 'sent' of a shuffled message is reported than its end.
SHUFFLED_S = 0.05
NOT_TAKEN: dict[str, int] = {
    "reject": codes.BAD_NUMBER,
    "opted_out": codes.OPTED_OUT,
    "not_authorised": codes.NOT_AUTHORISED,
    "sender_refused": codes.SENDER_CANNOT_MMS,
    "throttle": codes.TOO_FAST,
    "unavailable": codes.UNAVAILABLE,
    "server_error": codes.SERVER_ERROR,
}


@dataclass(slots=True)
class Message:
    """One message as it was asked for; `id` and `fate` are ours."""

    account: str
    from_number: str
    to_phone: str
    text: str
    media_url: str | None
    kind: str
    reference: str
    callback_url: str
    parts: int
    id: str = ""
    fate: behaviour.Fate = field(default_factory=lambda: behaviour.Fate(behaviour.ACCEPT))


@dataclass(frozen=True, slots=True)
class File:
    """A file sent along with a reply."""

    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A message from a phone; an empty account is found from earlier traffic."""

    account: str
    from_phone: str
    to_number: str
    text: str
    files: tuple[File, ...]


class Exchange:
    """The carrier itself."""

    def __init__(self, *, book: record.Record, secret: str, seed: int | None) -> None:
        self._book = book
        self._dice = random.Random(seed)  # noqa: S311 - faults, not secrets
        self._reporter = reporting.Reporter(book=book, secret=secret)
        self._fetcher = fetching.Fetcher(book=book)
        self._agenda = agenda.Agenda(hands=DELIVERY_HANDS)
        self._calls = 0
        self._boot = secrets.token_hex(8)
        self._ids = itertools.count(1)
        self.behaviour = behaviour.Behaviour()

    async def resume(self) -> None:
        """After a start: the behaviour as it was set, and everything that was under way."""
        stored = await self._book.read(_stored_behaviour)
        if stored is not None:
            self.behaviour = behaviour.changed(self.behaviour, json.loads(stored))
        self._calls = await self._book.read(_last_call)
        # Receipts first: what the messages below add to them must not be found waiting and sent twice.
        await self._reporter.resume()
        for row in await self._book.read(_open_messages):
            message = _restored(row)
            if row["status"] == "accepted":
                self._agenda.add(delay_s=0, work=partial(self._sent, message))
            else:
                self._agenda.add(delay_s=0, work=partial(self._carry, message))

    async def stop(self) -> None:
        """Begin nothing more; what is under way stays in the record."""
        await self._agenda.stop()
        await self._reporter.stop()
        self._fetcher.close()

    async def set_behaviour(self, changes: dict[str, object]) -> None:
        """Change the named settings and keep them. Raises `behaviour.Unfit`."""
        self.behaviour = behaviour.changed(self.behaviour, changes)
        value = json.dumps(behaviour.as_dict(self.behaviour))
        self._book.write(("INSERT OR REPLACE INTO setting (name, value) VALUES ('behaviour', ?)", (value,)))
        await self._book.committed()

    def latency_s(self) -> float:
        """The time to the next answer."""
        return behaviour.latency_s(self.behaviour, dice=self._dice)

    def next_call(self) -> int:
        """The number of the next call in the record, in order of arrival."""
        self._calls += 1
        return self._calls

    def receive(self, message: Message) -> list[record.Statement]:
        """Decide what becomes of a message; if it is taken it gets an id and goes its way.

        Returns the statements that must be on disk before any answer leaves.
        """
        message.fate = behaviour.decide(self.behaviour, to_phone=message.to_phone, dice=self._dice)
        if not behaviour.TAKEN[message.fate.answer]:
            return []
        message.id = self._new_id("MM" if message.kind == "mms" else "SM")
        self._agenda.add(delay_s=self.behaviour.receipt_delay_ms / 1000, work=partial(self._sent, message))
        return _accepted(message, time.time())

    def write_reply(self, *, reply: Reply, account: str, webhook_url: str, base_url: str) -> str:
        """A message from a phone to one of the product's numbers, reported at once. Returns its id."""
        reply_id = self._new_id("IM")
        event_id = f"{reply_id}.received"
        now = time.time()
        kept = [fetching.keep(content_type=file.content_type, content=file.content) for file in reply.files]
        content: dict[str, object] = {
            "event_id": event_id,
            "type": "message.received",
            "id": reply_id,
            "from": reply.from_phone,
            "to": reply.to_number,
            "text": reply.text,
            "media": [
                {
                    "url": f"{base_url}/v1/media/{media_id}",
                    "content_type": file.content_type,
                    "bytes": len(file.content),
                }
                for file, (_, media_id) in zip(reply.files, kept, strict=True)
            ],
            "at": iso(now),
        }
        event = reporting.Event(event_id, reply_id, "message.received", webhook_url, reporting.body_of(content))
        media_ids = json.dumps([media_id for _, media_id in kept])
        self._book.write(
            *(statement for statement, _ in kept),
            (
                "INSERT INTO reply (id, account, from_phone, to_number, text, written_at, media)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (reply_id, account, reply.from_phone, reply.to_number, reply.text, now, media_ids),
            ),
            _touch(reply.from_phone, now, reply.text, "written"),
            self._reporter.entry(event, at=now, withheld=False),
        )
        self._reporter.send(event)
        return reply_id

    def _new_id(self, prefix: str) -> str:
        """Never given before: random for each start, then counted."""
        return f"{prefix}{self._boot}{next(self._ids):016x}"

    async def _sent(self, message: Message) -> None:
        now = time.time()
        event = self._event(message, "sent", None, now)
        self._book.write(
            ("UPDATE message SET status = 'sent', sent_at = ? WHERE id = ?", (now, message.id)),
            *self._entry(message, event, now),
        )
        wait_s = self.behaviour.delivery_delay_ms / 1000
        self._agenda.add(delay_s=wait_s, work=partial(self._carry, message))
        self._report(message, event, delay_s=wait_s + SHUFFLED_S if message.fate.shuffled else 0.0)

    async def _carry(self, message: Message) -> None:
        """Fetch what belongs to the message and end its way."""
        code: int | None = codes.UNREACHABLE_PHONE if message.fate.fail else None
        media_id: str | None = None
        if message.media_url and self.behaviour.fetch_media:
            try:
                media_id = await self._fetcher.obtain(
                    message_id=message.id,
                    url=message.media_url,
                    from_number=message.from_number,
                    text_bytes=len(message.text.encode()),
                )
            except fetching.Unfetched as failure:
                code = failure.code
        now = time.time()
        status = "delivered" if code is None else "failed"
        event = self._event(message, status, code, now)
        self._book.write(
            (
                "UPDATE message SET status = ?, code = ?, ended_at = ?, media_id = ? WHERE id = ?",
                (status, code, now, media_id, message.id),
            ),
            *self._entry(message, event, now),
        )
        self._report(message, event, delay_s=0.0)

    def _event(self, message: Message, status: str, code: int | None, now: float) -> reporting.Event:
        event_id = f"{message.id}.{status}"
        content: dict[str, object] = {
            "event_id": event_id,
            "type": f"message.{status}",
            "id": message.id,
            "reference": message.reference,
            "to": message.to_phone,
            "from": message.from_number,
            "code": code,
            "message": "" if code is None else codes.WORDS[code],
            "at": iso(now),
        }
        return reporting.Event(
            event_id,
            message.id,
            f"message.{status}",
            message.callback_url,
            reporting.body_of(content),
            duplicate=message.fate.duplicate,
            forged=message.fate.forged,
        )

    def _entry(self, message: Message, event: reporting.Event, now: float) -> list[record.Statement]:
        if not self.behaviour.receipts or not message.callback_url:
            return []
        return [self._reporter.entry(event, at=now, withheld=message.fate.lost)]

    def _report(self, message: Message, event: reporting.Event, *, delay_s: float) -> None:
        if self.behaviour.receipts and message.callback_url and not message.fate.lost:
            self._reporter.send(event, delay_s=delay_s)


def iso(moment: float) -> str:
    """A wall time as it stands in answers and events: UTC, milliseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _accepted(message: Message, now: float) -> list[record.Statement]:
    return [
        (
            "INSERT INTO message (id, account, from_number, to_phone, text, media_url, kind, reference, callback_url,"
            " parts, fate, status, accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted', ?)",
            (
                message.id,
                message.account,
                message.from_number,
                message.to_phone,
                message.text,
                message.media_url,
                message.kind,
                message.reference,
                message.callback_url,
                message.parts,
                _fate_text(message.fate),
                now,
            ),
        ),
        _touch(message.to_phone, now, message.text, "received"),
    ]


@cache
def _fate_text(fate: behaviour.Fate) -> str:
    return json.dumps(asdict(fate))


def _touch(phone: str, now: float, text: str, direction: str) -> record.Statement:
    return (
        "INSERT INTO phone (phone, messages, last_at, last_text, last_direction) VALUES (?, 1, ?, ?, ?)"
        " ON CONFLICT (phone) DO UPDATE SET messages = messages + 1, last_at = excluded.last_at,"
        " last_text = excluded.last_text, last_direction = excluded.last_direction",
        (phone, now, text[:160], direction),
    )


def _stored_behaviour(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM setting WHERE name = 'behaviour'").fetchone()
    return None if row is None else str(row["value"])


def _last_call(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM call").fetchone()[0])


def _open_messages(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    return connection.execute("SELECT * FROM message WHERE ended_at IS NULL ORDER BY seq").fetchall()


def _restored(row: sqlite3.Row) -> Message:
    names = ("account", "from_number", "to_phone", "text", "media_url", "kind", "reference", "callback_url", "parts")
    return Message(**{name: row[name] for name in names}, id=row["id"], fate=behaviour.Fate(**json.loads(row["fate"])))
