"""What templates say over and over: icons, states, numbers with units, moments, phones, form fields."""

import functools
import re
import zoneinfo
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms, template
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AbstractUser, AnonymousUser, PermissionsMixin
from django.contrib.humanize.templatetags import humanize
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns import states
from campaigns.models import Campaign
from campaigns.templatetags import marks
from subscriptions import hiding, phones

register = template.Library()

NO_BREAK = "\u00a0"
ICON_NAME = re.compile(r"[a-z0-9-]+")
PATHS = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@functools.cache
def _drawing(folder: Path, name: str) -> str:
    if not ICON_NAME.fullmatch(name):
        raise template.TemplateSyntaxError(f"{name!r} is no icon name.")
    inside = PATHS.search((folder / "outline" / f"{name}.svg").read_text())
    if inside is None:
        raise template.TemplateSyntaxError(f"The icon {name!r} is no SVG drawing.")
    return " ".join(line for line in inside[1].split() if line).replace(
        '<path stroke="none" d="M0 0h24v24H0z" fill="none" /> ', ""
    )


@register.simple_tag
def icon(name: str, size: int = 20, extra: str = "") -> SafeString:
    """One outline icon of Tabler, in the text's colour; decoration only, so the words must stand beside it."""
    return format_html(
        '<svg class="icon {}" width="{}" height="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        "{}</svg>",
        extra,
        size,
        size,
        mark_safe(_drawing(settings.ICONS_DIR, name)),  # noqa: S308 - a file of a pinned package
    )


@register.simple_tag
def badge(state: str) -> SafeString:
    """A state as shape and word, in its tone."""
    mark = marks.of(str(state))
    return format_html('<span class="badge-state is-{}">{}{}</span>', mark.tone, icon(mark.icon, 14), mark.label)


@register.simple_tag
def campaign_url(campaign: Campaign) -> str:
    """Where a campaign is looked at in its state: a draft in the composer, a scheduled one in review, else live."""
    if campaign.state == states.Campaign.DRAFT:
        return reverse("campaigns:compose_content", args=[campaign.pk])
    never_ran = campaign.state == states.Campaign.ARCHIVED and campaign.due_at is None
    if never_ran or campaign.state == states.Campaign.SCHEDULED:
        return reverse("campaigns:compose_review", args=[campaign.pk])
    return reverse("campaigns:campaign_live", args=[campaign.pk])


@register.filter
def state_label(state: str) -> str:
    """The word for a state."""
    return str(marks.of(str(state)).label)


@register.filter
def state_tone(state: str) -> str:
    """The tone of a state: go, late, stop, rest or live."""
    return marks.of(str(state)).tone


@register.filter
def grouped(value: int | None) -> str:
    """A whole number with the locale's thousands."""
    return "–" if value is None else number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.filter
def kb(value: int | None) -> str:
    """Bytes as KB with one decimal (1 KB = 1,000 bytes); above 1,000,000 bytes as MB with two."""
    if value is None:
        return "–"
    size, places, unit = (value / 1e6, 2, _("MB")) if value > 1_000_000 else (value / 1e3, 1, _("KB"))
    return (
        f"{number_format(round(size, places), decimal_pos=places, use_l10n=True, force_grouping=True)}{NO_BREAK}{unit}"
    )


@register.filter
def percent_of(part: int, whole: int) -> str:
    """A share in whole per cent, rounded down, so that 100% means all; a dash of nothing."""
    if not whole:
        return "–"
    share = part * 100 // whole
    words = _("under 1") if part and not share else str(share)
    return _("%(share)s%%") % {"share": words}


@register.filter
def phone(value: str, user: AbstractBaseUser | AnonymousUser) -> str:
    """A phone number as people read it, masked for those who may not see numbers."""
    return phones.written(value) if _sees_numbers(user) else phones.mask(value)


@register.simple_tag(takes_context=True)
def said(context: template.Context, text: object, of: str = "", chars: int = 0) -> str:
    """What was sent or written, with phone numbers masked for those who may not see them; `of` is the row's own.

    Every text of a message is shown by this, since anybody's number may stand in it. Cut to `chars`, if given.
    """
    shown = str(text) if _sees_numbers(context.get("user")) else hiding.hide(str(text), own=of)
    return Truncator(shown).chars(chars) if chars else shown


def _sees_numbers(user: object) -> bool:
    if not isinstance(user, AnonymousUser | PermissionsMixin):
        return False
    return bool(user.has_perm("subscriptions.see_phone_numbers"))


def place_of(zone: str) -> str:
    """A zone as people say it: America/New_York -> New York time."""
    if zone in {"UTC", "Etc/UTC"}:
        return "UTC"
    return _("%(place)s time") % {"place": zone.rsplit("/", 1)[-1].replace("_", " ")}


@register.filter
def zoned(value: datetime | None, zone: str = "") -> str:
    """A moment in words with its zone: Tue 4 Mar 2026, 09:00, Denver time. Without a zone, in the reader's own."""
    if value is None:
        return "–"
    local = _local(value, zone)
    shown = dateformat.format(local, _("D j M Y, H:i"))
    return f"{shown}, {place_of(str(local.tzinfo))}"


def _local(value: datetime, zone: str = "") -> datetime:
    """The moment on the clocks of a zone, or the reader's. At either end of the calendar, where a zone would lead out
    of it, in the zone that it has: a page must never fall over one wrong clock."""
    try:
        return timezone.localtime(value, zoneinfo.ZoneInfo(zone) if zone else None)
    except OverflowError:
        return value


@register.filter
def to_the_second(value: datetime) -> str:
    """A moment in words with its zone, to the second: for comparing two of them."""
    local = _local(value)
    moment = dateformat.format(local, _("D j M Y, H:i:s"))
    return f"{moment}, {place_of(str(local.tzinfo))}"


@register.filter
def day(value: date | None) -> str:
    """A day in words: Wed 4 Mar 2026."""
    return "–" if value is None else dateformat.format(value, _("D j M Y"))


@register.filter
def person(user: AbstractUser) -> str:
    """Who of the team it is: the whole name, else the name to log in with."""
    return user.get_full_name() or user.get_username()


@register.simple_tag
def when(value: datetime | None) -> SafeString:
    """How long ago or how soon, with the exact moment on hover and for machines."""
    if value is None:
        return mark_safe("–")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), zoned(value), humanize.naturaltime(value)
    )


@register.filter
def clock_time(value: datetime | None) -> str:
    """Hours and minutes in the reader's zone."""
    return "–" if value is None else dateformat.format(_local(value), _("H:i"))


@register.filter
def duration(value: timedelta | float | None) -> str:
    """A length of time in its two largest units; a number means seconds. Rounded up: what is left is never 0."""
    if value is None:
        return "–"
    seconds = -(-(value.total_seconds() if isinstance(value, timedelta) else value) // 1)
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = [
        ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": grouped(hours)} if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes} if minutes else "",
        ngettext("%(n)s second", "%(n)s seconds", rest) % {"n": rest} if not hours and (rest or not minutes) else "",
    ]
    return " ".join(word for word in words if word)


@register.filter
def decimal(value: float, places: int = 1) -> str:
    """A number with as many decimals as it needs, up to `places`."""
    return str(floatformat(value, f"-{places}g"))


WIDGET_CLASSES: list[tuple[type[forms.Widget], str]] = [
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.Select, "form-select"),
]


@register.inclusion_tag("components/_field.html")
def field(bound: forms.BoundField, optional: str = "") -> dict[str, Any]:
    """One form field whole: label, help, widget, error; tied together for screen readers."""
    widget = bound.field.widget
    css = next((name for kind, name in WIDGET_CLASSES if isinstance(widget, kind)), "form-control")
    if bound.errors:
        css += " is-invalid"
    if css not in widget.attrs.get("class", ""):
        # On the widget itself, so that each radio of a set has it too.
        widget.attrs["class"] = f"{widget.attrs.get('class', '')} {css}".strip()
    wrong = [name for name in bound.form.fields if name in bound.form.errors] if bound.errors else []
    if wrong[:1] == [bound.name]:
        # Where the page opens after a refusal: at the first field that is wrong.
        widget.attrs["autofocus"] = True
    return {
        "field": bound,
        "widget": bound.as_widget(),
        "is_check": isinstance(widget, forms.CheckboxInput),
        "is_set": isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple),
        "optional": optional,
    }
