"""The form that takes in a file of people."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscriptions.forms import people
from subscriptions.models import ImportRun, SubscriptionGroup


class ImportForm(forms.Form):
    """A CSV file: people with their consent, or a list of people who must not be texted."""

    kind = forms.ChoiceField(
        label=_("What is in the file"),
        choices=[
            (ImportRun.Kind.CONTACTS, _("People who agreed to get texts")),
            (ImportRun.Kind.OPT_OUT, _("People who must not be texted (opt-out list)")),
        ],
        initial=ImportRun.Kind.CONTACTS,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("With a column “phone”. Columns that we do not know become attributes."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    group = forms.ModelChoiceField(
        label=_("Subscription group"), required=False, queryset=SubscriptionGroup.objects.filter(is_active=True)
    )
    source = forms.CharField(
        label=_("Where the consent was given"),
        required=False,
        max_length=200,
        help_text=_("For example: sign-up form on the shop's site."),
    )
    consent_date = forms.DateField(
        label=_("When it was given"),
        required=False,
        help_text=_("The earliest day, if there were several."),
        validators=[MinValueValidator(people.EARLIEST)],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    wording = forms.CharField(
        label=_("What people agreed to"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate(now)
        self.fields["consent_date"].widget.attrs["max"] = self.today.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == ImportRun.Kind.CONTACTS:
            for name in ("group", "source", "consent_date", "wording"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, _("People can only be imported with the consent that they gave."))
        if cleaned.get("consent_date") and cleaned["consent_date"] > self.today:
            self.add_error("consent_date", _("This day is still to come."))
        return cleaned
