"""What a user prefers."""

import zoneinfo
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Preference


def _zones() -> list[tuple[str, str | Promise | list[tuple[str, str]]]]:
    """Zones of the world by region, for a select."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(zoneinfo.available_timezones()):
        region, _slash, place = zone.partition("/")
        if place and region not in {"Etc", "SystemV", "posix", "right", "US", "Brazil", "Canada", "Chile", "Mexico"}:
            regions.setdefault(region, []).append((zone, place.replace("_", " ").replace("/", " · ")))
    return [("", _("Coordinated time (UTC)")), *regions.items()]


class PreferenceForm(forms.ModelForm[Preference]):
    """Language, time zone, appearance. Fields that were not sent keep their value, so a menu may send just one."""

    zone = forms.TypedChoiceField(
        label=_("Time zone"),
        choices=_zones,
        required=False,
        help_text=_("All times are shown in this zone. A campaign keeps the zone it was scheduled in."),
    )

    class Meta:
        model = Preference
        fields = ["language", "zone", "theme"]
        labels = {"language": _("Language"), "theme": _("Appearance")}
        help_texts = {"language": _("“As the browser asks” follows the language of your device.")}
        widgets = {"theme": forms.RadioSelect}

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: Preference) -> None:
        kept: dict[str, Any] = model_to_dict(instance, fields=["language", "zone", "theme"])
        super().__init__({**kept, **data} if data is not None else None, instance=instance)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("As the browser asks")), ("en", "English"), ("fr", "Français")]
