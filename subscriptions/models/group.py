"""Subscription groups and their sender numbers."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subscriptions import phones
from subscriptions.models.account import ProviderAccount
from subscriptions.models.brand import Brand


class SubscriptionGroupQuerySet(models.QuerySet["SubscriptionGroup"]):
    def with_mms(self) -> "SubscriptionGroupQuerySet":
        """Groups that can send MMS: at least one active, MMS-enabled number."""
        return self.filter(is_active=True, numbers__in=SenderNumber.objects.mms_ready()).distinct()


class SubscriptionGroup(models.Model):
    """A pool of sender numbers and one consent list."""

    class OptOutRule(models.TextChoices):
        EVERY = "every", _("at the end of every message")
        NEVER = "never", _("never")

    name = models.CharField(_("name"), max_length=100, unique=True)
    brand = models.CharField(
        _("brand"), max_length=60, blank=True, help_text=_("Stands before every text: “Brand: …”.")
    )
    opt_out_line = models.CharField(_("opt-out line"), max_length=100, default="Reply STOP to end")
    opt_out_rule = models.CharField(
        _("opt-out line is added"), max_length=10, choices=OptOutRule.choices, default=OptOutRule.EVERY
    )
    allowed_countries = models.JSONField(
        _("country allow-list"),
        default=list,
        blank=True,
        help_text=_("Two-letter country codes; empty means none."),
    )
    stop_reply = models.CharField(_("answer to STOP"), max_length=300, blank=True)
    help_reply = models.CharField(_("answer to HELP"), max_length=300, blank=True)
    start_reply = models.CharField(_("answer to START"), max_length=300, blank=True)
    auto_reply = models.CharField(
        _("answer to anything else"),
        max_length=600,
        blank=True,
        help_text=_("Empty means no answer. {{sms.${inbound_media_url}}} is the address of the picture that came in."),
    )
    contact_person = models.CharField(
        _("whom to ask"),
        max_length=150,
        blank=True,
        help_text=_("Shown to marketers when the group cannot send."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = SubscriptionGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription group")
        verbose_name_plural = _("subscription groups")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SenderNumberQuerySet(models.QuerySet["SenderNumber"]):
    def usable(self) -> "SenderNumberQuerySet":
        """Numbers that may send at all: active, registered, of an active group, at an active account."""
        return self.filter(
            is_active=True,
            registration=SenderNumber.Registration.REGISTERED,
            account__is_active=True,
            group__is_active=True,
        )

    def mms_ready(self) -> "SenderNumberQuerySet":
        """Numbers that may send MMS."""
        return self.usable().filter(is_mms_enabled=True)


class SenderNumber(models.Model):
    """One number, code or alphanumeric ID; belongs to exactly one group. `rate` is in parts per second."""

    class Kind(models.TextChoices):
        SHORT_CODE = "short_code", _("short code")
        LONG_CODE = "long_code", _("long code")
        TOLL_FREE = "toll_free", _("toll-free number")
        ALPHANUMERIC = "alphanumeric", _("alphanumeric ID")

    class Registration(models.TextChoices):
        PENDING = "pending", _("registration pending")
        REGISTERED = "registered", _("registered")
        REJECTED = "rejected", _("registration rejected")

    group = models.ForeignKey(
        SubscriptionGroup,
        on_delete=models.PROTECT,
        related_name="numbers",
        verbose_name=_("subscription group"),
    )
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="numbers", verbose_name=_("provider account")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    value = models.CharField(_("number or ID"), max_length=16)
    country = models.CharField(_("country"), max_length=2, default="US")
    is_mms_enabled = models.BooleanField(_("MMS-enabled"), default=False)
    rate = models.DecimalField(
        _("rate"),
        max_digits=7,
        decimal_places=2,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("Parts per second. Left empty: the usual rate of this kind."),
    )
    brand = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="numbers",
        verbose_name=_("brand"),
        help_text=_("Long codes of the US only: they share what the brand may send in a day."),
    )
    registration = models.CharField(
        _("registration"), max_length=12, choices=Registration.choices, default=Registration.REGISTERED
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = SenderNumberQuerySet.as_manager()

    class Meta:
        verbose_name = _("sender number")
        verbose_name_plural = _("sender numbers")
        ordering = ["group", "kind", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["value"],
                condition=~Q(kind="short_code"),
                name="sender_number_belongs_to_one_group",
                violation_error_message=_("This number already belongs to a group."),
            ),
            # The same short code may be let to different senders in different countries.
            models.UniqueConstraint(
                fields=["value", "country"],
                condition=Q(kind="short_code"),
                name="sender_number_short_code_once_per_country",
                violation_error_message=_("This number already belongs to a group."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="alphanumeric", is_mms_enabled=True),
                name="sender_number_alphanumeric_sends_no_mms",
                violation_error_message=_("An alphanumeric ID cannot send MMS: take the MMS flag away."),
            ),
            models.CheckConstraint(
                condition=Q(is_mms_enabled=False) | Q(country__in=phones.MMS_COUNTRIES),
                name="sender_number_mms_where_phones_take_it",
                violation_error_message=_("Only US and Canadian numbers send MMS: take the MMS flag away."),
            ),
            models.CheckConstraint(
                condition=Q(brand__isnull=True) | Q(kind="long_code", country="US"),
                name="sender_number_brand_only_for_us_long_codes",
                violation_error_message=_("Only long codes of the US belong to a brand."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="sender_number_rate_above_zero",
                violation_error_message=_("The rate must be above 0 parts per second."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="short_code", value__regex=r"^[0-9]{3,8}$")
                    | Q(kind__in=["long_code", "toll_free"], value__regex=r"^\+[1-9][0-9]{6,14}$")
                    | Q(
                        kind="alphanumeric",
                        value__regex=r"^[A-Za-z0-9 ]{1,10}[A-Za-z0-9]$",
                        value__iregex=r"[A-Z]",
                    )
                ),
                name="sender_number_shape_fits_kind",
                violation_error_message=_(
                    "A short code has 3 to 8 digits, a long code or toll-free number is written like +12125550123, "
                    "an alphanumeric ID has 2 to 11 letters and digits with at least one letter."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.value
