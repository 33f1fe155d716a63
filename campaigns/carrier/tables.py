"""The tables of the record. Times: `_at` is wall time in seconds, `_mono` the machine's monotonic clock."""

from __future__ import annotations

TABLES = """
-- Every POST of a message that was read, whatever became of it. answered_at stays empty where no answer left.
CREATE TABLE IF NOT EXISTS call (
    seq INTEGER PRIMARY KEY, received_at REAL NOT NULL, received_mono REAL NOT NULL,
    account TEXT NOT NULL, from_number TEXT NOT NULL, to_phone TEXT NOT NULL, reference TEXT NOT NULL,
    body TEXT NOT NULL, answer TEXT NOT NULL, status INTEGER NOT NULL, code INTEGER,
    message_id TEXT, answered_at REAL, answered_mono REAL
);
CREATE INDEX IF NOT EXISTS call_reference ON call (reference);
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, from_number TEXT NOT NULL,
    to_phone TEXT NOT NULL, text TEXT NOT NULL, media_url TEXT, kind TEXT NOT NULL, reference TEXT NOT NULL,
    callback_url TEXT NOT NULL, parts INTEGER NOT NULL, fate TEXT NOT NULL,
    status TEXT NOT NULL, code INTEGER, accepted_at REAL NOT NULL, sent_at REAL, ended_at REAL, media_id TEXT
);
CREATE INDEX IF NOT EXISTS message_reference ON message (reference);
CREATE INDEX IF NOT EXISTS message_phone ON message (to_phone, seq);
CREATE INDEX IF NOT EXISTS message_open ON message (seq) WHERE ended_at IS NULL;
CREATE TABLE IF NOT EXISTS reply (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, from_phone TEXT NOT NULL,
    to_number TEXT NOT NULL, text TEXT NOT NULL, written_at REAL NOT NULL, media TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS reply_phone ON reply (from_phone, seq);
CREATE TABLE IF NOT EXISTS phone (
    phone TEXT PRIMARY KEY, messages INTEGER NOT NULL, last_at REAL NOT NULL, last_text TEXT NOT NULL,
    last_direction TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS phone_last ON phone (last_at);
CREATE TABLE IF NOT EXISTS media (
    id TEXT PRIMARY KEY, content_type TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
    content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS fetch (
    seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL,
    at REAL NOT NULL, mono REAL NOT NULL, seconds REAL NOT NULL, status INTEGER, content_type TEXT,
    bytes INTEGER, sha256 TEXT, error TEXT
);
CREATE INDEX IF NOT EXISTS fetch_message ON fetch (message_id);
-- What is to be reported, and when that ended (done: answered with 2xx; given_up; withheld on purpose).
CREATE TABLE IF NOT EXISTS receipt (
    seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, subject_id TEXT NOT NULL, type TEXT NOT NULL,
    url TEXT NOT NULL, body TEXT NOT NULL, made_at REAL NOT NULL, state TEXT NOT NULL, ended_at REAL
);
CREATE INDEX IF NOT EXISTS receipt_subject ON receipt (subject_id);
CREATE INDEX IF NOT EXISTS receipt_open ON receipt (seq) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS receipt_try (
    seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL, at REAL NOT NULL, mono REAL NOT NULL,
    seconds REAL NOT NULL, status INTEGER, error TEXT, forged INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS receipt_try_event ON receipt_try (event_id);
CREATE TABLE IF NOT EXISTS account (account TEXT PRIMARY KEY, webhook_url TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
