"""The record: one SQLite file, one writing thread that commits for many at once, one reading thread.

`write` queues statements, `committed` waits until all that was queued before is on disk (WAL, synchronous FULL).
A record that cannot be written is no witness: the first failure is handed to `on_failure` and nothing is
confirmed any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from campaigns.carrier import tables

T = TypeVar("T")
Statement = tuple[str, tuple[object, ...]]

# Statements that come within this time share one commit.
GATHER_S = 0.003


class RecordFailed(Exception):
    """The record can no longer be written."""


class Record:
    """Open with `open`, end with `close`, both from the event loop's thread."""

    def __init__(self, *, path: str, on_failure: Callable[[Exception], None]) -> None:
        self._path = path
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._statements: list[Statement] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._ending = False
        self._failed = False
        self._thread = threading.Thread(target=self._commit_batches, name="record")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read")

    def open(self) -> None:
        """Make or open the file. Raises sqlite3.Error where it is no record."""
        self._loop = asyncio.get_running_loop()
        self._writing = self._connect()
        self._writing.executescript(tables.TABLES)
        self._reading = self._connect()
        self._reading.execute("PRAGMA query_only=ON")
        self._reading.row_factory = sqlite3.Row
        self._thread.start()

    def write(self, *statements: Statement) -> None:
        """Queue statements that belong together: they are committed together or not at all."""
        with self._lock:
            self._statements.extend(statements)
        self._wake.set()

    async def committed(self) -> None:
        """Return when everything queued so far is on disk. Raises `RecordFailed`."""
        if self._failed:
            raise RecordFailed
        waiting = self._loop.create_future()
        with self._lock:
            self._waiting.append(waiting)
        self._wake.set()
        await waiting

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the committed record in the reading thread."""
        return await self._loop.run_in_executor(self._reader, question, self._reading)

    async def close(self) -> None:
        """Commit what is queued and close the file."""
        self._ending = True
        self._wake.set()
        await self._loop.run_in_executor(self._reader, self._thread.join)
        self._reader.shutdown()
        self._reading.close()
        self._writing.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, cached_statements=64)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=10000")
        return connection

    def _commit_batches(self) -> None:
        while True:
            self._wake.wait()
            if not self._ending:
                time.sleep(GATHER_S)
            self._wake.clear()
            with self._lock:
                statements, self._statements = self._statements, []
                waiting, self._waiting = self._waiting, []
            failure = self._commit(statements) if statements and not self._failed else None
            if failure is not None:
                self._failed = True
                self._loop.call_soon_threadsafe(self._on_failure, failure)
            if waiting:
                self._loop.call_soon_threadsafe(self._settle, waiting)
            if self._ending and not self._statements:
                return

    def _commit(self, statements: list[Statement]) -> Exception | None:
        try:
            self._writing.execute("BEGIN IMMEDIATE")
            for sql, values in statements:
                self._writing.execute(sql, values)
            self._writing.execute("COMMIT")
        except Exception as error:  # whatever it was: what is not written must not be confirmed
            with contextlib.suppress(sqlite3.Error):
                self._writing.execute("ROLLBACK")
            return error
        return None

    def _settle(self, waiting: list[asyncio.Future[None]]) -> None:
        for future in waiting:
            if future.done():
                continue
            if self._failed:
                future.set_exception(RecordFailed())
            else:
                future.set_result(None)
