"""The ledger of one campaign: its alarm, counting it anew, and the ledger as files."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.events import stream
from campaigns.forms import ledger_csv
from campaigns.lifecycle import ledger as lifecycle
from campaigns.models import Campaign, Run
from campaigns.reports import ledger
from subscriptions.views import access


def alarm(run: Run | None) -> dict[str, Any]:
    """What the page says where the ledger is wrong, and when it was checked."""
    check = ledger.of_run(run=run) if run else None
    is_wrong = check is not None and check.wrong_since is not None
    return {
        "check": check,
        "is_wrong": is_wrong,
        "lines": ledger.differences(check=check) if check and is_wrong else [],
    }


@require_POST
@access.permission_needed("campaigns.view_campaign", "campaigns.mend_ledger")
def count_anew(request: HttpRequest, pk: int) -> HttpResponse:
    """Rebuild the counts of the latest run from its messages."""
    assert isinstance(request.user, User)
    campaign = get_object_or_404(Campaign, pk=pk)
    run = get_object_or_404(Run.objects.filter(campaign=campaign).order_by("-pk")[:1])
    check = lifecycle.count_anew(run=run, by=request.user, now=timezone.now())
    if check.wrong_since is None:
        messages.success(
            request, _("“%(name)s” was counted anew. Everybody is accounted for.") % {"name": campaign.name}
        )
    else:
        messages.error(
            request,
            _("“%(name)s” was counted anew, and it is still wrong: the number planned is not the number of messages.")
            % {"name": campaign.name},
        )
    return redirect("campaigns:campaign_live", pk=pk)


@require_safe
@access.permission_needed("campaigns.view_campaign", "campaigns.export")
def people_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """One row for each person of the latest run; it is written while it is read from the database."""
    run = _exported(request, pk, "people")
    sees_numbers = request.user.has_perm("subscriptions.see_phone_numbers")
    return _file(f"campaign-{pk}-people.csv", ledger_csv.people(run=run, sees_numbers=sees_numbers))


@require_safe
@access.permission_needed("campaigns.view_campaign", "campaigns.export")
def sums_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """How many people are in each state, and why."""
    return _file(f"campaign-{pk}-sums.csv", ledger_csv.sums(run=_exported(request, pk, "sums")))


def _exported(request: HttpRequest, pk: int, what: str) -> Run:
    """The latest run. Who took what out of the house stands in the event stream."""
    campaign = get_object_or_404(Campaign, pk=pk)
    run = get_object_or_404(Run.objects.filter(campaign=campaign).order_by("-pk")[:1])
    if request.method == "GET":
        payload = {"run": run.pk, "what": what, "by": request.user.pk}
        stream.append(name="LedgerExport", at=timezone.now(), campaign=campaign, payload=payload)
    return run


def _file(name: str, content: Iterator[bytes]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
