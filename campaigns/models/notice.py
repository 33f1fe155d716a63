"""Who is told of what: outlets, what there was to tell, and how each telling went."""

import secrets

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns import states
from subscriptions.models import new_token


def new_secret() -> str:
    """256 random bits for signatures."""
    return secrets.token_urlsafe(32)


class Outlet(models.Model):
    """Somebody, or a machine, that wants to be told. `secret` signs webhooks and is shown once, when it is made."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("signed webhook")

    EVENT_LABELS = {
        states.Notice.RUN_PAUSED: _("a campaign paused itself"),
        states.Notice.NUMBER_RESTED: _("a sender number was rested"),
        states.Notice.LEDGER_WRONG: _("the counts of a campaign do not add up"),
        states.Notice.WORKER_SILENT: _("a process is silent for a minute"),
        states.Notice.DISK_FULL: _("the disk is 90% full"),
        states.Notice.RUN_FINISHED: _("a campaign has finished"),
    }

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    address = models.CharField(
        _("address"), max_length=500, help_text=_("An e-mail address, or the https:// address that is called.")
    )
    events = models.JSONField(_("what it is told"), default=list)
    language = models.CharField(
        _("language"), max_length=5, default="en", choices=[("en", "English"), ("fr", "Français")]
    )
    secret = models.CharField(_("secret"), max_length=60, default=new_secret, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind == self.Kind.EMAIL:
            try:
                validate_email(self.address)
            except ValidationError as error:
                raise ValidationError({"address": _("Write an e-mail address, like ana@example.com.")}) from error
        elif not self.address.startswith(("https://", "http://")):
            raise ValidationError({"address": _("Write an address that begins with https://.")})


class Notice(models.Model):
    """One thing there was to tell. While it lasts (`over_at` is empty) the same `event` and `key` is not told again."""

    event = models.CharField(_("event"), max_length=20, choices=[(one.value, one.value) for one in states.Notice])
    key = models.CharField(_("of what"), max_length=100)
    token = models.CharField(_("token"), max_length=40, unique=True, default=new_token)
    facts = models.JSONField(_("details"), default=dict)
    at = models.DateTimeField(_("at"))
    over_at = models.DateTimeField(_("over at"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "key"], condition=Q(over_at__isnull=True), name="notice_once_while_it_lasts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} · {self.at:%Y-%m-%d %H:%M:%S}"


class Delivery(models.Model):
    """One notice on its way to one outlet; kept here, so that a crash loses none."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("told")
        GIVEN_UP = "given_up", _("given up")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("notice"))
    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("outlet"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"))
    said = models.CharField(_("what came back"), max_length=300, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        verbose_name = _("telling")
        verbose_name_plural = _("tellings")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["notice", "outlet"], name="delivery_once")]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.notice_id} · {self.outlet_id} · {self.state}"
