"""The record: one SQLite file, written in batches that many wait for together, read beside it.

`write` queues statements, `committed` waits until all that was queued before is on disk (WAL, synchronous FULL).
A record that cannot be written is no witness: the first failure is handed to `on_failure` and nothing is
confirmed any more.

Statements run in the loop's own thread and only the commit, which waits for the disk, in another: two threads
that both run Python for every statement would spend more time handing over the interpreter than writing.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from campaigns.carrier import tables

T = TypeVar("T")
Statement = tuple[str, tuple[object, ...]]

# Statements that come within this time share one commit.
GATHER_S = 0.004


class RecordFailed(Exception):
    """The record can no longer be written."""


class Record:
    """Open with `open`, end with `close`; all calls from the event loop's thread."""

    def __init__(self, *, path: str, on_failure: Callable[[Exception], None]) -> None:
        self._path = path
        self._on_failure = on_failure
        self._statements: list[Statement] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._gathering: asyncio.TimerHandle | None = None
        self._committing: asyncio.Task[None] | None = None
        self._failed = False
        self._committer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read")

    def open(self) -> None:
        """Make or open the file. Raises sqlite3.Error where it is no record."""
        self._loop = asyncio.get_running_loop()
        self._writing = self._connect()
        self._writing.executescript(tables.TABLES)
        self._reading = self._connect()
        self._reading.execute("PRAGMA query_only=ON")
        self._reading.row_factory = sqlite3.Row

    def write(self, *statements: Statement) -> None:
        """Queue statements that belong together: they are committed together or not at all."""
        self._statements.extend(statements)
        self._gather()

    async def committed(self) -> None:
        """Return when everything queued so far is on disk. Raises `RecordFailed`."""
        if self._failed:
            raise RecordFailed
        waiting = self._loop.create_future()
        self._waiting.append(waiting)
        self._gather()
        await waiting

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the committed record in a thread of its own."""
        return await self._loop.run_in_executor(self._reader, question, self._reading)

    async def close(self) -> None:
        """Commit what is queued and close the file."""
        while not self._failed and (self._statements or self._waiting or self._committing):
            await self.committed()
        if self._gathering is not None:
            self._gathering.cancel()
        self._committer.shutdown()
        self._reader.shutdown()
        self._reading.close()
        self._writing.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, cached_statements=64)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=10000")
        return connection

    def _gather(self) -> None:
        if self._gathering is None and self._committing is None:
            self._gathering = self._loop.call_later(GATHER_S, self._begin)

    def _begin(self) -> None:
        self._gathering = None
        self._committing = self._loop.create_task(self._commit())

    async def _commit(self) -> None:
        statements, self._statements = self._statements, []
        waiting, self._waiting = self._waiting, []
        try:
            if statements and not self._failed:
                self._writing.execute("BEGIN IMMEDIATE")
                for sql, values in statements:
                    self._writing.execute(sql, values)
                await self._loop.run_in_executor(self._committer, self._writing.execute, "COMMIT")
        except Exception as error:  # whatever it was: what is not written must not be confirmed
            self._failed = True
            with contextlib.suppress(sqlite3.Error):
                self._writing.execute("ROLLBACK")
            self._on_failure(error)
        self._committing = None
        for future in waiting:
            if future.done():
                continue
            if self._failed:
                future.set_exception(RecordFailed())
            else:
                future.set_result(None)
        if self._statements or self._waiting:
            self._gather()
