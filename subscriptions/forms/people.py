"""Forms about one person: adding them, recording consent, and what to search the list by."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscriptions import phones
from subscriptions.forms import words
from subscriptions.models import Contact, SubscriptionGroup
from subscriptions.segments import search

ATTRIBUTES_LIMIT = 30
# Nobody agreed to texts before there were any; the first days of the calendar cannot be told in every zone either.
EARLIEST = date(1992, 12, 3)


class PhoneField(forms.CharField):
    """A phone number in any spelling; cleaned to a phones.Phone that can be texted."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> phones.Phone:
        phone = phones.parse(super().clean(value))
        if not phone.is_valid:
            raise forms.ValidationError(words.why_not_phone(phone.reason), code=phone.reason)
        return phone


class AttributesField(forms.CharField):
    """Attributes as lines of "name: value"; cleaned to a dict."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in filter(None, (line.strip() for line in super().clean(value).splitlines())):
            name, colon, content = (part.strip() for part in line.partition(":"))
            if not (colon and name and content) or len(name) > 60 or len(content) > 1_000:
                raise forms.ValidationError(
                    _("Write “name: value” on each line, like “store: Denver”. Found: %(found)s"),
                    code="attributes",
                    params={"found": line[:60]},
                )
            found[name] = content
        if len(found) > ATTRIBUTES_LIMIT:
            raise forms.ValidationError(_("At most 30 attributes can be given here."), code="too_many")
        return found


class ConsentForm(forms.Form):
    """Consent of one person to one group, as they gave it."""

    group = forms.ModelChoiceField(
        label=_("Subscription group"), queryset=SubscriptionGroup.objects.filter(is_active=True)
    )
    wording = forms.CharField(
        label=_("What they agreed to"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The words that they saw or heard, for example on the sign-up form."),
    )
    detail = forms.CharField(
        label=_("How they gave it"), max_length=300, help_text=_("For example: paper form in the Denver shop.")
    )
    given_on = forms.DateField(
        label=_("When they gave it"),
        validators=[MinValueValidator(EARLIEST)],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        kwargs["initial"] = {"given_on": timezone.localdate(now), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["given_on"].widget.attrs["max"] = timezone.localdate(now).isoformat()

    def clean_given_on(self) -> datetime:
        """The moment: now if it was today, else the day's beginning where the user is."""
        day = self.cleaned_data["given_on"]
        today = timezone.localdate(self.now)
        if day > today:
            raise forms.ValidationError(_("This day is still to come."), code="future")
        return self.now if day == today else timezone.make_aware(datetime.combine(day, time.min))


class PersonForm(ConsentForm):
    """One new person with their consent."""

    field_order = ["phone", "first_name", "last_name", "attributes"]

    phone = PhoneField(label=_("Phone number"), help_text=_("Any spelling; without a country code it is a US number."))
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    attributes = AttributesField(
        label=_("Attributes"), required=False, help_text=_("One a line, like “store: Denver”.")
    )
    known: Contact | None = None

    def clean_phone(self) -> phones.Phone:
        phone: phones.Phone = self.cleaned_data["phone"]
        self.known = Contact.objects.filter(phone=phone.e164).first()
        if self.known:
            raise forms.ValidationError(_("This number is in the list already."), code="known")
        return phone


class SearchForm(forms.Form):
    """What the list is narrowed by. Nothing in it is ever wrong: what is not understood does not narrow."""

    q = forms.CharField(required=False, max_length=100, label=_("Name or number"))
    group = forms.ModelChoiceField(
        required=False, label=_("Group"), queryset=SubscriptionGroup.objects.all(), empty_label=_("All groups")
    )
    standing = forms.ChoiceField(
        required=False, label=_("Standing"), choices=[("", _("Any standing")), *search.STANDINGS.items()]
    )
