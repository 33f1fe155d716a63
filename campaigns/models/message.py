"""Messages, attempts and tallies: the ledger."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns import states
from campaigns.models.asset import Rendition
from campaigns.models.campaign import Revision, Run
from subscriptions.models import ConsentEntry, Contact, SenderNumber, SubscriptionGroup, new_token


class Message(models.Model):
    """One row per phone and run; everything that leaves is one. Moved by lifecycle alone.

    `reason` says in a code why a message was skipped, failed or waits. `body` is the exact text handed over.
    """

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign", _("campaign")
        TEST = "test", _("test send")
        CONFIRMATION = "confirmation", _("confirmation")
        AUTO_REPLY = "auto_reply", _("automatic answer")
        CONVERSATION = "conversation", _("conversation")

    class SentAs(models.TextChoices):
        MMS = "mms", _("MMS")
        LINK = "link", _("text with a link")
        TEXT = "text", _("text")

    STATE_LABELS = {
        states.Message.PENDING: _("waiting"),
        states.Message.CLAIMED: _("being handed over"),
        states.Message.ACCEPTED: _("accepted by the provider"),
        states.Message.SENT: _("sent"),
        states.Message.DELIVERED: _("delivered"),
        states.Message.FAILED: _("failed"),
        states.Message.SKIPPED: _("left out"),
        states.Message.UNKNOWN: _("unclear"),
        states.Message.UNCONFIRMED: _("accepted, no receipt"),
        states.Message.EXPIRED: _("expired"),
    }

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="messages", verbose_name=_("run"))
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("content")
    )
    group = models.ForeignKey(
        SubscriptionGroup,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("subscription group"),
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="messages", verbose_name=_("contact")
    )
    number = models.ForeignKey(
        SenderNumber,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("sender number"),
    )
    to_phone = models.CharField(_("phone"), max_length=16, db_index=True)
    consent = models.ForeignKey(
        ConsentEntry, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("consent")
    )
    rendition = models.ForeignKey(
        Rendition, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("file")
    )
    sent_as = models.CharField(_("sent as"), max_length=4, choices=SentAs.choices)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=[(s.value, label) for s, label in STATE_LABELS.items()],
        default=states.Message.PENDING,
    )
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    body = models.TextField(_("text"), blank=True)
    parts = models.PositiveSmallIntegerField(_("parts"), default=1)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_attempt_at = models.DateTimeField(_("next try at"), null=True)
    claim = models.CharField(_("claim"), max_length=24, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True)
    provider_id = models.CharField(_("provider's ID"), max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "to_phone"], name="message_once_per_phone_and_run"),
            models.CheckConstraint(
                condition=Q(kind="campaign", run__isnull=False) | (~Q(kind="campaign") & Q(run__isnull=True)),
                name="message_run_only_for_campaigns",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["skipped", "failed"]) | ~Q(reason=""), name="message_says_why"
            ),
        ]
        indexes = [
            # The drain's own index: the waiting messages of one number and run, in order; without a run goes first.
            models.Index(fields=["number", "run", "id"], condition=Q(state="pending"), name="message_waiting"),
            models.Index(fields=["claimed_at"], condition=Q(state="claimed"), name="message_claimed"),
            models.Index(fields=["run", "state", "id"], name="message_by_run"),
            models.Index(
                fields=["run", "handed_over_at"], condition=Q(handed_over_at__isnull=False), name="message_recent"
            ),
            # Taken by the provider and not yet reported sent: see sending.ceiling.
            models.Index(fields=["number", "handed_over_at"], condition=Q(state="accepted"), name="message_taken"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="message_by_provider_id"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_state_display()}"


class Attempt(models.Model):
    """One hand-over, written before the request leaves. `token` stands in the callback address."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("under way")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("refused")
        THROTTLED = "throttled", _("slow down")
        NOT_SENT = "not_sent", _("not handed over")
        UNKNOWN = "unknown", _("unclear")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("message"))
    number = models.ForeignKey(
        SenderNumber, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("sender number")
    )
    token = models.CharField(_("token"), max_length=40, unique=True, default=new_token)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    code = models.CharField(_("code"), max_length=40, blank=True)
    detail = models.CharField(_("details"), max_length=300, blank=True)
    provider_id = models.CharField(_("provider's ID"), max_length=64, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"))
    handed_over_at = models.DateTimeField(_("handed over at"), null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["id"]
        # Providers are asked about these every few seconds, while millions are clear.
        indexes = [models.Index(fields=["id"], condition=Q(outcome="unknown"), name="attempt_in_doubt")]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.get_outcome_display()}"


class Tally(models.Model):
    """How many messages of a run are in a state, sharded by number (0: none). Only ever incremented, by lifecycle."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="tallies", db_index=False)
    shard = models.BigIntegerField()
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=40, blank=True, default="")
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "shard", "state", "reason"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.run_id} · {self.state} · {self.count}"


class NumberLease(models.Model):
    """Who drains a sender number now, and when it may send next. A taker must have seen `beats` stand still."""

    number = models.OneToOneField(SenderNumber, on_delete=models.CASCADE, related_name="lease", primary_key=True)
    token = models.CharField(max_length=24, blank=True)
    beats = models.BigIntegerField(default=0)
    next_send_at = models.DateTimeField(null=True)
    # How many messages the carrier has not sent on yet, while the number waits for that; else 0.
    awaiting = models.PositiveIntegerField(default=0)
    errors_in_a_row = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    # Errors in a row that count towards a rest, rests in a row, and until when nothing leaves by this number. After a
    # rest (`rests` > 0, the time over) one message goes out alone; what is said to it ends the rest or doubles it.
    strikes = models.PositiveIntegerField(default=0)
    rests = models.PositiveSmallIntegerField(default=0)
    rested_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.number_id)


class Drainer(models.Model):
    """One process that drains, and when it last showed life: numbers are shared out among them."""

    token = models.CharField(max_length=24, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.token


class Heartbeat(models.Model):
    """The last sign of life of one kind of process: worker, drain, beat, carrier."""

    # What it means when one gives none.
    SILENCES: ClassVar[dict[str, Promise]] = {
        "worker": _("The worker is not running: no campaign starts, and receipts are not read."),
        "drain": _("The sender process is not running: nothing leaves."),
        "carrier": _("The sandbox carrier is not running: virtual phones receive nothing."),
    }

    process = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.process

    @property
    def silence(self) -> str:
        """What its silence means, in words."""
        return str(self.SILENCES.get(self.process, ""))
