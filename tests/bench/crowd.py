"""Very many people at once, made by the database itself: a row that a factory made, again and again."""

import factories
from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from campaigns import states
from campaigns.audience import expand
from campaigns.models import Message, Run
from campaigns.sending import instance
from subscriptions.models import ConsentEntry, Contact, Subscription, SubscriptionGroup

FIRST = 2_120_000_000


def again(row: Model, source: str, values: list[object], **changes: str) -> int:
    """Insert a row like `row` for each `n` that the query `source` finds; `changes` are SQL by column."""
    fields = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    names, selected = ", ".join(fields), ", ".join(changes.get(name, f"seed.{name}") for name in fields)
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) WITH RECURSIVE source (n) AS ({source})"
            f" SELECT {selected} FROM source CROSS JOIN {table} AS seed WHERE seed.id = %s ORDER BY n",
            [*values, row.pk],
        )
        return int(cursor.rowcount)


def subscribe(group: SubscriptionGroup, count: int) -> None:
    """That many people with consent to a group, each with a phone of their own."""
    first = factories.subscribed(to=group)
    last = Contact.objects.aggregate(last=Max("pk"))["last"]
    with transaction.atomic():
        serial = "SELECT 1 UNION ALL SELECT n + 1 FROM source WHERE n < %s"
        again(first.contact, serial, [count - 1], phone=f"'+1' || ({FIRST + last} + n)")
        again(first.consent, "SELECT id FROM subscriptions_contact WHERE id > %s", [last], contact_id="n")
        held = "SELECT id FROM subscriptions_consententry WHERE contact_id > %s"
        owner = "(SELECT contact_id FROM subscriptions_consententry AS entry WHERE entry.id = n)"
        again(first, held, [last], consent_id="n", contact_id=owner)
    analyse(Contact, ConsentEntry, Subscription)


def running(people: int, *, numbers: int = 1, rate: str = "500.00", text: str = "Hi {{ ${first_name} }}") -> Run:
    """A run to so many people, expanded, that leaves by so many numbers of one group."""
    # While it is empty still: one database after the other is at work here, and a full one would seem restored.
    instance.step(now=timezone.now())
    group = factories.group()
    subscribe(group, people)
    for _ in range(numbers):
        factories.number(group=group, rate=rate)
    run = factories.run(factories.campaign(text=text, group=group, state=states.Campaign.RUNNING))
    run.revision.frozen_at = timezone.now()
    run.revision.save()
    assert expand.run(run=run, now=timezone.now()) == people
    analyse(Message)
    return run


def analyse(*models: type[Model]) -> None:
    """What PostgreSQL does by itself some time after so many changes, and SQLite never."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in models:
                cursor.execute(f"ANALYZE {model._meta.db_table}")
