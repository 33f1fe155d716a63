"""`SANDBOX_SECRET=… python -m campaigns.carrier --port 8100 --database var/carrier.sqlite3`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sqlite3
import sys

from campaigns.carrier import api, exchange, record, server

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Answers under way may still leave after a stop was asked for.
GRACE_S = 2.0


def main() -> int:
    """Run until SIGTERM or SIGINT. 2: refused to start; 1: the record could not be kept."""
    parser = argparse.ArgumentParser(prog="python -m campaigns.carrier", description="The sandbox carrier.")
    parser.add_argument("--host", default="127.0.0.1", choices=LOOPBACK)
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--database", required=True, help="its own SQLite file, made if missing")
    parser.add_argument("--seed", type=int, default=None, help="makes the faults repeatable")
    options = parser.parse_args()
    secret = os.environ.get("SANDBOX_SECRET", "")
    if os.environ.get("MMSADMIN_ENV") == "production":
        return _refuse("the sandbox carrier does not run in production")
    if len(secret) < 16:
        return _refuse("SANDBOX_SECRET needs at least 16 characters")
    try:
        return asyncio.run(_serve(options, secret))
    except (OSError, sqlite3.Error) as error:
        return _refuse(str(error))


async def _serve(options: argparse.Namespace, secret: str) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    failures: list[Exception] = []

    def failed(error: Exception) -> None:
        failures.append(error)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    book = record.Record(path=options.database, on_failure=failed)
    book.open()
    carrier = exchange.Exchange(book=book, secret=secret, seed=options.seed)
    face = api.Api(carrier=carrier, book=book, secret=secret)
    listening = server.Server(handler=face.handle, body_limit=api.body_limit)
    try:
        port = await listening.start(host=options.host, port=options.port)
        face.base_url = f"http://{'[::1]' if options.host == '::1' else options.host}:{port}"
        await carrier.resume()
        sys.stdout.write(f"carrier ready on {options.host}:{port}\n")
        sys.stdout.flush()
        await stop.wait()
        await listening.stop(grace_s=GRACE_S)
        await carrier.stop()
    finally:
        await book.close()
    if failures:
        sys.stderr.write(f"carrier: the record cannot be written: {failures[0]}\n")
    return 1 if failures else 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"carrier: {why}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
