"""What comes back and what is public: callbacks, inbound texts, links, events, history, preferences."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.asset import Rendition
from campaigns.models.campaign import Campaign, Run
from subscriptions.models import Contact, ProviderAccount, SenderNumber, new_token


class Callback(models.Model):
    """One verified provider call, kept raw before it is understood. The same event counts once."""

    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+")
    event_key = models.CharField(max_length=100)
    attempt_token = models.CharField(max_length=40, blank=True)
    body = models.TextField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["account", "event_key"], name="callback_once")]
        indexes = [
            models.Index(fields=["tries", "id"], condition=models.Q(processed_at__isnull=True), name="callback_waiting")
        ]

    def __str__(self) -> str:
        return self.event_key


class Inbound(models.Model):
    """One text or MMS from a phone."""

    class Action(models.TextChoices):
        SUBSCRIBED = "subscribed", _("Subscribed")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        HELP = "help", _("Help")
        NONE = "none", _("None")

    callback = models.OneToOneField(
        Callback, on_delete=models.PROTECT, related_name="inbound", verbose_name=_("callback")
    )
    number = models.ForeignKey(
        SenderNumber, on_delete=models.PROTECT, related_name="inbound", verbose_name=_("sender number")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="inbound", verbose_name=_("contact")
    )
    from_phone = models.CharField(_("phone"), max_length=16, db_index=True)
    text = models.TextField(_("text"), blank=True)
    action = models.CharField(_("action"), max_length=12, choices=Action.choices, default=Action.NONE)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, related_name="replies", verbose_name=_("campaign")
    )
    received_at = models.DateTimeField(_("received at"))
    # Media is fetched after the text was understood; the automatic answer waits for it.
    media_done_at = models.DateTimeField(_("media fetched at"), null=True)

    class Meta:
        verbose_name = _("inbound message")
        verbose_name_plural = _("inbound messages")
        ordering = ["-id"]

    def __str__(self) -> str:
        # No number: this stands in headings, for people without the right to see numbers too.
        return f"{self.received_at:%Y-%m-%d %H:%M:%S}"


class InboundMedia(models.Model):
    """One file that came in: fetched, rebuilt, stored privately behind an unguessable address that ends."""

    inbound = models.ForeignKey(Inbound, on_delete=models.PROTECT, related_name="media")
    source_url = models.CharField(max_length=500)
    token = models.CharField(max_length=40, unique=True, default=new_token)
    expires_at = models.DateTimeField()
    file = models.FileField(upload_to="inbound/", blank=True)
    kind = models.CharField(max_length=5, blank=True)
    mime = models.CharField(max_length=40, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    problem = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.token


class MediaLink(models.Model):
    """The public address of a file in one run or test: for carriers (`/media/`) and for people (`/m/`)."""

    token = models.CharField(max_length=40, unique=True, default=new_token)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="links")
    rendition = models.ForeignKey(Rendition, on_delete=models.PROTECT, related_name="links")
    expires_at = models.DateTimeField()
    clicks = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "rendition"], name="media_link_once_per_run"),
        ]

    def __str__(self) -> str:
        return self.token


class Event(models.Model):
    """One line of the event stream: appended, never changed. `name` uses the field's words (InboundReceive, …)."""

    name = models.CharField(_("name"), max_length=40, db_index=True)
    at = models.DateTimeField(_("at"))
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, related_name="events", verbose_name=_("campaign")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("contact")
    )
    payload = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class History(models.Model):
    """One move of a campaign, run, asset or fit: from what to what, when, by whom, why."""

    thing = models.CharField(_("thing"), max_length=10)
    thing_id = models.BigIntegerField(_("its ID"))
    from_state = models.CharField(_("from"), max_length=12, blank=True)
    to_state = models.CharField(_("to"), max_length=12)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    why = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("history")
        ordering = ["-id"]
        indexes = [models.Index(fields=["thing", "thing_id"], name="history_of_thing")]

    def __str__(self) -> str:
        return f"{self.thing} {self.thing_id}: {self.from_state} → {self.to_state}"


class Preference(models.Model):
    """How one user wants the product to look and speak."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("as the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference")
    language = models.CharField(
        _("language"), max_length=5, blank=True, choices=[("en", "English"), ("fr", "Français")]
    )
    zone = models.CharField(_("time zone"), max_length=50, blank=True)
    theme = models.CharField(_("appearance"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM)

    def __str__(self) -> str:
        return str(self.user)
