"""What the composer's pages send."""

import functools
import zoneinfo
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.forms import text_words
from campaigns.models import Campaign
from subscriptions import phones, segments
from subscriptions.models import OurPhone

# Far above what may be sent, so that a text that is too long is kept as typed and marked.
TEXT_KEPT_CHARACTERS = 50_000
EMPTY_ROWS = 1


class ContentForm(forms.Form):
    """The text as typed, and how the preview is looked at."""

    text = forms.CharField(required=False, strip=False)
    version = forms.IntegerField(min_value=1)
    act = forms.CharField(required=False, max_length=80)
    sample = forms.IntegerField(required=False, min_value=0)
    sample_q = forms.CharField(required=False, max_length=80)
    as_link = forms.BooleanField(required=False)
    replace = forms.BooleanField(required=False)
    # What is to be seen on which file: another one may stand there by the time that this arrives.
    description = forms.CharField(required=False, max_length=2_000)
    described = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        found = len(text.replace("\r\n", "\n"))
        if found > TEXT_KEPT_CHARACTERS:
            raise forms.ValidationError(text_words.not_kept(limit=TEXT_KEPT_CHARACTERS, found=found), code="too_long")
        return text


class VersionForm(forms.Form):
    """A form that only says which state of the draft was seen."""

    version = forms.IntegerField(min_value=1)


class LaunchForm(VersionForm):
    """The one confirmation: it states the number of people."""

    people = forms.IntegerField(min_value=0)


def audience_of(data: MultiValueDict[str, str], *, whole: bool) -> dict[str, Any]:
    """The audience in a posted form, as `filters.clean` takes it. Without `whole`, half-filled rows are left out."""
    rows = zip(data.getlist("name"), data.getlist("op"), data.getlist("value"), strict=False)
    missed = {"run": data["missed"], "who": [who_of(one) for one in data.getlist("who")]} if "missed" in data else None
    return {
        **({"missed": missed} if missed else {}),
        "countries": data.getlist("countries"),
        "attributes": [
            {"name": name, "op": op, "value": value}
            for name, op, value in rows
            if name and (whole or value.strip() or op in segments.WITHOUT_VALUE)
        ],
    }


def who_of(sent: str) -> list[str]:
    """(state, reason) as it stands in a form: state:reason."""
    state, _colon, reason = sent.partition(":")
    return [state, reason]


class ZoneSelect(forms.Select):
    """A select of all zones. There are five hundred, and Django would render a template for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        groups = (
            (region, format_html_join("", "{}", ((_option(zone, place, zone == value),) for zone, place in places)))
            for region, places in zones()
        )
        options = format_html_join("", '<optgroup label="{}">{}</optgroup>', groups)
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs({**self.attrs, "name": name}, attrs)), options
        )


def _option(zone: str, place: str, is_chosen: bool) -> SafeString:
    if is_chosen:
        return format_html('<option value="{}" selected>{}</option>', zone, place)
    return format_html('<option value="{}">{}</option>', zone, place)


class ScheduleForm(VersionForm):
    """Now, or at a date and time in a zone."""

    when = forms.ChoiceField(choices=Campaign.When.choices, widget=forms.RadioSelect)
    date = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    zone = forms.ChoiceField(label=_("Time zone"), required=False, widget=ZoneSelect)
    speed_limit = forms.DecimalField(
        label=_("Speed limit"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal("10000"),
        max_digits=7,
        decimal_places=2,
        help_text=_(
            "At most so many messages a second; a long text counts each of its parts. Left empty, it goes as fast as "
            "the numbers may. Slower helps where a shop or a phone line should not be overrun."
        ),
        widget=forms.NumberInput(attrs={"min": "0.01", "step": "any", "inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = zones()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("when") != Campaign.When.AT:
            return cleaned
        for name, words in (("date", _("Choose a day.")), ("time", _("Choose a time.")), ("zone", _("Choose a zone."))):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, str(words))
        return cleaned

    def local_at(self) -> datetime | None:
        """The wall clock time that was said, naive."""
        if self.cleaned_data["when"] != Campaign.When.AT:
            return None
        said: datetime = datetime.combine(self.cleaned_data["date"], self.cleaned_data["time"])
        return said.replace(second=0, microsecond=0)


@functools.cache
def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """All named zones by region, as a select groups them."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, place = name.partition("/")
        if place and region not in {"Etc", "SystemV", "US", "posix", "right"}:
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [("UTC", [("UTC", "UTC")]), *regions.items()]


class TestSendForm(VersionForm):
    """Which of our phones get a test."""

    __test__ = False  # for pytest, which collects what is called Test…

    to = forms.ModelMultipleChoiceField(
        queryset=OurPhone.objects.filter(proved_at__isnull=False),
        error_messages={"required": _("Choose at least one phone.")},
    )


class OurPhoneForm(forms.Form):
    """A phone of ours, to be proved by a code that it replies with."""

    label = forms.CharField(
        label=_("Whose phone"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(label=_("Number"), max_length=40, widget=forms.TextInput(attrs={"type": "tel"}))

    def clean_phone(self) -> str:
        read = phones.parse(self.cleaned_data["phone"])
        if not read.is_valid:
            words = _("This is not a number that can be texted. Write it like +1 212 555 0123.")
            raise forms.ValidationError(words, code=read.reason)
        return read.e164
