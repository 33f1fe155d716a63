"""Brands, as carriers know them: what one may send in a day."""

import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def known_zone(value: str) -> None:
    """Raises ValidationError for what is no time zone."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("This is no time zone. Write it like America/Los_Angeles."))


class Brand(models.Model):
    """A sender as registered with US carriers (10DLC), whose long codes share what may leave in one carrier's day."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    daily_cap = models.PositiveIntegerField(
        _("messages a day"),
        validators=[MinValueValidator(1)],
        help_text=_("An MMS counts as one, a text as each of its parts. All its numbers together."),
    )
    # T-Mobile counts its day in Pacific time.
    zone = models.CharField(
        _("time zone of the carrier's day"), max_length=50, default="America/Los_Angeles", validators=[known_zone]
    )

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
