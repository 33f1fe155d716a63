"""Freezing 100,000 people into messages, against one bare `INSERT ... SELECT` of the very rows it wrote."""

from collections.abc import Iterator
from datetime import UTC, datetime

import factories
from bench import measure
from django.db import connection, transaction

from campaigns.audience import expand
from campaigns.models import Message, Run
from subscriptions.models import ConsentEntry, Contact, Subscription, SubscriptionGroup

PEOPLE = 100_000
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def subscribe(group: SubscriptionGroup, count: int) -> None:
    """That many people with consent, by the thousand: the doors of the product take them one by one."""
    columns = {"country": "US", "is_valid": True, "is_fictitious": True, "created_at": NOW}
    people = Contact.objects.bulk_create(
        [Contact(phone=f"+1212{2_000_000 + serial}", **columns) for serial in range(count)], batch_size=2000
    )
    granted = {"group": group, "action": ConsentEntry.Action.GRANTED, "happened_at": NOW, "recorded_at": NOW}
    entries = ConsentEntry.objects.bulk_create(
        [ConsentEntry(contact=person, source=ConsentEntry.Source.FORM, **granted) for person in people], batch_size=2000
    )
    Subscription.objects.bulk_create(
        [
            Subscription(
                contact=entry.contact, group=group, consent=entry, state=Subscription.State.SUBSCRIBED, since=NOW
            )
            for entry in entries
        ],
        batch_size=2000,
    )


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
    subscribe(group, PEOPLE)
    campaign = factories.campaign(group=group, picture=factories.rendition())
    expanded: list[Run] = []

    def act() -> None:
        expanded.append(factories.run(campaign))
        assert expand.run(run=expanded[-1], now=NOW) == PEOPLE

    def bare() -> None:
        copy(expanded[-1], factories.run(campaign))

    yield measure.rate("expand", "people/s", PEOPLE, act, bare, rounds=2)
