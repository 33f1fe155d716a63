"""Provider accounts: through whom messages leave."""

import secrets
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_token() -> str:
    """128 random bits, safe in an address."""
    return secrets.token_urlsafe(16)


class ProviderAccount(models.Model):
    """One account at one provider. `kind` is a key of the gateway registry; `token` stands in callback addresses."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("provider"), max_length=30)
    token = models.CharField(_("token"), max_length=40, unique=True, default=new_token, editable=False)
    parts_per_s = models.DecimalField(
        _("at most, in parts per second"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("All its numbers share it. Left empty: what the provider is known for, or no cap."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("provider account")
        verbose_name_plural = _("provider accounts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
