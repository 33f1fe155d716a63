"""What came in, for the people who read it: searched, filtered, page by page without counting."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch, Q, QuerySet

from campaigns.models import Inbound, InboundMedia, Message
from subscriptions import keywords, phones
from subscriptions.models import OurPhone

PER_PAGE: Final = 50


@dataclass(frozen=True)
class Row:
    """One inbound message, with the automatic answer that it got, if any; `may_mean_stop` where nothing was done about
    a text that sounds like an opt-out; `ours` is the label of a proved phone of ours, where nobody else is known."""

    inbound: Inbound
    answer: Message | None
    may_mean_stop: bool
    ours: str = ""


@dataclass(frozen=True)
class Page:
    """One page, newest first: `before` is the cursor of the next one, 0 when this is the last."""

    rows: tuple[Row, ...]
    before: int


def page(*, search: str = "", action: str = "", group_id: int = 0, before: int = 0, sees_numbers: bool = False) -> Page:
    """The newest messages that match, `before` an id (0: from the newest); at most six queries.

    `action` is one of Inbound.Action. Who may not see numbers finds people only by the whole number.
    """
    rows = Inbound.objects.filter(pk__lt=before) if before else Inbound.objects.all()
    if action in Inbound.Action.values:
        rows = rows.filter(action=action)
    if group_id:
        rows = rows.filter(number__group_id=group_id)
    if search:
        rows = rows.filter(_matches(search, sees_numbers=sees_numbers))
    found = list(_whole(rows)[: PER_PAGE + 1])
    answers = _answers(found[:PER_PAGE])
    ours = _ours(found[:PER_PAGE])
    shown = tuple(
        Row(inbound, answers.get(inbound.pk), _may_mean_stop(inbound), ours.get(inbound.from_phone, ""))
        for inbound in found[:PER_PAGE]
    )
    return Page(shown, found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0)


def _whole(rows: QuerySet[Inbound]) -> QuerySet[Inbound]:
    media = Prefetch("media", InboundMedia.objects.order_by("pk"))
    return rows.select_related("contact", "number__group", "campaign").prefetch_related(media).order_by("-pk")


def _ours(shown: Sequence[Inbound]) -> dict[str, str]:
    """Labels of proved phones of ours among strangers: their codes and answers to tests come in here as well."""
    strangers = {one.from_phone for one in shown if one.contact is None}
    if not strangers:
        return {}
    proved = OurPhone.objects.filter(phone__in=strangers, proved_at__isnull=False)
    return dict(proved.values_list("phone", "label"))


def _may_mean_stop(inbound: Inbound) -> bool:
    return inbound.action == Inbound.Action.NONE and keywords.may_mean_stop(inbound.text)


def _matches(search: str, *, sees_numbers: bool) -> Q:
    """Words of the text, a part of the name, or a number in any spelling."""
    named = Q()
    for word in search.split()[:4]:
        named &= Q(contact__first_name__icontains=word) | Q(contact__last_name__icontains=word)
    forms = phones.search_forms(search)
    found = named | Q(from_phone__in=forms.exact)
    # Numbers stand in texts too: asked for part by part they would be told digit by digit.
    if sees_numbers or not any(sign.isdecimal() for sign in search):
        found |= Q(text__icontains=search)
    return found | Q(from_phone__contains=forms.part) if sees_numbers and forms.part else found


def _answers(shown: Sequence[Inbound]) -> dict[int, Message]:
    """The automatic answer of each message: it is queued in the transaction that finishes the message, at its time."""
    wanted = {(one.from_phone, one.number.group_id, one.media_done_at): one.pk for one in shown if one.media_done_at}
    rows: Collection[Message] = Message.objects.filter(
        kind=Message.Kind.AUTO_REPLY,
        to_phone__in={phone for phone, _group, _at in wanted},
        created_at__in={at for _phone, _group, at in wanted},
    )
    keyed = {(row.to_phone, row.group_id, row.created_at): row for row in rows}
    return {pk: keyed[key] for key, pk in wanted.items() if key in keyed}
