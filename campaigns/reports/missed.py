"""Who did not get a run, by reason, and got none of its follow-ups either."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from campaigns import states
from campaigns.audience import filters
from campaigns.models import Message, Run

# A follow-up rarely helps these: what stood in the way is still there, unless somebody changed it.
STANDING = frozenset(
    {
        *("suppressed", "unsubscribed", "not_subscribed", "invalid_phone", "country_not_allowed", "fictitious"),
        *("opted_out", "bad_number", "carrier_40001", "phone_not_proved"),
    }
)


@dataclass(frozen=True, slots=True)
class Missed:
    """`people` of one state and reason. `helps`: a follow-up can reach them as things are; never said of doubt."""

    state: str
    reason: str
    people: int

    @property
    def helps(self) -> bool:
        return self.state != states.Message.UNKNOWN and self.reason not in STANDING


def of_run(*, run: Run) -> list[Missed]:
    """By state and reason, most first: those who failed, were left out, never left or are in doubt.

    Read from the messages themselves, along `message_by_run`: what follow-ups reached stands in no tally.
    """
    rows = Message.objects.filter(run=run, state__in=states.MESSAGE_MISSED, contact__isnull=False)
    if later := filters.follow_ups(run_id=run.pk):
        reached = Message.objects.filter(contact_id=OuterRef("contact_id"), run_id__in=later)
        rows = rows.exclude(Exists(reached.exclude(state__in=states.MESSAGE_MISSED)))
    counted = rows.order_by().values_list("state", "reason").annotate(n=Count("pk"))
    found: dict[tuple[str, str], int] = {}
    for state, reason, n in counted:
        key = (state, "" if state == states.Message.UNKNOWN else reason)
        found[key] = found.get(key, 0) + n
    return sorted((Missed(*key, n) for key, n in found.items()), key=lambda one: (-one.people, one.state, one.reason))
