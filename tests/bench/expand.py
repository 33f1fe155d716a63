"""Freezing a million people into messages, against one bare `INSERT ... SELECT` of the very rows it wrote."""

from collections.abc import Iterator
from datetime import UTC, datetime

import factories
from bench import crowd, measure
from django.db import connection, transaction

from campaigns.audience import expand
from campaigns.models import Message, Run

PEOPLE = 1_000_000
ON = ("sqlite", "postgresql")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def copy(run: Run, into: Run) -> None:
    """The rows of a run once more, as the messages of another one."""
    names = [field.column for field in Message._meta.concrete_fields if not field.primary_key]
    quoted = ", ".join(names)
    values = ", ".join("%s" if name == "run_id" else name for name in names)
    table = Message._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} WHERE run_id = %s", [into.pk, run.pk]
        )
        assert cursor.rowcount == PEOPLE


def rows() -> Iterator[measure.Row]:
    group = factories.group()
    factories.number(group=group)
    crowd.subscribe(group, PEOPLE)
    campaign = factories.campaign(group=group, picture=factories.rendition())
    expanded: list[Run] = []

    def act() -> None:
        expanded.append(factories.run(campaign))
        assert expand.run(run=expanded[-1], now=NOW) == PEOPLE

    def bare() -> None:
        copy(expanded[-1], factories.run(campaign))

    yield measure.rate("expand", "people/s", PEOPLE, act, bare, rounds=2)
