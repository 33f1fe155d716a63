"""Freeze people into messages: one row each, waiting or left out with a reason, in chunks that can be carried on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, FilteredRelation, Max, Q, QuerySet

from campaigns import states
from campaigns.audience import matching, shares
from campaigns.lifecycle import tallies
from campaigns.models import Message, Run
from subscriptions.models import Contact, SenderNumber

CHUNK = 20_000


def run(*, run: Run, now: datetime) -> int:
    """Write the messages of a run and return how many people wait to be sent to.

    Each chunk is one `INSERT ... SELECT`, its tallies and the mark of how far it went, in one transaction: cut off
    anywhere, the next call carries on behind the last chunk and nobody is planned twice.
    """
    people = matching.people(group=run.campaign.group, audience=run.campaign.audience).order_by("pk")
    numbers = _numbers(run)
    while _chunk(run, people, numbers, now):
        pass
    Run.objects.filter(pk=run.pk, expanded_at__isnull=True).update(expanded_at=now)
    run.refresh_from_db(fields=["planned", "expanded_through", "expanded_at"])
    return Message.objects.filter(run=run, state=states.Message.PENDING).count()


def _numbers(run: Run) -> list[SenderNumber]:
    """The numbers that share this run: with media the MMS-enabled ones, without any that can reach a phone by text."""
    usable = SenderNumber.objects.usable().filter(group_id=run.campaign.group_id)
    if run.revision.rendition_id is not None:
        return list(usable.filter(is_mms_enabled=True).order_by("pk"))
    return list(usable.exclude(kind=SenderNumber.Kind.ALPHANUMERIC).order_by("pk"))


def _chunk(run: Run, people: QuerySet[Contact], numbers: Sequence[SenderNumber], now: datetime) -> bool:
    with transaction.atomic():
        through = Run.objects.select_for_update().values_list("expanded_through", flat=True).get(pk=run.pk)
        chunk = people.filter(pk__gt=through)
        last = chunk.order_by("pk").values("pk")[:CHUNK].aggregate(last=Max("pk"))["last"]
        if last is None:
            return False
        before = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        _insert(run, _rows(run, chunk.filter(pk__lte=last), through, last), numbers, now)
        shifts = _shifts(run.pk, before)
        tallies.apply(shifts)
        Run.objects.filter(pk=run.pk).update(
            expanded_through=last, planned=F("planned") + sum(shift.count for shift in shifts)
        )
    return True


def _rows(run: Run, chunk: QuerySet[Contact], after: int, last: int) -> QuerySet[Contact, tuple[Any, ...]]:
    """What has to be known of each person: who, phone, consent, way, exclusion, and the number they know."""
    # The bounds stand here once more: no planner carries them over to the other side of a join.
    known = Q(
        sticky_numbers__group=run.campaign.group_id,
        sticky_numbers__contact__gt=after,
        sticky_numbers__contact__lte=last,
    )
    return chunk.annotate(known=FilteredRelation("sticky_numbers", condition=known)).values_list(
        "pk", "phone", "standing_consent", "route", "exclusion", "known__number_id"
    )


def _insert(run: Run, rows: QuerySet[Contact, Any], numbers: Sequence[SenderNumber], now: datetime) -> None:
    people, parameters = rows.query.sql_with_params()
    waits = "chosen.exclusion = ''" if numbers else "false"
    stamp = f"CAST(%s AS {'timestamptz' if connection.vendor == 'postgresql' else 'text'})"
    at = connection.ops.adapt_datetimefield_value(now)
    rendition = run.revision.rendition_id
    columns: dict[str, tuple[str, list[Any]]] = {
        "kind": ("%s", [Message.Kind.CAMPAIGN.value]),
        "run_id": ("CAST(%s AS bigint)", [run.pk]),
        "revision_id": ("CAST(%s AS bigint)", [run.revision_id]),
        "group_id": ("CAST(%s AS bigint)", [run.campaign.group_id]),
        "contact_id": ("chosen.contact_id", []),
        "number_id": (f"CASE WHEN {waits} THEN {shares.expression(numbers)} END", []),
        "to_phone": ("chosen.phone", []),
        "consent_id": ("chosen.consent_id", []),
        "rendition_id": ("CAST(%s AS bigint)", [rendition]),
        "sent_as": ("chosen.route" if rendition is not None else f"'{Message.SentAs.TEXT}'", []),
        "state": (f"CASE WHEN {waits} THEN '{states.Message.PENDING}' ELSE '{states.Message.SKIPPED}' END", []),
        "reason": ("chosen.exclusion" if numbers else "coalesce(nullif(chosen.exclusion, ''), 'no_number')", []),
        "settled_at": (f"CASE WHEN {waits} THEN NULL ELSE {stamp} END", [at]),
        "created_at": (stamp, [at]),
        # What the claim and the answer fill in later.
        **{column: ("''", []) for column in ("body", "claim", "provider_id")},
        "parts": ("1", []),
        "tries": ("0", []),
    }
    given = [value for _, values in columns.values() for value in values]
    with connection.cursor() as cursor:
        # Materialized: what is asked about a person is asked once, however often the columns name it.
        # The WHERE tells SQLite's parser that ON CONFLICT is not a join condition.
        cursor.execute(
            f"WITH chosen (contact_id, phone, consent_id, route, exclusion, sticky) AS MATERIALIZED ({people}) "
            f"INSERT INTO campaigns_message ({', '.join(columns)}) "
            f"SELECT {', '.join(expression for expression, _ in columns.values())} FROM chosen "
            "WHERE true ON CONFLICT (run_id, to_phone) DO NOTHING",
            [*parameters, *given],
        )


def _shifts(run_id: int, before: int) -> list[tallies.Shift]:
    """What was really written, by number, state and reason."""
    written = Message.objects.filter(pk__gt=before, run_id=run_id).order_by()
    rows = written.values_list("number_id", "state", "reason").annotate(n=Count("pk"))
    return [
        tallies.Shift(run_id, number_id, to_state=state, to_reason=reason, count=n)
        for number_id, state, reason, n in rows
    ]
