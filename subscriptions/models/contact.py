"""Contacts, their subscriptions and the consent ledger."""

from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subscriptions import phones
from subscriptions.models.group import SubscriptionGroup

# The first text was sent on 3 December 1992: a moment before that is a clock that is wrong, and the first days of the
# calendar cannot be told in every zone.
FIRST_TEXT: Final = datetime(1992, 12, 1, tzinfo=UTC)


class ContactQuerySet(models.QuerySet["Contact"]):
    def at(self, phone: phones.Phone) -> "tuple[Contact, bool]":
        """The contact behind this number, and whether it was made just now. The number must have an E.164 form."""
        return self.get_or_create(phone=phone.e164, defaults=derived(phone))


def derived(phone: phones.Phone) -> dict[str, Any]:
    """The columns of a contact that follow from its number."""
    return {
        "country": phone.country,
        "is_valid": phone.is_valid,
        "invalid_reason": phone.reason,
        "time_zones": list(phone.time_zones),
        "is_fictitious": phone.is_fictional,
    }


class Contact(models.Model):
    """One person behind one phone. Country, validity and zones are worked out when the row is written."""

    phone = models.CharField(_("phone"), max_length=16, unique=True, help_text=_("E.164, like +12125550123."))
    country = models.CharField(_("country"), max_length=2, blank=True, db_index=True)
    is_valid = models.BooleanField(_("can be texted"), default=True)
    invalid_reason = models.CharField(_("why not"), max_length=100, blank=True)
    time_zones = models.JSONField(_("plausible time zones"), default=list, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    # A fictitious contact may be sent to by the sandbox gateway only.
    is_fictitious = models.BooleanField(_("fictitious"), default=False)
    # Suppressed: never to be texted by any group, whatever consent says.
    suppressed_at = models.DateTimeField(_("suppressed at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["id"]
        permissions = [("see_phone_numbers", "Can see phone numbers")]
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="contact_phone_is_e164",
                violation_error_message=_("Write the number like +12125550123."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or _("Contact %(id)s") % {"id": self.pk}


class ConsentEntry(models.Model):
    """One line of the consent ledger: appended, never changed. Without a group it speaks of all groups."""

    class Action(models.TextChoices):
        GRANTED = "granted", _("consent given")
        WITHDRAWN = "withdrawn", _("consent withdrawn")
        SUPPRESSED = "suppressed", _("suppressed everywhere")
        UNSUPPRESSED = "unsuppressed", _("suppression lifted")

    class Source(models.TextChoices):
        FORM = "form", _("added by form")
        IMPORT = "import", _("imported")
        KEYWORD = "keyword", _("keyword by text")
        ADMIN = "admin", _("account manager")
        PROVIDER = "provider", _("reported by the provider")
        DEMO = "demo", _("demo world")

    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="consent_entries", verbose_name=_("contact")
    )
    group = models.ForeignKey(
        SubscriptionGroup, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("subscription group")
    )
    action = models.CharField(_("action"), max_length=12, choices=Action.choices)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    wording = models.TextField(_("wording"), blank=True)
    detail = models.CharField(_("details"), max_length=300, blank=True)
    happened_at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("consent entry")
        verbose_name_plural = _("consent entries")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(happened_at__gte=FIRST_TEXT), name="consent_is_no_older_than_texts")
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.happened_at:%Y-%m-%d %H:%M:%S})"


class Subscription(models.Model):
    """Where one contact stands with one group now; `consent` is the ledger line that says so."""

    class State(models.TextChoices):
        SUBSCRIBED = "subscribed", _("subscribed")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="subscriptions", verbose_name=_("contact")
    )
    group = models.ForeignKey(
        SubscriptionGroup, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("subscription group")
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    consent = models.ForeignKey(ConsentEntry, on_delete=models.PROTECT, related_name="+", verbose_name=_("consent"))
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["contact", "group"], name="subscription_once_per_group"),
            models.CheckConstraint(condition=Q(since__gte=FIRST_TEXT), name="subscription_is_no_older_than_texts"),
        ]
        indexes = [models.Index(fields=["group", "state", "contact"], name="subscription_by_group")]

    def __str__(self) -> str:
        return f"{self.contact} · {self.group} · {self.get_state_display()}"


class OurPhone(models.Model):
    """A phone of our own for test sends, proved by a code that it replied with."""

    phone = models.CharField(_("phone"), max_length=16, unique=True)
    label = models.CharField(_("whose"), max_length=100)
    code = models.CharField(_("code"), max_length=8, editable=False)
    code_sent_at = models.DateTimeField(_("code sent at"), null=True, editable=False)
    proved_at = models.DateTimeField(_("proved at"), null=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("added by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("our phone")
        verbose_name_plural = _("our phones")
        ordering = ["label"]
        constraints = [
            models.CheckConstraint(condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="our_phone_is_e164")
        ]

    def __str__(self) -> str:
        return self.label
