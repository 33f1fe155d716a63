"""Writing consent: the ledger and what it comes to, in one transaction with the contact's row locked.

The lock makes a STOP and an import queue up, so that they cannot cross. An opt-out wins over every import. Suppression
stands above all groups, and only `unsuppress` lifts it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscriptions.consent import verdicts
from subscriptions.models import ConsentEntry, Contact, Subscription, SubscriptionGroup
from subscriptions.refusals import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Action = ConsentEntry.Action
Source = ConsentEntry.Source
State = Subscription.State

# Words by which people themselves ask: newer consent of this kind may follow an opt-out.
_OWN_WORD: Final = frozenset({Source.KEYWORD, Source.FORM, Source.ADMIN, Source.DEMO})


class ConsentRefused(Refused):
    """A consent that cannot be recorded: `suppressed`, or `older_than_opt_out` with the opt-out's time in `limit`."""


@transaction.atomic
def grant(
    *,
    contact: Contact,
    group: SubscriptionGroup,
    source: str,
    wording: str,
    happened_at: datetime,
    by: "User | None" = None,
    detail: str = "",
) -> ConsentEntry:
    """Record consent and subscribe the person to the group.

    Raises ConsentRefused when an opt-out stands against it: an import never follows one, a person's own word (form,
    keyword, account manager) must be newer. A suppressed person's own START is kept in the ledger and in the group,
    but they stay suppressed; anything else is refused. Granting again is harmless.
    """
    _lock([contact.pk])
    standing = Subscription.objects.filter(contact=contact, group=group).select_related("consent").first()
    if source != Source.KEYWORD and Contact.objects.filter(pk=contact.pk, suppressed_at__isnull=False).exists():
        raise ConsentRefused(
            code=verdicts.SUPPRESSED,
            words=_("This person is suppressed. Lift the suppression first if they asked for it."),
        )
    opted_out = standing is not None and standing.state == State.UNSUBSCRIBED
    if standing and opted_out and (source not in _OWN_WORD or happened_at < standing.since):
        raise ConsentRefused(
            code="older_than_opt_out",
            limit=standing.since,
            found=happened_at,
            words=_("This person opted out after that. Only consent given since then counts."),
        )
    entry = ConsentEntry.objects.create(
        contact=contact,
        group=group,
        action=Action.GRANTED,
        source=source,
        wording=wording,
        detail=detail[:300],
        happened_at=happened_at,
        by=by,
    )
    _stand(contact_id=contact.pk, group=group, state=State.SUBSCRIBED, entry=entry)
    return entry


@transaction.atomic
def withdraw(
    *,
    contact: Contact,
    group: SubscriptionGroup,
    source: str,
    happened_at: datetime,
    by: "User | None" = None,
    wording: str = "",
    detail: str = "",
) -> ConsentEntry:
    """Record that the person wants nothing more from this group.

    Always recorded, subscribed or not, so that no import subscribes them later. It takes effect at once, unless the
    person has sent START after the moment at which this happened (a STOP that arrives late).
    """
    _lock([contact.pk])
    entry = ConsentEntry.objects.create(
        contact=contact,
        group=group,
        action=Action.WITHDRAWN,
        source=source,
        wording=wording,
        detail=detail[:300],
        happened_at=happened_at,
        by=by,
    )
    restarted = Subscription.objects.filter(
        contact=contact, group=group, state=State.SUBSCRIBED, since__gt=happened_at, consent__source=Source.KEYWORD
    )
    if not restarted.exists():
        _stand(contact_id=contact.pk, group=group, state=State.UNSUBSCRIBED, entry=entry)
    return entry


def suppress(
    *, contact: Contact, source: str, happened_at: datetime, by: "User | None" = None, detail: str = ""
) -> bool:
    """Never text this person again, from any group. True if that is new."""
    return bool(suppress_many(contact_ids=[contact.pk], source=source, happened_at=happened_at, by=by, detail=detail))


@transaction.atomic
def unsuppress(
    *, contact: Contact, source: str, happened_at: datetime, by: "User | None" = None, detail: str = ""
) -> bool:
    """Lift the suppression; what the groups' own consent says counts again. True if there was one."""
    lifted = Contact.objects.filter(pk=contact.pk, suppressed_at__isnull=False).update(suppressed_at=None)
    if lifted:
        ConsentEntry.objects.create(
            contact=contact,
            action=Action.UNSUPPRESSED,
            source=source,
            detail=detail[:300],
            happened_at=happened_at,
            by=by,
        )
    return bool(lifted)


@transaction.atomic
def grant_many(
    *,
    contact_ids: Collection[int],
    group: SubscriptionGroup,
    source: str,
    wording: str,
    happened_at: datetime,
    by: "User | None" = None,
    detail: str = "",
) -> int:
    """Subscribe many people at once, for imports; returns how many consents were recorded.

    Passed over: whoever is suppressed or has unsubscribed from the group, and whoever has consent from that moment or
    a later one already. At most a few thousand ids a call.
    """
    if not contact_ids:
        return 0
    _lock(contact_ids)
    against = Subscription.objects.filter(contact=OuterRef("pk"), group=group).filter(
        Q(state=State.UNSUBSCRIBED) | Q(since__gte=happened_at)
    )
    free = Contact.objects.filter(~Exists(against), pk__in=contact_ids, suppressed_at__isnull=True)
    line = _Line(Action.GRANTED, source, wording, detail[:300], happened_at, group.pk, by.pk if by else None)
    before = ConsentEntry.objects.aggregate(last=Coalesce(Max("pk"), 0))["last"]
    written = _append(free, line)
    # The contacts are locked, so that a later line about one of them can only be ours.
    mine = ConsentEntry.objects.filter(pk__gt=before, contact__in=contact_ids, group=group, action=Action.GRANTED)
    chosen = mine.order_by().values_list(
        "contact_id",
        "group_id",
        "pk",
        Value(State.SUBSCRIBED, CharField()),
        Value(happened_at, DateTimeField()),
    )
    sql, values = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO subscriptions_subscription (contact_id, group_id, consent_id, state, since) "
            f"{sql} ON CONFLICT (contact_id, group_id) DO UPDATE "
            "SET consent_id = excluded.consent_id, state = excluded.state, since = excluded.since",
            values,
        )
    return written


@transaction.atomic
def suppress_many(
    *,
    contact_ids: Collection[int],
    source: str,
    happened_at: datetime,
    by: "User | None" = None,
    detail: str = "",
) -> int:
    """Suppress many people at once; returns how many were not suppressed before. At most a few thousand ids a call."""
    if not contact_ids:
        return 0
    _lock(contact_ids)
    fresh = Contact.objects.filter(pk__in=contact_ids, suppressed_at__isnull=True)
    line = _Line(Action.SUPPRESSED, source, "", detail[:300], happened_at, None, by.pk if by else None)
    written = _append(fresh, line)
    fresh.update(suppressed_at=happened_at)
    return written


class _Line(NamedTuple):
    """What one ledger line says about many people."""

    action: str
    source: str
    wording: str
    detail: str
    happened_at: datetime
    group_id: int | None
    by_id: int | None


def _append(contacts: QuerySet[Contact], line: _Line) -> int:
    """Append the line for each of these people in one statement; returns how many there were."""
    chosen = contacts.order_by("pk").values_list(
        "pk",
        Value(line.action, CharField()),
        Value(line.source, CharField()),
        Value(line.wording, TextField()),
        Value(line.detail, CharField()),
        Value(line.happened_at, DateTimeField()),
        Value(timezone.now(), DateTimeField()),
        Cast(Value(line.group_id), BigIntegerField()),
        Cast(Value(line.by_id), IntegerField()),
    )
    sql, values = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO subscriptions_consententry "
            f"(contact_id, action, source, wording, detail, happened_at, recorded_at, group_id, by_id) {sql}",
            values,
        )
        return int(cursor.rowcount)


def _lock(contact_ids: Iterable[int]) -> None:
    """Queue up behind any other change of these people's consent. In order, so that two bulks cannot deadlock."""
    list(Contact.objects.select_for_update().filter(pk__in=contact_ids).order_by("pk").values_list("pk", flat=True))


def _stand(*, contact_id: int, group: SubscriptionGroup, state: str, entry: ConsentEntry) -> None:
    Subscription.objects.update_or_create(
        contact_id=contact_id,
        group=group,
        defaults={"state": state, "consent": entry, "since": entry.happened_at},
    )
