"""The ledger of one campaign: its alarm, and counting it anew."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

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
