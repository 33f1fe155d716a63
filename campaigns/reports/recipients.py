"""The people of one run: search, filter by part of the sum, page by page without counting."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from campaigns import states
from campaigns.models import Message, Run
from campaigns.reports import sums
from subscriptions import phones

PER_PAGE = 50
# People read at a time where all of a run are: as many as a second of a slow line takes.
CHUNK = 2_000


@dataclass(frozen=True)
class Page:
    """One page by position: `after` is the cursor of the next one, 0 when this is the last."""

    rows: list[Message]
    after: int


def page(
    *, run: Run, part: str = "", reason: str = "", search: str = "", after: int = 0, sees_numbers: bool = False
) -> Page:
    """Messages of a run in order, `after` a message id; `part` is a part of the sum, `reason` a code.

    Who may not see numbers finds people only by the whole number. The cost does not grow with the run: it is always a
    walk along an index.
    """
    rows = Message.objects.filter(run=run, pk__gt=after)
    if part in sums.LABELS:
        rows = rows.filter(state__in=[state for state, name in sums.PART_OF_STATE.items() if name == part])
    if reason:
        rows = rows.filter(reason=reason)
    if search:
        rows = rows.filter(_matches(search, sees_numbers=sees_numbers))
    found = list(rows.select_related("contact", "number").order_by("pk")[: PER_PAGE + 1])
    return Page(found[:PER_PAGE], found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0)


def everybody(*, run: Run) -> Iterator[list[Message]]:
    """All messages of a run in order, CHUNK at a time, each as it stands when its turn comes: what is held in memory
    does not grow with the run, and no transaction stays open while somebody's line is slow."""
    after = 0
    while rows := list(
        Message.objects.filter(run=run, pk__gt=after)
        .select_related("contact", "number")
        .only(
            *("contact__first_name", "contact__last_name", "contact__country", "number__value", "to_phone", "state"),
            *("reason", "sent_as", "parts", "tries", "provider_id", "handed_over_at", "sent_at", "delivered_at"),
            *("settled_at", "run_id"),
        )
        .order_by("pk")[:CHUNK]
    ):
        yield rows
        after = rows[-1].pk


def by_reason(*, run: Run) -> list[tuple[str, str, int]]:
    """(part of the sum, reason code, people) for whoever failed or was left out, most first; from the tallies."""
    found: dict[tuple[str, str], int] = {}
    wanted = states.MESSAGE_LEFT_OUT | {states.Message.FAILED}
    for state, reason, count in run.tallies.filter(state__in=wanted).values_list("state", "reason", "count"):
        key = (sums.PART_OF_STATE[state], reason)
        found[key] = found.get(key, 0) + count
    return sorted(((part, code, n) for (part, code), n in found.items() if n), key=lambda row: -row[2])


def _matches(search: str, *, sees_numbers: bool) -> Q:
    """A number in any spelling, or a part of the name."""
    named = Q()
    for word in search.split()[:4]:
        named &= Q(contact__first_name__icontains=word) | Q(contact__last_name__icontains=word)
    spelled = phones.search_forms(search)
    found = named | Q(to_phone__in=spelled.exact)
    return found | Q(to_phone__contains=spelled.part) if sees_numbers and spelled.part else found
