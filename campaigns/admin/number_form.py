"""The form of a sender number: every truth of the table as a sentence that names the limit and what was found."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from campaigns.admin import countries
from campaigns.gateways import rates
from subscriptions import phones
from subscriptions.models import SenderNumber

Kind = SenderNumber.Kind


class NumberForm(forms.ModelForm[SenderNumber]):
    """One sender number. Long codes and toll-free numbers may be typed in any spelling."""

    country = forms.ChoiceField(choices=countries.choices, label=_lazy("Country"), initial="US")

    class Meta:
        model = SenderNumber
        fields = (
            "group",
            "kind",
            "value",
            "country",
            "is_mms_enabled",
            "rate",
            "account",
            "brand",
            "registration",
            "is_active",
        )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        # As a row under its group a field has no label of its own: Django only puts a head over the column.
        for field in self.fields.values():
            field.widget.attrs.setdefault("aria-label", str(field.label))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, value, country = data.get("kind"), data.get("value"), data.get("country")
        if kind and value and country:
            value = data["value"] = normal(kind=kind, value=value, country=country)
            problem = shape_problem(kind=kind, value=value, country=country) or self._taken(kind, value, country)
            if problem:
                self.add_error("value", problem)
        if data.get("is_mms_enabled"):
            if kind == Kind.ALPHANUMERIC:
                self.add_error("is_mms_enabled", _("An alphanumeric ID cannot send MMS: take the MMS flag away."))
            elif country and country not in phones.MMS_COUNTRIES:
                self.add_error(
                    "is_mms_enabled",
                    _("Only US and Canadian numbers send MMS, and this one is of %(country)s: take the flag away.")
                    % {"country": countries.name(country)},
                )
        if kind and data.get("rate") is None and "rate" not in self.errors:
            data["rate"] = Decimal(str(rates.DEFAULT_PARTS_PER_S[kind]))
        return data

    def _taken(self, kind: str, value: str, country: str) -> str:
        others = SenderNumber.objects.filter(value=value).exclude(pk=self.instance.pk)
        owner = (others.filter(country=country) if kind == Kind.SHORT_CODE else others).first()
        if owner is None:
            return ""
        return _("A number belongs to one group, and %(number)s already belongs to “%(group)s”.") % {
            "number": value,
            "group": owner.group,
        }


def normal(*, kind: str, value: str, country: str) -> str:
    """The value as it is stored: E.164 where it can be read as one, else without outer spaces."""
    if kind in {Kind.LONG_CODE, Kind.TOLL_FREE}:
        return phones.parse(value, default_country=country).e164 or value.strip()
    return value.replace(" ", "").replace("-", "") if kind == Kind.SHORT_CODE else value.strip()


def shape_problem(*, kind: str, value: str, country: str) -> str:
    """What is wrong with a value of this kind, naming the limit and what was found; empty if nothing is."""
    if kind == Kind.SHORT_CODE:
        if re.fullmatch(r"[0-9]{3,8}", value):
            return ""
        return _(
            "A short code is 3 to 8 digits and nothing else. “%(found)s” has %(digits)s digits in %(all)s signs."
        ) % {
            "found": value,
            "digits": sum(sign.isdecimal() for sign in value),
            "all": len(value),
        }
    if kind == Kind.ALPHANUMERIC:
        if re.fullmatch(r"[A-Za-z0-9 ]{1,10}[A-Za-z0-9]", value) and re.search(r"[A-Za-z]", value):
            return ""
        return _(
            "An alphanumeric ID is 2 to 11 letters A to Z, digits and spaces, with at least one letter. "
            "“%(found)s” has %(all)s signs."
        ) % {"found": value, "all": len(value)}
    return _phone_problem(kind, value, country)


def _phone_problem(kind: str, value: str, country: str) -> str:
    if not phones.E164.fullmatch(value):
        return _("A %(kind)s is + and 7 to 15 digits, like +12125550123. “%(found)s” has %(digits)s digits.") % {
            "kind": Kind(kind).label,
            "found": value,
            "digits": sum(sign.isdecimal() for sign in value),
        }
    read = phones.parse(value)
    if kind == Kind.TOLL_FREE and read.kind != "toll_free":
        return _("%(found)s is not toll-free. Choose the kind “long code”, or correct the number.") % {"found": value}
    if kind == Kind.LONG_CODE and read.kind == "toll_free":
        return _("%(found)s is toll-free. Choose the kind “toll-free number”.") % {"found": value}
    # Toll-free numbers of North America are shared by its countries.
    if kind == Kind.LONG_CODE and read.country and read.country != country:
        return _("%(found)s is a number of %(theirs)s, and the country here is %(ours)s.") % {
            "found": value,
            "theirs": countries.name(read.country),
            "ours": countries.name(country),
        }
    return ""
