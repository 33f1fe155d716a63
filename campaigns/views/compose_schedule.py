"""The schedule page: now, or at a date and time in a named zone, shown back in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.humanize.templatetags import humanize
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.composing import clock, drafts, limits, problems
from campaigns.forms import compose as forms
from campaigns.forms import words
from campaigns.models import Campaign
from campaigns.views import compose_frame
from subscriptions import refusals
from subscriptions.views import access


@dataclass(frozen=True)
class Said:
    """A time said back, or why it is none and what can be booked instead (value for the form, words)."""

    words: str = ""
    relative: str = ""
    problem: str = ""
    offers: tuple[tuple[str, str], ...] = ()


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.view_campaign")
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose when; asked for JSON it only says back what was chosen, and stores nothing."""
    campaign = compose_frame.get_draft(pk)
    if request.method != "POST":
        return _page(request, campaign, _form(campaign), _stored(campaign))
    data = request.POST.copy()
    if offer := data.get("offer"):
        data["date"], _t, data["time"] = offer.partition("T")
    form = forms.ScheduleForm(data)
    if request.headers.get("Accept", "").startswith("application/json"):
        said = _say(form)
        return JsonResponse(
            {"parts": {"said": render_to_string("campaigns/_compose_said.html", {"said": said}, request)}}
        )
    compose_frame.check_may_edit(request)
    if not form.is_valid():
        return _page(request, campaign, form, Said(), status=422)
    assert isinstance(request.user, User)
    try:
        drafts.edit_schedule(
            campaign=campaign,
            when=form.cleaned_data["when"],
            local_at=form.local_at(),
            zone=form.cleaned_data["zone"],
            speed_limit=form.cleaned_data["speed_limit"],
            version=form.cleaned_data["version"],
            by=request.user,
            now=timezone.now(),
        )
    except clock.NotSchedulable as refused:
        return _page(request, campaign, form, _no_good(refused), status=422)
    except refusals.Refused as refused:
        form.add_error(None, str(refused))
        status = 409 if isinstance(refused, drafts.StaleDraft) else 422
        return _page(request, compose_frame.get_draft(pk), form, Said(), status=status)
    if data.get("act") == "next":
        return redirect("campaigns:compose_review", pk=campaign.pk)
    messages.success(request, _("Saved."))
    return redirect("campaigns:compose_schedule", pk=campaign.pk)


def say_back(campaign: Campaign, *, now: datetime) -> Said:
    """When a campaign is due, in words with the zone."""
    if campaign.when == Campaign.When.NOW or campaign.local_at is None:
        return Said()
    try:
        moment = problems.due_at(campaign, now=now)
    except clock.NotSchedulable as refused:
        return _no_good(refused)
    return _good(drafts.wall_clock(campaign.local_at), campaign.zone, moment)


def _form(campaign: Campaign) -> forms.ScheduleForm:
    zone = campaign.zone or str(timezone.get_current_timezone())
    local_at = drafts.wall_clock(campaign.local_at) if campaign.local_at else None
    return forms.ScheduleForm(
        initial={
            "when": campaign.when,
            "date": local_at.date() if local_at else None,
            "time": local_at.time() if local_at else None,
            "zone": zone,
            "speed_limit": campaign.speed_limit,
            "version": campaign.version,
        }
    )


def _stored(campaign: Campaign) -> Said:
    return say_back(campaign, now=timezone.now())


def _say(form: forms.ScheduleForm) -> Said:
    if not form.is_valid() or form.local_at() is None:
        return Said()
    local_at, zone = form.local_at(), form.cleaned_data["zone"]
    assert local_at is not None  # asked just before
    try:
        return _good(local_at, zone, clock.moment(local_at=local_at, zone=zone, now=timezone.now()))
    except clock.NotSchedulable as refused:
        return _no_good(refused)


def _good(local_at: datetime, zone: str, moment: datetime) -> Said:
    said = _("%(when)s, %(place)s time") % {"when": words.said(local_at), "place": words.place(zone)}
    own = str(timezone.get_current_timezone())
    relative = str(humanize.naturaltime(moment))
    if own != zone:
        here = words.said(clock.wall(moment=moment, zone=own))
        relative = _("%(relative)s; for you it is %(here)s (%(place)s)") % {
            "relative": relative,
            "here": here,
            "place": words.place(own),
        }
    return Said(words=said, relative=relative)


def _no_good(refused: clock.NotSchedulable) -> Said:
    offers = tuple((offer.isoformat(timespec="minutes"), words.said(offer)) for offer in refused.offers)
    return Said(problem=words.not_schedulable(refused), offers=offers)


def _page(
    request: HttpRequest, campaign: Campaign, form: forms.ScheduleForm, said: Said, *, status: int = 200
) -> HttpResponse:
    limit = limits.of_group(campaign.group)
    found = [
        *problems.of_group(campaign.group, limit=limit),
        *problems.of_content(revision=drafts.content(campaign), group=campaign.group, limit=limit),
        *problems.of_schedule(campaign, now=timezone.now()),
    ]
    context: dict[str, Any] = compose_frame.context(
        request, campaign, "schedule", found=found, form=form, said=said, undo_s=settings.UNDO_S
    )
    return render(request, "campaigns/compose_schedule.html", context, status=status)
