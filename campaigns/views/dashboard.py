"""The first page: what runs, what comes, what came of it, and what needs a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.reports import dashboard, health
from campaigns.views import live_parts, lookout
from subscriptions.views import access

QUICK_S, SLOW_S = 2, 10


@require_safe
@access.permission_needed("campaigns.view_campaign")
def show(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    found = _read()
    parts = {part.id: part for part in _parts(request, found)}
    return render(request, "campaigns/dashboard.html", {"dashboard": found, "parts": parts})


@require_safe
@access.permission_needed("campaigns.view_campaign")
def part(request: HttpRequest) -> HttpResponse:
    """What changed on it since the browser asked last."""
    lookout.look()
    return live_parts.answer(request, parts=_parts(request, _read()))


def _read() -> dashboard.Dashboard:
    return dashboard.read(now=timezone.now(), processes=health.processes())


def _parts(request: HttpRequest, found: dashboard.Dashboard) -> list[live_parts.Part]:
    runs = [
        live_parts.make(
            request,
            id=f"run-{line.campaign.pk}",
            template="campaigns/_dashboard_run.html",
            context={"line": line},
            within="running",
        )
        for line in found.running
    ]
    every = QUICK_S if runs else SLOW_S
    return [
        live_parts.make(request, id="poll", template="campaigns/_dashboard_poll.html", context={"every": every}),
        live_parts.make(
            request,
            id="attention",
            template="campaigns/_dashboard_attention.html",
            context={"attention": found.attention},
        ),
        live_parts.make(
            request,
            id="running",
            template="campaigns/_dashboard_running.html",
            context={"runs": runs},
            content=" ".join(run.id for run in runs) or "none",
        ),
        live_parts.make(request, id="due", template="campaigns/_dashboard_due.html", context={"due": found.due}),
        live_parts.make(
            request, id="results", template="campaigns/_dashboard_results.html", context={"results": found.results}
        ),
        *runs,
    ]
