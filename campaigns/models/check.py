"""What the checks of the ledger found."""

from django.db import models

from campaigns.models.campaign import Run


class LedgerCheck(models.Model):
    """The last check of one run: what was planned, what its tallies say, what its messages are.

    `differences` holds the lines that do not agree: [sender number (0: none), state, reason, tallied, counted].
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="ledger_check", primary_key=True)
    checked_at = models.DateTimeField()
    planned = models.BigIntegerField()
    tallied = models.BigIntegerField()
    counted = models.BigIntegerField()
    differences = models.JSONField(default=list)
    wrong_since = models.DateTimeField(null=True)
    # The tallies as they were then: a run whose tallies stand still is checked less often.
    mark = models.CharField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["run"], condition=models.Q(wrong_since__isnull=False), name="ledger_check_wrong")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} · {self.checked_at:%Y-%m-%d %H:%M:%S}"

    @property
    def lost(self) -> int:
        """How many planned people have no message. Nothing that is counted anew brings them back."""
        return self.planned - self.counted
