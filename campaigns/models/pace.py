"""What keeps the pace and the order of numbers, for all processes on all machines."""

from django.db import models

from subscriptions.models import Brand, Contact, SenderNumber, SubscriptionGroup


class BrandDay(models.Model):
    """How many parts a brand has sent in one day of its carrier, claims included. `wanted` is how many more the next
    message takes: a long text may not fit where a short one would."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)
    wanted = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "day"], name="brand_day_once")]

    def __str__(self) -> str:
        return f"{self.brand_id} · {self.day}"


class SharedClock(models.Model):
    """Up to when a rate that several numbers share is reserved, in seconds of the database's own clock since 1970."""

    key = models.CharField(max_length=30, primary_key=True)
    next_at = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return self.key


class StickyNumber(models.Model):
    """The number by which a group first texted a person: it is the thread in which their phone keeps us."""

    # The unique pair serves the lookup by contact, too.
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="sticky_numbers", db_index=False)
    group = models.ForeignKey(SubscriptionGroup, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(SenderNumber, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "group"], name="sticky_number_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} · {self.group_id} · {self.number_id}"
