"""Media: what was uploaded, and the files made from it that may be sent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns import states
from subscriptions.models import new_token


class Tag(models.Model):
    """A word under which files are found again."""

    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Asset(models.Model):
    """One upload. The original is private and never served; what is sent is one of its renditions.

    `kind` is what it is sent as, `uploaded_kind` what came in (heic and webp are turned into one that can be sent).
    `look` is a 64-bit perceptual hash of the poster, signed, for finding pictures that look alike. `made_from` is what
    this one was cropped or turned from.
    """

    class Kind(models.TextChoices):
        JPEG = "jpeg", "JPEG"
        GIF = "gif", "GIF"
        PNG = "png", "PNG"
        VCF = "vcf", _("contact card")

    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in states.Asset])
    label = models.CharField(_("file name"), max_length=100)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    uploaded_kind = models.CharField(max_length=5, blank=True)
    original = models.FileField(upload_to="originals/")
    original_sha256 = models.CharField(max_length=64, db_index=True)
    original_bytes = models.PositiveBigIntegerField()
    original_width = models.PositiveIntegerField(null=True)
    original_height = models.PositiveIntegerField(null=True)
    problems = models.JSONField(default=list, help_text="[{code, limit, found, severity}]")
    description = models.CharField(_("description"), max_length=300, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="assets", verbose_name=_("tags"))
    poster = models.FileField(upload_to="posters/", blank=True)
    look = models.BigIntegerField(null=True, db_index=True)
    made_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="made_into")
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
    """One exact file that may be sent: rebuilt from the original, or fitted to a budget. Never changes.

    `ground` is the colour put behind what shone through. `similarity` (0 to 1) says how alike it looks to the clean
    copy. `has_alpha` says whether something shines through it; None of a file from before that was looked at.
    """

    class Purpose(models.TextChoices):
        REBUILT = "rebuilt", _("cleaned")
        FITTED = "fitted", _("made to fit")

    class Ground(models.TextChoices):
        NONE = "", _("as it is")
        WHITE = "white", _("on white")
        BLACK = "black", _("on black")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="renditions")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    budget_bytes = models.PositiveIntegerField(null=True)
    ground = models.CharField(max_length=5, choices=Ground.choices, blank=True)
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
    has_alpha = models.BooleanField(null=True)
    similarity = models.FloatField(null=True)
    steps = models.JSONField(default=list, help_text="What was done: [{code, limit, found}]")
    card = models.JSONField(default=dict, help_text="Of a contact card: what a phone shows.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "budget_bytes", "ground"], name="rendition_once_per_budget"),
            models.UniqueConstraint(
                fields=["asset"], condition=models.Q(budget_bytes__isnull=True), name="rendition_rebuilt_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset.label} · {self.get_purpose_display()}"


class Fit(models.Model):
    """A copy that somebody asked for: waited for, being made, made or impossible. The same wish is one row.

    `share` is how much is done, 0 to 100; `beat_at` the last sign of life of whoever makes it. `problem` says why there
    can be none: {code, limit, found}.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="fits")
    budget_bytes = models.PositiveIntegerField()
    ground = models.CharField(max_length=5, choices=Rendition.Ground.choices, blank=True)
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in states.Fit], default=states.Fit.WAITING)
    share = models.PositiveSmallIntegerField(default=0)
    problem = models.JSONField(default=dict)
    rendition = models.ForeignKey(Rendition, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "budget_bytes", "ground"], name="fit_once_per_wish"),
            models.CheckConstraint(
                condition=~models.Q(state=states.Fit.DONE) | models.Q(rendition__isnull=False),
                name="fit_done_has_its_copy",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state__in=states.FIT_OPEN), name="fit_open"),
        ]

    def __str__(self) -> str:
        return f"{self.asset.label} · {self.budget_bytes}"
