"""What a brand may send in one day of the carrier: counted with each claim, given back for what did not leave.

A confirmation counts and is never held: a person who opts out is told within minutes or not at all (47 CFR 64.1200).
"""

import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from campaigns.models import BrandDay
from subscriptions.models import Brand


def full(*, now: datetime) -> dict[int, Brand]:
    """The brands that have sent what they may today, by id."""
    brands = {brand.pk: brand for brand in Brand.objects.all()}
    if not brands:
        return {}
    days = {(pk, _day(brand, now)) for pk, brand in brands.items()}
    rows = BrandDay.objects.filter(brand__in=brands, day__in={day for _, day in days})
    return {
        row.brand_id: brands[row.brand_id]
        for row in rows
        if (row.brand_id, row.day) in days and row.used + row.wanted > brands[row.brand_id].daily_cap
    }


def take(*, brand_id: int, most: int, now: datetime) -> tuple[int, int]:
    """Count up to `most` parts for today; returns the id of the day and how many there was room for.

    Call it in the transaction of the claim: the row is held until that ends, so that no two claims get the same room.
    """
    brand = Brand.objects.get(pk=brand_id)
    day, _made = BrandDay.objects.get_or_create(brand=brand, day=_day(brand, now))
    with transaction.atomic():
        locked = BrandDay.objects.select_for_update().get(pk=day.pk)
        # Where texts of several parts were claimed in vain, room is left for their parts from then on.
        granted = max(0, min(most, (brand.daily_cap - locked.used) // locked.wanted))
        if granted:
            BrandDay.objects.filter(pk=day.pk).update(used=F("used") + granted)
    return day.pk, granted


def more(*, day_id: int, parts: int) -> bool:
    """Count the further parts of a message that turned out longer, if there is room; else remember what was wanted, so
    that nothing is claimed in vain until the day ends or something is given back."""
    with transaction.atomic():
        day = BrandDay.objects.select_for_update().select_related("brand").get(pk=day_id)
        if day.used + parts <= day.brand.daily_cap:
            BrandDay.objects.filter(pk=day_id).update(used=F("used") + parts)
            return True
        BrandDay.objects.filter(pk=day_id).update(wanted=max(day.wanted, parts + 1))
    return False


def give_back(*, parts: Mapping[int, int] | Iterable[tuple[int, int]]) -> None:
    """What was counted and did not leave, in parts by day."""
    for day_id, count in sorted(dict(parts).items()):
        if count:
            BrandDay.objects.filter(pk=day_id).update(used=Greatest(F("used") - count, Value(0)))


def _day(brand: Brand, now: datetime) -> date:
    return now.astimezone(zoneinfo.ZoneInfo(brand.zone)).date()
