"""What stays unclear of a campaign, and a person's word over it: asked once, with the risk."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns.forms import live as forms
from campaigns.forms import reason_words
from campaigns.lifecycle import unclear as lifecycle
from campaigns.models import Campaign, Message, Run
from campaigns.reports import sums, unclear
from subscriptions import refusals
from subscriptions.views import access


def note(run: Run, found: sums.Sum, now: datetime) -> dict[str, Any] | None:
    """What the live page says, where anything stays unclear."""
    doubt = unclear.of_run(run=run, now=now) if found.unclear else None
    return _words(doubt) if doubt and doubt.count else None


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.launch_campaign")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is unclear, or the one message that is named: send again, take as sent, or go back."""
    campaign = get_object_or_404(Campaign, pk=pk)
    run = get_object_or_404(Run.objects.select_related("campaign").filter(campaign=campaign).order_by("-pk")[:1])
    asked = forms.UnclearForm(request.POST if request.method == "POST" else request.GET)
    message_id = asked.message_id()
    if request.method == "POST" and asked.is_valid():
        return _release(request, run, asked, message_id)
    doubt = unclear.of_run(run=run, now=timezone.now(), message_id=message_id)
    if not doubt.count:
        messages.info(request, _("Nothing is unclear here any more, or it is still being looked into."))
        return redirect("campaigns:campaign_live", pk=pk)
    whom = Message.objects.filter(pk=message_id).select_related("contact").first() if message_id else None
    context = {
        "campaign": campaign,
        "run": run,
        "doubt": _words(doubt),
        "message": whom,
        "may_send_again": lifecycle.may_send_again(run=run),
    }
    return render(request, "campaigns/live_unclear.html", context)


def _release(request: HttpRequest, run: Run, asked: forms.UnclearForm, message_id: int | None) -> HttpResponse:
    assert isinstance(request.user, User)
    verdict = lifecycle.Verdict(asked.cleaned_data["verdict"])
    try:
        moved = lifecycle.decide(
            run=run,
            verdict=verdict,
            people=asked.cleaned_data["people"],
            by=request.user,
            now=timezone.now(),
            message_id=message_id,
        )
    except refusals.Refused as refused:
        messages.error(request, str(refused))
        return redirect(request.get_full_path())
    if verdict is lifecycle.Verdict.AGAIN:
        said = ngettext("%(n)s message waits to be sent again.", "%(n)s messages wait to be sent again.", moved)
    else:
        said = ngettext("%(n)s message is taken as sent.", "%(n)s messages are taken as sent.", moved)
    messages.success(request, said % {"n": moved})
    return redirect("campaigns:campaign_live", pk=run.campaign_id)


def _words(doubt: unclear.Doubt) -> dict[str, Any]:
    return {
        "count": doubt.count,
        "since": doubt.since,
        "reasons": [(reason_words.reason(code) if code else "", n) for code, n in doubt.reasons],
    }
