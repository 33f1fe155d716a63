"""Freeze people into messages: one row each, waiting or left out with a reason, in chunks that can be carried on."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, CharField, Count, F, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Mod

from campaigns import states
from campaigns.audience import matching
from campaigns.lifecycle import tallies
from campaigns.models import Message, Run
from subscriptions.models import Contact, SenderNumber

CHUNK = 20_000
# Two numbers of one group share people by rate: the golden ratio's multiples spread evenly from the first person on.
_GOLDEN = (math.sqrt(5) - 1) / 2

_COLUMNS = (
    "kind",
    "run_id",
    "revision_id",
    "group_id",
    "contact_id",
    "number_id",
    "to_phone",
    "consent_id",
    "rendition_id",
    "sent_as",
    "state",
    "reason",
    "settled_at",
    "created_at",
)
# What the claim and the answer fill in later.
_EMPTY = {"body": "''", "parts": "1", "tries": "0", "claim": "''", "provider_id": "''"}


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
        _insert(_rows(run, chunk.filter(pk__lte=last), numbers, now))
        shifts = _shifts(run.pk, before)
        tallies.apply(shifts)
        Run.objects.filter(pk=run.pk).update(
            expanded_through=last, planned=F("planned") + sum(shift.count for shift in shifts)
        )
    return True


def _rows(
    run: Run, chunk: QuerySet[Contact], numbers: Sequence[SenderNumber], now: datetime
) -> QuerySet[Contact, tuple[Any, ...]]:
    """The message columns of a chunk of people, in the order of _COLUMNS."""
    has_media = run.revision.rendition_id is not None
    left_out = ~Q(exclusion="")
    reason = F("exclusion") if numbers else Case(When(left_out, then=F("exclusion")), default=Value("no_number"))
    waits = Q(exclusion="") if numbers else Q(pk__in=[])
    return chunk.annotate(
        place=_place(numbers),
        m_kind=_text(Message.Kind.CAMPAIGN),
        m_run=_number(run.pk),
        m_revision=_number(run.revision_id),
        m_group=_number(run.campaign.group_id),
        m_number=_share(numbers, waits),
        m_rendition=_number(run.revision.rendition_id),
        m_sent_as=F("route") if has_media else _text(Message.SentAs.TEXT),
        m_state=Case(When(waits, then=_text(states.Message.PENDING)), default=_text(states.Message.SKIPPED)),
        m_reason=reason,
        m_settled=Case(When(waits, then=Value(None)), default=Value(now), output_field=_TIME),
        m_created=Value(now, output_field=_TIME),
    ).values_list(
        "m_kind",
        "m_run",
        "m_revision",
        "m_group",
        "pk",
        "m_number",
        "phone",
        "standing_consent",
        "m_rendition",
        "m_sent_as",
        "m_state",
        "m_reason",
        "m_settled",
        "m_created",
    )


_TIME = Message._meta.get_field("created_at")


def _text(value: str) -> Value:
    return Value(str(value), output_field=CharField())


def _number(value: int | None) -> Cast:
    # PostgreSQL takes a bare NULL of a subselect for a text.
    return Cast(Value(value), output_field=BigIntegerField())


def _share(numbers: Sequence[SenderNumber], waits: Q) -> Case | Cast:
    """Which number each person's message leaves by: by rate, evenly mixed, fixed here; nobody for who is left out."""
    bound, cases = 0, []
    for number in numbers:
        bound += weight(number)
        cases.append(When(waits & Q(place__lt=bound), then=Value(number.pk)))
    return Case(*cases, output_field=IntegerField()) if cases else _number(None)


def _place(numbers: Sequence[SenderNumber]) -> Any:
    """A person's place among the shares. Multiples of the golden ratio spread ids evenly over them from the first one
    on, where the plain remainder would give the first number its whole share before the next gets anybody."""
    total = sum(weight(number) for number in numbers) or 1
    step = next(k for k in range(max(1, round(total * _GOLDEN)), 2 * total + 2) if math.gcd(k, total) == 1)
    return Mod(F("pk") * step, total)


def weight(number: SenderNumber) -> int:
    """A number's share among others, in hundredths of a part per second."""
    return max(1, round(number.rate * 100))


def _insert(rows: QuerySet[Contact, Any]) -> None:
    select, parameters = rows.query.sql_with_params()
    columns = ", ".join([*_COLUMNS, *_EMPTY])
    constants = ", ".join(_EMPTY.values())
    with connection.cursor() as cursor:
        # The outer WHERE tells SQLite's parser that ON CONFLICT is not a join condition.
        cursor.execute(
            f"INSERT INTO campaigns_message ({columns}) SELECT chosen.*, {constants} FROM ({select}) AS chosen "
            "WHERE true ON CONFLICT (run_id, to_phone) DO NOTHING",
            parameters,
        )


def _shifts(run_id: int, before: int) -> list[tallies.Shift]:
    """What was really written, by number, state and reason."""
    written = Message.objects.filter(pk__gt=before, run_id=run_id).order_by()
    rows = written.values_list("number_id", "state", "reason").annotate(n=Count("pk"))
    return [
        tallies.Shift(run_id, number_id, to_state=state, to_reason=reason, count=n)
        for number_id, state, reason, n in rows
    ]
