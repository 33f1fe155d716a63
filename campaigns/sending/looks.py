"""The last look: straight before the hand-over everything that may have changed is read again."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from campaigns import states
from campaigns.gateways import registry
from campaigns.lifecycle import halt
from campaigns.models import Message
from subscriptions import consent, phones
from subscriptions.models import OurPhone, SenderNumber, SubscriptionGroup

# A look is good for this long; an older one is taken again.
GOOD_FOR_S = 0.5
# After its moment a message may still wait for a connection, no longer: two seconds after a pause nothing leaves.
LEAVES_WITHIN_S = 1.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """`go`: hand it over. Otherwise `skip` says why it never will be, and an empty `skip` puts it back to wait."""

    go: bool
    skip: str = ""


GO = Verdict(go=True)
BACK = Verdict(go=False)


def take(*, message_ids: Collection[int], claim_token: str) -> dict[int, Verdict]:
    """A verdict for each message still claimed with this token; the others are missing from the answer."""
    rows = list(
        Message.objects.filter(pk__in=message_ids, state=states.Message.CLAIMED, claim=claim_token).values(
            "id",
            "kind",
            "sent_as",
            "to_phone",
            "group_id",
            "contact_id",
            "run__state",
            "run__trying",
            "contact__is_fictitious",
            "number__group_id",
            "number__group__is_active",
            "number__is_active",
            "number__is_mms_enabled",
            "number__registration",
            "number__account__is_active",
            "number__account__kind",
            "number__lease__rested_until",
        )
    )
    if halt.is_on():
        return {row["id"]: BACK for row in rows}
    barred = _barred(rows)
    proved = _proved(rows)
    return {row["id"]: _verdict(row, barred, proved) for row in rows}


def _verdict(row: Mapping[str, Any], barred: dict[tuple[int, int], str], proved: set[str]) -> Verdict:
    if not _run_goes(row) or not _number_serves(row):
        return BACK
    provider = registry.capabilities(kind=row["number__account__kind"])
    if not provider.fictitious_allowed and (row["contact__is_fictitious"] or phones.is_fictional(row["to_phone"])):
        return Verdict(go=False, skip="fictitious")
    if row["kind"] == Message.Kind.TEST and row["to_phone"] not in proved:
        return Verdict(go=False, skip="phone_not_proved")
    reason = barred.get((row["group_id"], row["contact_id"]), "")
    return Verdict(go=False, skip=reason) if reason else GO


def _run_goes(row: Mapping[str, Any]) -> bool:
    """It belongs to no run, its run is running, or it is the one message that is tried while its run is paused."""
    if row["run__state"] == states.Run.PAUSED:
        return bool(row["run__trying"] == row["id"])
    return row["run__state"] in (None, states.Run.RUNNING)


def _number_serves(row: Mapping[str, Any]) -> bool:
    return bool(
        row["number__is_active"]
        and row["number__group__is_active"]
        and row["number__account__is_active"]
        and row["number__registration"] == SenderNumber.Registration.REGISTERED
        and row["number__group_id"] == row["group_id"]
        and not (row["number__lease__rested_until"] and row["number__lease__rested_until"] > timezone.now())
        and (row["number__is_mms_enabled"] or row["sent_as"] == Message.SentAs.TEXT)
    )


def _barred(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[int, int], str]:
    """Who may not be texted now, with the reason: asked of consent, group by group.

    Confirmations and answers to HELP go to people who left, too; a test goes to a phone of ours, proved by its code.
    """
    asks = {Message.Kind.CAMPAIGN, Message.Kind.CONVERSATION}
    by_group: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row["kind"] in asks and row["contact_id"] is not None:
            by_group[row["group_id"]].add(row["contact_id"])
    found: dict[tuple[int, int], str] = {}
    for group in SubscriptionGroup.objects.filter(pk__in=by_group):
        verdicts = consent.may_text_many(contact_ids=by_group[group.pk], group=group)
        found |= {(group.pk, contact_id): verdict.code for contact_id, verdict in verdicts.items()}
    return found


def _proved(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    phones = {row["to_phone"] for row in rows if row["kind"] == Message.Kind.TEST}
    if not phones:
        return set()
    return set(OurPhone.objects.filter(phone__in=phones, proved_at__isnull=False).values_list("phone", flat=True))
