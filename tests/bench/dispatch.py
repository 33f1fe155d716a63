"""A drain at full speed, against a bare aiohttp client of the same carrier: 50 ms an answer, 100 requests in flight."""

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import aiohttp
import servers
from bench import crowd, measure
from django.db.models import Max, Min
from django.test import override_settings

from campaigns import states
from campaigns.models import Message
from campaigns.sending import drain

LATENCY_MS = 50
IN_FLIGHT = 100
PEOPLE = 20_000
NUMBERS = 20
ON = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Spent:
    """What so many hand-overs took: seconds on the clock from the first to the last answer, and CPU seconds of ours."""

    wall_s: float
    cpu_s: float


@contextlib.contextmanager
def carrier() -> Iterator[str]:
    """The lean carrier in a process of its own; yields its address."""
    port = servers.free_port()
    command = [sys.executable, str(Path(__file__).with_name("lean_carrier.py")), str(port), str(LATENCY_MS)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        servers.wait_for(lambda: socket.create_connection(("127.0.0.1", port), 1).close() or True, what="the carrier")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def ours(address: str) -> Spent:
    """A run of PEOPLE by numbers whose rates together are above what the carrier takes."""
    run = crowd.running(PEOPLE, numbers=NUMBERS, rate="400.00", text="Hi {{ ${first_name} | default: 'there' }}")
    settings = override_settings(SANDBOX=True, SANDBOX_URL=address, SANDBOX_SECRET="bench")
    with settings, mock.patch.object(drain, "IN_FLIGHT", IN_FLIGHT):
        before = time.process_time()
        while drain.run(should_stop=lambda: False, seconds=60).more:
            pass
        cpu_s = time.process_time() - before
    taken = Message.objects.filter(run=run, state=states.Message.ACCEPTED)
    assert taken.count() == PEOPLE
    moments = taken.aggregate(first=Min("handed_over_at"), last=Max("settled_at"), left=Max("handed_over_at"))
    return Spent((moments["left"] - moments["first"]).total_seconds() + LATENCY_MS / 1_000, cpu_s)


def bare(address: str) -> Spent:
    """The same POSTs by the leanest client that uses the same library."""
    message = {"account": "bench", "from": "+14155550100", "to": "+12125550100", "kind": "sms", "media_url": None}
    text = {
        "text": "Acme: Hi there\nReply STOP to end",
        "reference": "r" * 22,
        "callback_url": address + "/" + "t" * 60,
    }
    body = json.dumps(message | text).encode()
    headers = {"Authorization": "Bearer bench", "Content-Type": "application/json"}

    async def worker(session: aiohttp.ClientSession, share: int) -> None:
        for _ in range(share):
            async with session.post(f"{address}/v1/messages", data=body, headers=headers) as answer:
                json.loads(await answer.read())

    async def all_of_them() -> None:
        connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
            await asyncio.gather(*(worker(session, PEOPLE // IN_FLIGHT) for _ in range(IN_FLIGHT)))

    cpu, wall = time.process_time(), time.perf_counter()
    asyncio.run(all_of_them())
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def rows() -> Iterator[measure.Row]:
    with carrier() as address:
        lean, full = bare(address), ours(address)
    yield measure.Row("dispatch", round(PEOPLE / full.wall_s), "messages/s", round(PEOPLE / lean.wall_s))
    yield measure.Row("dispatch_cpu", round(PEOPLE / full.cpu_s), "messages/CPU s", round(PEOPLE / lean.cpu_s))
