"""How many messages the broker carries for a million people: bells and nothing else. Lower is better."""

import threading
from collections import Counter
from collections.abc import Iterator

from bench import crowd, dispatch, measure
from celery import signals
from django.db import connections
from django.test import override_settings

from campaigns import tasks
from campaigns.models import Message
from campaigns.sending import drain

PEOPLE = 20_000
MILLION = 1_000_000
AIM = 10_000


def rows() -> Iterator[measure.Row]:
    rung: Counter[str] = Counter(["campaigns.tasks.begin", "campaigns.tasks.drain"])

    def count(sender: str, **_: object) -> None:
        rung[sender] += 1

    run = crowd.running(PEOPLE, numbers=dispatch.NUMBERS, rate="400.00")
    over = threading.Event()

    def ticks() -> None:
        while not over.wait(1.0):
            tasks.tick()
        connections.close_all()

    ticking = threading.Thread(target=ticks)
    with dispatch.carrier() as address:
        signals.before_task_publish.connect(count)
        ticking.start()
        try:
            with override_settings(SANDBOX=True, SANDBOX_URL=address, SANDBOX_SECRET="bench"):
                while drain.run(should_stop=lambda: False).more:
                    rung["campaigns.tasks.drain"] += 1
        finally:
            over.set()
            ticking.join()
            signals.before_task_publish.disconnect(count)
    assert not Message.objects.filter(run=run, state="pending").exists()
    yield measure.Row("broker", round(rung.total() * MILLION / PEOPLE), "messages per 1,000,000 people", AIM)
