"""What may stop sending: the one row that stops everything, and what providers said to a run of late."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Run


class Halt(models.Model):
    """Whether all sending is stopped, since when, by whom and why. One row; none was never stopped. Moved by lifecycle.

    `by` is empty where the product itself, or somebody at a terminal, stopped it; `code` tells these apart.
    """

    class Code(models.TextChoices):
        BY_PERSON = "by_person", _("a person")
        BY_COMMAND = "by_command", _("the command line")
        RESTORED = "restored", _("an older state of the database")
        CLONED = "cloned", _("a database from elsewhere")

    ONE = 1

    id = models.BigIntegerField(primary_key=True, default=ONE)
    is_on = models.BooleanField(default=False)
    code = models.CharField(max_length=10, choices=Code.choices)
    why = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="halt_is_one_row")]

    def __str__(self) -> str:
        return self.code if self.is_on else "off"


class AnswerCount(models.Model):
    """How often a provider said something to a run within ten seconds; nothing said against us is ''. Incremented."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot = models.BigIntegerField()
    said = models.CharField(max_length=120, blank=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "slot", "said"], name="answer_count_once")]

    def __str__(self) -> str:
        return f"{self.run_id} · {self.said} · {self.count}"


class Instance(models.Model):
    """Which database this is, and how far it has come. One row; see `sending/instance.py`.

    After it was set back: when that was noticed, up to when it knows what left, and how far the comparison with what
    providers accepted since has come.
    """

    ONE = 1

    id = models.BigIntegerField(primary_key=True, default=ONE)
    token = models.CharField(max_length=40)
    count = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    stepped_back_at = models.DateTimeField(null=True)
    knows_until = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)
    cursors = models.JSONField(default=dict)
    found = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="instance_is_one_row")]

    def __str__(self) -> str:
        return f"{self.token} · {self.count}"
