"""One campaign under way, or done: the sum that adds up, its pace, its people; pause, resume, cancel, undo."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import states
from campaigns.forms import reason_words
from campaigns.lifecycle import campaigns as lifecycle
from campaigns.models import Campaign, History, Message, Run
from campaigns.reports import dashboard, health, pace, recipients, sums
from campaigns.sending import schedule
from campaigns.views import live_control, live_follow_up, live_ledger, live_parts, live_unclear
from subscriptions import refusals
from subscriptions.views import access

QUICK_S, SLOW_S = 2, 15
TIMELINE = 12


@require_safe
@access.permission_needed("campaigns.view_campaign")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page; a draft's place is the composer."""
    campaign = get_object_or_404(Campaign.objects.select_related("group", "confirmed_by"), pk=pk)
    if campaign.is_editable:
        return redirect("campaigns:compose_content", pk=pk)
    parts = {part.id: part for part in _parts(request, campaign)}
    return render(request, "campaigns/live.html", {"campaign": campaign, "parts": parts})


@require_safe
@access.permission_needed("campaigns.view_campaign")
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed on it since the browser asked last."""
    campaign = get_object_or_404(Campaign.objects.select_related("group", "confirmed_by"), pk=pk)
    if campaign.is_editable:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return live_parts.answer(request, parts=_parts(request, campaign))


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.launch_campaign")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End it for good, asked once with the number of people it concerns."""
    campaign = get_object_or_404(Campaign, pk=pk)
    if request.method == "POST":
        return _act(request, campaign, schedule.cancel, _("“%(name)s” is cancelled. Nothing more leaves."))
    return render(request, "components/confirm.html", {**_cancel_words(campaign), "back": _address(campaign)})


@require_POST
@access.permission_needed("campaigns.launch_campaign")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let nothing more leave."""
    campaign = get_object_or_404(Campaign, pk=pk)
    return _act(request, campaign, schedule.pause, _("“%(name)s” is paused."))


@require_POST
@access.permission_needed("campaigns.launch_campaign")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry on with the rest, or release what was held."""
    campaign = get_object_or_404(Campaign, pk=pk)
    return _act(request, campaign, schedule.resume, _("“%(name)s” goes on with the rest."))


@require_POST
@access.permission_needed("campaigns.launch_campaign")
def try_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one message leave; its answer decides whether the rest follows."""
    campaign = get_object_or_404(Campaign, pk=pk)
    return _act(request, campaign, schedule.try_one, _("One message of “%(name)s” is tried; its answer decides."))


@require_POST
@access.permission_needed("campaigns.launch_campaign")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a booked campaign back to the desk: nothing has left."""
    campaign = get_object_or_404(Campaign, pk=pk)
    done = _("“%(name)s” is a draft again. Nothing was sent.")
    response = _act(request, campaign, lifecycle.unschedule, done)
    return redirect("campaigns:compose_review", pk=pk) if campaign.is_editable else response


def _act(request: HttpRequest, campaign: Campaign, verb: Any, done: str) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        verb(campaign=campaign, by=request.user, now=timezone.now())
    except refusals.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done % {"name": campaign.name})
    campaign.refresh_from_db()
    return redirect("campaigns:campaign_live", pk=campaign.pk)


def _address(campaign: Campaign) -> str:
    return str(redirect("campaigns:campaign_live", pk=campaign.pk)["Location"])


def _cancel_words(campaign: Campaign) -> dict[str, Any]:
    run = _run(campaign)
    waiting = sums.by_run(run_ids=[run.pk])[run.pk].waiting if run else campaign.confirmed_people or 0
    words = ngettext(
        "%(count)s person who is still waiting will not get it. What has left stays with its phone. "
        "This cannot be undone.",
        "%(count)s people who are still waiting will not get it. What has left stays with its phones. "
        "This cannot be undone.",
        waiting,
    ) % {"count": waiting}
    return {
        "id": "cancel",
        "title": _("Cancel “%(name)s”?") % {"name": campaign.name},
        "words": words,
        "act": _("Cancel campaign"),
        "action": f"{_address(campaign).removesuffix('live')}cancel",
        "is_stop": True,
    }


def _run(campaign: Campaign) -> Run | None:
    runs = Run.objects.filter(campaign=campaign).select_related("revision__rendition", "campaign")
    return runs.order_by("-pk").first()


def _parts(request: HttpRequest, campaign: Campaign) -> list[live_parts.Part]:
    run = _run(campaign)
    now = timezone.now()
    found = sums.by_run(run_ids=[run.pk])[run.pk] if run else None
    speed = _pace(run, now)
    context: dict[str, Any] = {"campaign": campaign, "run": run, "now": now, **live_ledger.alarm(run)}
    top = {
        **live_control.hold(campaign, run),
        "may_follow_up": live_follow_up.may(run, found),
    }
    trouble = {
        "silent": _silent(campaign),
        "stuck": speed["pace"].stuck if speed["pace"] else 0,
        **live_control.rests(run, now),
        "has_file": run and run.revision.rendition,
    }
    if run is not None and found is not None:
        doubt = live_unclear.note(run, found, now)
        total = ("_live_sum.html", {"sum": found, **speed})
        people = _people(request, run, found)
    else:
        left_s = max(0, int(((campaign.due_at or now) - now).total_seconds()))
        doubt = None
        total = ("_live_booked.html", {"left_s": left_s, "soon": left_s <= settings.UNDO_S})
        # Its place is there from the first moment, so that it can be swapped in when people were picked.
        people = {"sum": None}
    shown: list[tuple[str, str, dict[str, Any]]] = [
        ("poll", "_live_poll.html", {"every": _every(campaign), "query": _query(request)}),
        ("top", "_live_top.html", top),
        ("trouble", "_live_trouble.html", trouble),
        ("ledger", "_live_ledger.html", {}),
        ("unclear", "_live_unclear.html", {"doubt": doubt}),
        ("sum", *total),
        ("people", "_live_people.html", people),
        ("story", "_live_story.html", {"story": _story(campaign)}),
    ]
    return [_part(request, id, template, {**context, **more}) for id, template, more in shown]


def _part(request: HttpRequest, id: str, template: str, context: dict[str, Any]) -> live_parts.Part:
    return live_parts.make(request, id=id, template=f"campaigns/{template}", context=context)


def _query(request: HttpRequest) -> str:
    """What the page shows of its people, for the next question."""
    return urlencode({name: request.GET[name] for name in ("part", "reason", "q", "after") if request.GET.get(name)})


def _every(campaign: Campaign) -> int:
    open_states = {states.Campaign.RUNNING, states.Campaign.SCHEDULED}
    settled_long_ago = timezone.now() - timedelta(minutes=5)
    recent = campaign.runs.filter(Q(finished_at__gte=settled_long_ago) | Q(trying__isnull=False)).exists()
    return QUICK_S if campaign.state in open_states or recent else SLOW_S


def _silent(campaign: Campaign) -> list[object]:
    """Processes without a sign of life, where this campaign needs them."""
    if campaign.state not in {states.Campaign.RUNNING, states.Campaign.SCHEDULED}:
        return []
    return [item.subject for item in dashboard.silent(now=timezone.now(), processes=health.processes())]


def _pace(run: Run | None, now: Any) -> dict[str, Any]:
    if run is None or run.state != states.Run.RUNNING:
        return {"pace": None, "ends_at": None}
    speed = pace.of_run(run=run, now=now)
    ends_at = now + timedelta(seconds=speed.left_s) if speed.left_s is not None else None
    return {"pace": speed, "ends_at": ends_at, "left": timedelta(seconds=round(speed.left_s or 0))}


def _people(request: HttpRequest, run: Run, found: sums.Sum) -> dict[str, Any]:
    chosen = {name: request.GET.get(name, "").strip()[:100] for name in ("part", "reason", "q")}
    after = request.GET.get("after", "")
    page = recipients.page(
        run=run,
        part=chosen["part"],
        reason=chosen["reason"],
        search=chosen["q"],
        after=int(after) if after.isdecimal() and len(after) < 19 else 0,
        sees_numbers=request.user.has_perm("subscriptions.see_phone_numbers"),
    )
    kept = urlencode({name: value for name, value in chosen.items() if value})
    rows = [(row, of := sums.PART_OF_STATE[row.state], sums.LABELS[of], _why(row)) for row in page.rows]
    reasons = [(part, code, reason_words.reason(code), n) for part, code, n in recipients.by_reason(run=run)]
    return {
        **chosen,
        "rows": rows,
        "sum": found,
        "tabs": [one for one in found.parts if one.count],
        "reasons": reasons,
        "next": f"{kept}&after={page.after}" if kept else f"after={page.after}",
        "has_next": bool(page.after),
        "is_first": not after,
        "kept": kept,
    }


def _why(row: Message) -> str:
    return reason_words.reason(row.reason) if row.reason else ""


def _story(campaign: Campaign) -> list[tuple[History, str]]:
    """Each move; where the state stayed, with what was done in words."""
    moves = History.objects.filter(thing="campaign", thing_id=campaign.pk).select_related("by")
    return [(move, reason_words.act(move.why)) for move in moves[:TIMELINE]]
