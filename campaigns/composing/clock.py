"""From what a person said (date, time, zone) to a moment; what cannot be one is refused with the next that can."""

import zoneinfo
from datetime import UTC, datetime, timedelta

from subscriptions import refusals

# The furthest that a campaign may be booked ahead: a slip of the year is a mistake, not a plan.
FURTHEST = timedelta(days=366)
_STEP = timedelta(minutes=1)


class NotSchedulable(refusals.Refused):
    """A wall clock time that is no good: past, too_far, missing_hour or doubled_hour.

    `local_at` is what was said and `zone` where; `offers` are wall clock times (naive) that can be booked instead. For
    past and doubled_hour `found` is that moment, in words of a machine (ISO 8601).
    """

    def __init__(self, code: str, *, local_at: datetime, zone: str, offers: tuple[datetime, ...]) -> None:
        self.local_at, self.zone, self.offers = local_at, zone, offers
        super().__init__(code=code, found=local_at.isoformat(), limit=offers[0].isoformat() if offers else None)


def moment(*, local_at: datetime, zone: str, now: datetime) -> datetime:
    """The moment (UTC) of a naive wall clock time in a zone. Raises NotSchedulable.

    A time that a clock change skips, or passes through twice, is no moment: nobody can know which was meant.
    """
    info = zoneinfo.ZoneInfo(zone)
    try:
        first = local_at.replace(tzinfo=info, fold=0).astimezone(UTC)
        second = local_at.replace(tzinfo=info, fold=1).astimezone(UTC)
    except OverflowError:  # the first or the last day that can be written, which in UTC lies outside
        if local_at.year > 1:
            raise NotSchedulable("too_far", local_at=local_at, zone=zone, offers=()) from None
        raise NotSchedulable("past", local_at=local_at, zone=zone, offers=(_next_good(now, info),)) from None
    if first != second:
        code = "doubled_hour" if second > first else "missing_hour"
        raise NotSchedulable(code, local_at=local_at, zone=zone, offers=_around(local_at, info))
    if first <= now:
        raise NotSchedulable("past", local_at=local_at, zone=zone, offers=(_next_good(now, info),))
    if first > now + FURTHEST:
        raise NotSchedulable("too_far", local_at=local_at, zone=zone, offers=())
    return first


def wall(*, moment: datetime, zone: str) -> datetime:
    """The naive wall clock time of a moment in a zone, whole minutes."""
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0, fold=0)


def _is_plain(local_at: datetime, info: zoneinfo.ZoneInfo) -> bool:
    return local_at.replace(tzinfo=info, fold=0).utcoffset() == local_at.replace(tzinfo=info, fold=1).utcoffset()


def _around(local_at: datetime, info: zoneinfo.ZoneInfo) -> tuple[datetime, ...]:
    """The last plain minute before a clock change and the first after it."""
    before = after = local_at
    while not _is_plain(before, info):
        before -= _STEP
    while not _is_plain(after, info):
        after += _STEP
    return before, after


def _next_good(now: datetime, info: zoneinfo.ZoneInfo) -> datetime:
    """The next full quarter of an hour that is at least five minutes away and exists once."""
    local_at = (now + timedelta(minutes=5)).astimezone(info).replace(tzinfo=None, second=0, microsecond=0, fold=0)
    local_at += timedelta(minutes=-local_at.minute % 15)
    while not _is_plain(local_at, info):
        local_at += timedelta(minutes=15)
    return local_at
