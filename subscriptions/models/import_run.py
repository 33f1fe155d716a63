"""Imports of contacts and opt-outs: checked first, committed on a second word."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from subscriptions.models.group import SubscriptionGroup


class ImportRun(models.Model):
    """One uploaded CSV file, what the dry run found in it and what was committed."""

    class Kind(models.TextChoices):
        CONTACTS = "contacts", _("contacts with consent")
        OPT_OUT = "opt_out", _("opt-out list")

    class State(models.TextChoices):
        CHECKED = "checked", _("checked, not imported")
        COMMITTED = "committed", _("imported")
        DROPPED = "dropped", _("dropped")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CHECKED)
    file_name = models.CharField(_("file name"), max_length=100)
    file = models.FileField(_("file"), upload_to="imports/")
    group = models.ForeignKey(
        SubscriptionGroup, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("subscription group")
    )
    source = models.CharField(_("where the consent was given"), max_length=200, blank=True)
    wording = models.TextField(_("what people agreed to"), blank=True)
    consent_date = models.DateField(_("when consent was given"), null=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    opted_out = models.PositiveIntegerField(_("opted out"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    problems = models.JSONField(
        _("problems"), default=list, help_text="The first ones: [{line, code, column, limit, found}]"
    )
    # How the file was read: encoding, delimiter, which column became what, problems by code.
    reading = models.JSONField(_("how it was read"), default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    committed_at = models.DateTimeField(_("imported at"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name
