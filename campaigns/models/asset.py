"""Media: what was uploaded, and the files made from it that may be sent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns import states
from subscriptions.models import new_token


class Asset(models.Model):
    """One upload. The original is private and never served; what is sent is one of its renditions."""

    class Kind(models.TextChoices):
        JPEG = "jpeg", "JPEG"
        GIF = "gif", "GIF"
        PNG = "png", "PNG"
        VCF = "vcf", _("contact card")

    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in states.Asset])
    label = models.CharField(_("file name"), max_length=100)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    original = models.FileField(upload_to="originals/")
    original_sha256 = models.CharField(max_length=64, db_index=True)
    original_bytes = models.PositiveBigIntegerField()
    original_width = models.PositiveIntegerField(null=True)
    original_height = models.PositiveIntegerField(null=True)
    problems = models.JSONField(default=list, help_text="[{code, limit, found, severity}]")
    description = models.CharField(_("description"), max_length=300, blank=True)
    is_archived = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.label


class Rendition(models.Model):
    """One exact file that may be sent: rebuilt from the original, or fitted to a budget. Never changes."""

    class Purpose(models.TextChoices):
        REBUILT = "rebuilt", _("cleaned")
        FITTED = "fitted", _("made to fit")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="renditions")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    budget_bytes = models.PositiveIntegerField(null=True)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    file = models.FileField(upload_to="renditions/")
    kind = models.CharField(max_length=5, choices=Asset.Kind.choices)
    mime = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    frames = models.PositiveIntegerField(default=1)
    duration_ms = models.PositiveIntegerField(default=0)
    steps = models.JSONField(default=list, help_text="What was done: [{code, limit, found}]")
    card = models.JSONField(default=dict, help_text="Of a contact card: what a phone shows.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "budget_bytes"], name="rendition_once_per_budget"),
            models.UniqueConstraint(
                fields=["asset"], condition=models.Q(budget_bytes__isnull=True), name="rendition_rebuilt_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset.label} · {self.get_purpose_display()}"
