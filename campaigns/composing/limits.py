"""The red line: what a message may weigh, whose limit that is, and what a file is made to fit for it."""

import dataclasses
import functools
from typing import Final

from django.conf import settings

from campaigns.gateways import limits as routes
from campaigns.media import size
from subscriptions.models import SenderNumber, SubscriptionGroup

# Room that a fitted file leaves for people whose details make the text longer than the one that was measured.
SPARE_BYTES: Final = 1_000
# Budgets are whole thousands: a word more in the text asks for no other copy.
_STEP_BYTES: Final = 1_000


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """The most that one message may weigh, in bytes: file, text, and `part_bytes` for each of the two.

    `number`, `kind` and `provider` say whose limit it is, `carrier` which recipients make it so; all are '' where it is
    our own rule. `senders` is how many numbers of the group can send MMS now, `person` whom to ask about them.
    """

    total_bytes: int
    part_bytes: int
    source: str
    read_on: str
    number: str = ""
    kind: str = ""
    provider: str = ""
    carrier: str = ""
    senders: int = 0
    person: str = ""

    @property
    def envelope_bytes(self) -> int:
        """What a file and a text weigh beside themselves, in bytes."""
        return 2 * self.part_bytes

    def weigh(self, *, media_bytes: int, text: str) -> size.SizeVerdict:
        """Weigh one MMS against this limit and the advice."""
        return size.total(
            media_bytes=media_bytes,
            text=text,
            hard_limit_bytes=self.total_bytes,
            advice_bytes=settings.MMS_ADVICE_BYTES,
            part_bytes=self.part_bytes,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Budgets:
    """What a file may weigh, in bytes: to arrive everywhere, as advised, and as much as the red line leaves."""

    safe: int
    normal: int
    large: int


def of_group(group: SubscriptionGroup) -> Limit:
    """The smallest limit among the numbers that can send MMS now, else our own rule. One query.

    Never above MMS_HARD_LIMIT_BYTES; of several numbers with the same limit the oldest is named.
    """
    ready = SenderNumber.objects.mms_ready().filter(group=group).order_by("pk")
    numbers = list(ready.values_list("value", "kind", "account__kind"))
    found = [_of(value, kind, provider) for value, kind, provider in numbers]
    least = min([product_rule(), *found], key=_room)
    return dataclasses.replace(least, senders=len(numbers), person=group.contact_person)


def of_number(number: SenderNumber) -> Limit:
    """What one number carries; its account has to be at hand, so that nothing is asked of the database."""
    return _alone(number.value, number.kind, number.account.kind, product_rule())


def product_rule() -> Limit:
    """Our own rule, which holds for every group."""
    rule = routes.SIZE_LIMITS[0]
    return Limit(settings.MMS_HARD_LIMIT_BYTES, rule.part_bytes, rule.source, rule.read_on)


def budgets(*, limit: Limit, text_bytes: int) -> Budgets:
    """What a file may weigh beside a text of `text_bytes`, in bytes; SPARE_BYTES are left for longer details.

    *safe* and *normal* are about the file alone, as the advice is, and never more than the red line leaves.
    """
    room = limit.total_bytes - limit.envelope_bytes - text_bytes - SPARE_BYTES
    large = max(room // _STEP_BYTES * _STEP_BYTES, _STEP_BYTES)
    return Budgets(safe=min(routes.SAFE_BYTES, large), normal=min(int(settings.MMS_ADVICE_BYTES), large), large=large)


@functools.lru_cache(maxsize=1_000)  # asked for every message of the drain
def _alone(value: str, kind: str, provider: str, rule: Limit) -> Limit:
    return dataclasses.replace(min(rule, _of(value, kind, provider), key=_room), senders=1)


def _of(value: str, kind: str, provider: str) -> Limit:
    row = routes.binding(provider=provider, sender_kind=kind)
    return Limit(
        row.total_bytes,
        row.part_bytes,
        row.source,
        row.read_on,
        number=value,
        kind=kind,
        provider=provider,
        carrier=row.carrier,
    )


def _room(limit: Limit) -> int:
    return limit.total_bytes - limit.envelope_bytes
