"""Receipts and inbound messages on their way to the product: signed, repeated with growing pauses, all recorded."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import time
from dataclasses import dataclass
from functools import partial

from campaigns.carrier import agenda, outgoing, record

# Pauses before the tries after the first; after the last the event is given up. About five minutes in all.
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0, 30.0, 60.0, 60.0)
TIMEOUT_S = 15.0
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
HANDS = 24
PER_HOST = 12


@dataclass(slots=True)
class Event:
    """One thing to report."""

    event_id: str
    subject_id: str
    type: str
    url: str
    body: bytes
    duplicate: bool = False
    forged: bool = False
    tries: int = 0


class Reporter:
    """Reports events until they are answered with 2xx or given up."""

    def __init__(self, *, book: record.Record, secret: str) -> None:
        self._book = book
        self._secret = secret.encode()
        self._agenda = agenda.Agenda(hands=HANDS)
        self._caller = outgoing.Caller(per_host=PER_HOST, timeout_s=TIMEOUT_S, limit_bytes=65_536)

    def entry(self, event: Event, *, at: float, withheld: bool) -> record.Statement:
        """The statement that puts an event into the record, to be written with what it reports."""
        state = "withheld" if withheld else "waiting"
        return (
            "INSERT OR IGNORE INTO receipt (event_id, subject_id, type, url, body, made_at, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (event.event_id, event.subject_id, event.type, event.url, event.body.decode(), at, state),
        )

    def send(self, event: Event, *, delay_s: float = 0.0) -> None:
        """Report an event whose entry is queued for the record."""
        self._agenda.add(delay_s=delay_s, work=partial(self._try, event))

    async def resume(self) -> None:
        """After a restart: go on with what had not been answered."""
        for row in await self._book.read(_waiting):
            self.send(Event(row["event_id"], row["subject_id"], row["type"], row["url"], row["body"].encode()))

    async def stop(self) -> None:
        """Stop trying; what waits stays in the record."""
        await self._agenda.stop()
        self._caller.close()

    async def _try(self, event: Event) -> None:
        # A receipt that the record does not hold yet could be lost in a kill after the product has seen it.
        await self._book.committed()
        if event.forged:
            event.forged = False
            await self._post(event, forged=True)
        answered = await self._post(event, forged=False)
        if answered and event.duplicate:
            event.duplicate = False
            await self._post(event, forged=False)
        if answered:
            self._end(event, "done")
        elif event.tries < len(PAUSES_S):
            event.tries += 1
            self.send(event, delay_s=PAUSES_S[event.tries - 1])
        else:
            self._end(event, "given_up")

    async def _post(self, event: Event, *, forged: bool) -> bool:
        at, mono = time.time(), time.monotonic()
        status: int | None = None
        error = ""
        try:
            answer = await self._caller.call(
                method="POST", url=event.url, headers=self._headers(event.body, at, forged), body=event.body
            )
            status = answer.status
        except outgoing.CallFailed as failure:
            error = str(failure)
        self._book.write(
            (
                "INSERT INTO receipt_try (event_id, at, mono, seconds, status, error, forged)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (event.event_id, at, mono, time.monotonic() - mono, status, error, int(forged)),
            )
        )
        return status is not None and 200 <= status < 300

    def _headers(self, body: bytes, at: float, forged: bool) -> dict[str, str]:
        stamp = str(int(at))
        secret = b"not the secret" if forged else self._secret
        digest = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "Sandbox-Timestamp": stamp,
            "Sandbox-Signature": f"v1={digest}",
        }

    def _end(self, event: Event, state: str) -> None:
        self._book.write(
            ("UPDATE receipt SET state = ?, ended_at = ? WHERE event_id = ?", (state, time.time(), event.event_id))
        )


def body_of(content: dict[str, object]) -> bytes:
    """The bytes that are signed and sent."""
    return _ENCODER.encode(content).encode()


def _waiting(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    return connection.execute("SELECT * FROM receipt WHERE state = 'waiting' ORDER BY seq").fetchall()
