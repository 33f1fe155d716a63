"""Questions to the record. Each takes the reading connection and gives plain values for an answer."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from campaigns.carrier import exchange

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; empty means any. `after` is the last `seq` already seen, `since` a wall time."""

    reference: str = ""
    from_number: str = ""
    to_phone: str = ""
    subject_id: str = ""
    since: float = 0.0
    after: int = 0
    limit: int = 100

    def where(self, *, time_column: str) -> tuple[str, tuple[object, ...]]:
        """The condition and its values for a table with a reference and numbers."""
        wanted: list[tuple[str, object]] = [
            ("reference = ?", self.reference),
            ("from_number = ?", self.from_number),
            ("to_phone = ?", self.to_phone),
            (f"{time_column} >= ?", self.since),
            ("seq > ?", self.after),
        ]
        used = [(condition, value) for condition, value in wanted if value]
        sql = " AND ".join(condition for condition, _ in used) or "1"
        return sql, tuple(value for _, value in used)


def calls(connection: sqlite3.Connection, *, wanted: Filter) -> list[Row]:
    """Every POST of a message that was read, in order of arrival."""
    sql, values = wanted.where(time_column="received_at")
    rows = connection.execute(
        f"SELECT * FROM call WHERE {sql} ORDER BY seq LIMIT ?",  # noqa: S608 - conditions are constants of Filter
        (*values, wanted.limit),
    )
    return [dict(row) for row in rows]


def messages(connection: sqlite3.Connection, *, wanted: Filter) -> list[Row]:
    """Accepted messages, in order."""
    sql, values = wanted.where(time_column="accepted_at")
    rows = connection.execute(
        f"SELECT * FROM message WHERE {sql} ORDER BY seq LIMIT ?",  # noqa: S608 - conditions are constants of Filter
        (*values, wanted.limit),
    )
    return [_message(row) for row in rows]


def message(connection: sqlite3.Connection, *, message_id: str) -> Row | None:
    """One accepted message."""
    row = connection.execute("SELECT * FROM message WHERE id = ?", (message_id,)).fetchone()
    return None if row is None else _message(row)


def fetches(connection: sqlite3.Connection, *, wanted: Filter) -> list[Row]:
    """Requests for media, of one message or all."""
    return _of_subject(connection, "SELECT * FROM fetch", "message_id", wanted)


def receipts(connection: sqlite3.Connection, *, wanted: Filter) -> list[Row]:
    """Events to report with all their tries, of one message or all."""
    found = _of_subject(connection, "SELECT * FROM receipt", "subject_id", wanted)
    for row in found:
        tries = connection.execute(
            "SELECT at, mono, seconds, status, error, forged FROM receipt_try WHERE event_id = ? ORDER BY seq",
            (row["event_id"],),
        )
        row["tries"] = [dict(one) for one in tries]
    return found


def summary(connection: sqlite3.Connection) -> Row:
    """Counts over the whole record."""

    def grouped(sql: str) -> dict[str, int]:
        return {str(row[0]): row[1] for row in connection.execute(sql)}

    def number(sql: str) -> int:
        return int(connection.execute(sql).fetchone()[0])

    return {
        "calls": number("SELECT count(*) FROM call"),
        "calls_by_answer": grouped("SELECT answer, count(*) FROM call GROUP BY answer"),
        "accepted": number("SELECT count(*) FROM message"),
        "messages_by_status": grouped("SELECT status, count(*) FROM message GROUP BY status"),
        "references_called_twice": number(
            "SELECT count(*) FROM (SELECT 1 FROM call GROUP BY reference HAVING count(*) > 1)"
        ),
        "phones": number("SELECT count(*) FROM phone"),
        "fetches_by_method": grouped("SELECT method, count(*) FROM fetch GROUP BY method"),
        "receipts_by_state": grouped("SELECT state, count(*) FROM receipt GROUP BY state"),
        "receipt_tries": number("SELECT count(*) FROM receipt_try"),
    }


def phones(connection: sqlite3.Connection, *, search: str, offset: int, limit: int) -> Row:
    """Phones whose number holds the digits of `search`, latest first, and how many there are in all."""
    digits = "".join(character for character in search if character.isdigit())
    pattern = f"%{digits}%"
    total = connection.execute("SELECT count(*) FROM phone WHERE phone LIKE ?", (pattern,)).fetchone()[0]
    rows = connection.execute(
        "SELECT * FROM phone WHERE phone LIKE ? ORDER BY last_at DESC, phone LIMIT ? OFFSET ?", (pattern, limit, offset)
    )
    return {"phones": [{**dict(row), "last_at": exchange.iso(row["last_at"])} for row in rows], "total": total}


def conversation(connection: sqlite3.Connection, *, phone: str, limit: int) -> list[Row]:
    """The latest messages on a phone, both ways, oldest first, each with fetches and receipts."""
    received = connection.execute("SELECT * FROM message WHERE to_phone = ? ORDER BY seq DESC LIMIT ?", (phone, limit))
    written = connection.execute("SELECT * FROM reply WHERE from_phone = ? ORDER BY seq DESC LIMIT ?", (phone, limit))
    entries = [(row["accepted_at"], row, "received") for row in received]
    entries += [(row["written_at"], row, "written") for row in written]
    entries.sort(key=lambda entry: entry[0])
    return [_entry(connection, row, direction, at) for at, row, direction in entries[-limit:]]


def media(connection: sqlite3.Connection, *, media_id: str) -> tuple[str, bytes] | None:
    """Type and bytes of a stored file."""
    row = connection.execute("SELECT content_type, content FROM media WHERE id = ?", (media_id,)).fetchone()
    return None if row is None else (row["content_type"], row["content"])


def webhook(connection: sqlite3.Connection, *, account: str) -> str | None:
    """Where inbound messages of an account go."""
    row = connection.execute("SELECT webhook_url FROM account WHERE account = ?", (account,)).fetchone()
    return None if row is None else str(row["webhook_url"])


def account_of(connection: sqlite3.Connection, *, phone: str, number: str) -> str:
    """The account that last wrote from this number to this phone; else the only one there is; else empty."""
    row = connection.execute(
        "SELECT account FROM message WHERE to_phone = ? AND from_number = ? ORDER BY seq DESC LIMIT 1", (phone, number)
    ).fetchone()
    if row is not None:
        return str(row["account"])
    known = connection.execute("SELECT account FROM account LIMIT 2").fetchall()
    return str(known[0]["account"]) if len(known) == 1 else ""


def _of_subject(connection: sqlite3.Connection, select: str, column: str, wanted: Filter) -> list[Row]:
    if wanted.subject_id:
        rows = connection.execute(
            f"{select} WHERE {column} = ? AND seq > ? ORDER BY seq LIMIT ?",
            (wanted.subject_id, wanted.after, wanted.limit),
        )
    else:
        rows = connection.execute(f"{select} WHERE seq > ? ORDER BY seq LIMIT ?", (wanted.after, wanted.limit))
    return [dict(row) for row in rows]


def _message(row: sqlite3.Row) -> Row:
    return {
        "seq": row["seq"],
        "id": row["id"],
        "account": row["account"],
        "from": row["from_number"],
        "to": row["to_phone"],
        "text": row["text"],
        "media_url": row["media_url"],
        "media_id": row["media_id"],
        "kind": row["kind"],
        "reference": row["reference"],
        "parts": row["parts"],
        "status": row["status"],
        "code": row["code"],
        "at": exchange.iso(row["accepted_at"]),
        "sent_at": None if row["sent_at"] is None else exchange.iso(row["sent_at"]),
        "ended_at": None if row["ended_at"] is None else exchange.iso(row["ended_at"]),
    }


def _entry(connection: sqlite3.Connection, row: sqlite3.Row, direction: str, at: float) -> Row:
    of_it = Filter(subject_id=row["id"])
    ours = direction == "received"
    files = ([row["media_id"]] if row["media_id"] else []) if ours else json.loads(row["media"])
    return {
        "id": row["id"],
        "direction": direction,
        "number": row["from_number"] if ours else row["to_number"],
        "text": row["text"],
        "kind": row["kind"] if ours else ("mms" if files else "sms"),
        "status": row["status"] if ours else "written",
        "code": row["code"] if ours else None,
        "at": exchange.iso(at),
        "media": [_file(connection, media_id) for media_id in files],
        "fetches": fetches(connection, wanted=of_it),
        "receipts": receipts(connection, wanted=of_it),
    }


def _file(connection: sqlite3.Connection, media_id: str) -> Row:
    row = connection.execute("SELECT id, content_type, bytes, sha256 FROM media WHERE id = ?", (media_id,)).fetchone()
    return dict(row)
