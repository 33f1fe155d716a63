"""Campaigns, their revisions and their runs."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns import states
from campaigns.models.asset import Fit, Rendition
from subscriptions.models import SubscriptionGroup


class Campaign(models.Model):
    """What is planned. `state` is moved by lifecycle alone; `version` grows with each edit, for stale forms."""

    class Purpose(models.TextChoices):
        PROMOTION = "promotion", _("Promotion")
        REENGAGEMENT = "reengagement", _("Re-engagement")
        ANNOUNCEMENT = "announcement", _("Announcement")
        OTHER = "other", _("Other")

    class When(models.TextChoices):
        NOW = "now", _("Now")
        AT = "at", _("At a date and time")

    STATE_LABELS = {
        states.Campaign.DRAFT: _("draft"),
        states.Campaign.SCHEDULED: _("scheduled"),
        states.Campaign.RUNNING: _("running"),
        states.Campaign.PAUSED: _("paused"),
        states.Campaign.FINISHED: _("finished"),
        states.Campaign.CANCELLED: _("cancelled"),
        states.Campaign.ARCHIVED: _("archived"),
    }

    name = models.CharField(_("name"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=15, choices=Purpose.choices)
    group = models.ForeignKey(
        SubscriptionGroup, on_delete=models.PROTECT, related_name="+", verbose_name=_("subscription group")
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[(state.value, label) for state, label in STATE_LABELS.items()],
        default=states.Campaign.DRAFT,
        editable=False,
    )
    # Why it is paused or held, as a code, with what was found; words live at the edge.
    hold_code = models.CharField(_("why it waits"), max_length=40, blank=True, editable=False)
    hold_detail = models.JSONField(_("details"), default=dict, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    audience = models.JSONField(_("audience"), default=dict, blank=True, help_text="See campaigns.audience.filters.")
    when = models.CharField(_("when"), max_length=3, choices=When.choices, default=When.NOW)
    # The run whose missed people this was made for; what it reaches is not offered again from there.
    follows = models.ForeignKey(
        "campaigns.Run",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="follow_ups",
        verbose_name=_("follow-up of"),
    )
    # The wall clock and zone are what a person said; due_at is the moment computed from them.
    local_at = models.DateTimeField(_("date and time"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=50, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True, editable=False)
    speed_limit = models.DecimalField(
        _("at most, in parts per second"),
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True, editable=False)
    confirmed_people = models.PositiveIntegerField(_("people confirmed"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    edited_at = models.DateTimeField(_("edited at"), auto_now_add=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("edited by"),
    )

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-id"]
        permissions = [
            ("launch_campaign", "Can launch, pause and cancel campaigns"),
            ("export", "Can export lists of people"),
            ("mend_ledger", "Can count a ledger anew"),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="campaign_due")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(due_at__isnull=False, fingerprint__gt=""),
                name="campaign_scheduled_is_frozen",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_editable(self) -> bool:
        return self.state in states.CAMPAIGN_EDITABLE


class Revision(models.Model):
    """One content of a campaign: text and at most one file. In work until frozen, then evidence for good.

    `fitting` is a copy of the same file that will take the place of `rendition` as soon as it is made.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(default=1)
    text = models.TextField(blank=True, max_length=4000)
    rendition = models.ForeignKey(Rendition, on_delete=models.PROTECT, null=True, related_name="revisions")
    fitting = models.ForeignKey(Fit, on_delete=models.SET_NULL, null=True, related_name="revisions")
    # The group's words as they were when the content was frozen.
    brand = models.CharField(max_length=60, blank=True)
    opt_out_line = models.CharField(max_length=100, blank=True)
    # What is to be seen on the picture, as it was described then.
    description = models.CharField(max_length=300, blank=True)
    frozen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["campaign", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(frozen_at__isnull=True), name="revision_one_in_work"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.number}"


class Run(models.Model):
    """One occurrence of a campaign. `planned` is everyone the filter matched, left-out people included."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="runs", verbose_name=_("campaign"))
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="runs", verbose_name=_("content"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=[(s.value, s.value) for s in states.Run])
    due_at = models.DateTimeField(_("due at"))
    expected_people = models.PositiveIntegerField(_("people expected"))
    planned = models.PositiveIntegerField(_("planned"), default=0)
    # Expansion goes in chunks by contact id: a crash carries on behind the last committed one.
    expanded_through = models.BigIntegerField(_("listed up to contact"), default=0)
    expanded_at = models.DateTimeField(_("listed at"), null=True)
    # While it is paused this one message may leave all the same: its answer decides whether the run goes on.
    trying = models.BigIntegerField(_("message that is tried"), null=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "due_at"], name="run_once_per_occurrence"),
        ]
        indexes = [models.Index(fields=["state"], name="run_by_state")]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.due_at:%Y-%m-%d %H:%M}"
