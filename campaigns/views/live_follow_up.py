"""Sending to those who did not get it: who missed it and why, chosen by reason; it makes a draft."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns import states
from campaigns.composing import follow_up as composing
from campaigns.forms import audience_words
from campaigns.forms import compose as compose_forms
from campaigns.forms import live as forms
from campaigns.models import Campaign, Run
from campaigns.reports import missed, sums
from subscriptions import refusals
from subscriptions.views import access


def may(run: Run | None, found: sums.Sum | None) -> bool:
    """Whether the live page offers it: the run no longer sends, and somebody did not get it."""
    return bool(run and found and run.state in composing.READY and (found.failed or found.left_out or found.unclear))


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.view_campaign", "campaigns.add_campaign")
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose by reason; on to the new draft's audience, where the number of people stands."""
    assert isinstance(request.user, User)
    campaign = get_object_or_404(Campaign, pk=pk)
    runs = Run.objects.select_related("campaign__group", "campaign__follows", "revision__rendition")
    run = get_object_or_404(runs.filter(campaign=campaign).order_by("-pk")[:1])
    found = missed.of_run(run=run)
    if run.state not in composing.READY or not found:
        messages.info(
            request, _("There is nobody to send to once more: the campaign still sends, or everybody got it.")
        )
        return redirect("campaigns:campaign_live", pk=pk)
    keys = [f"{one.state}:{one.reason}" for one in found]
    form = forms.FollowUpForm(request.POST if request.method == "POST" else None, choices=keys)
    if form.is_valid():
        who = [compose_forms.who_of(key) for key in form.cleaned_data["who"]]
        try:
            draft = composing.create(
                run=run, who=[(state, reason) for state, reason in who], by=request.user, now=timezone.now()
            )
        except refusals.Refused as refused:
            messages.error(request, str(refused))
            return redirect("campaigns:campaign_live", pk=pk)
        messages.success(request, _("“%(name)s” is a draft with the same content.") % {"name": draft.name})
        return redirect("campaigns:compose_audience", pk=draft.pk)
    chosen = set(request.POST.getlist("who")) if request.method == "POST" else None
    lines = [
        (one, key, audience_words.who(one.state, one.reason), one.helps if chosen is None else key in chosen)
        for one, key in zip(found, keys, strict=True)
    ]
    groups = [
        (title, lines_of)
        for title, of in (
            (_("Failed"), {states.Message.FAILED}),
            (_("Left out"), states.MESSAGE_LEFT_OUT),
            (_("Unclear"), {states.Message.UNKNOWN}),
        )
        if (lines_of := [line for line in lines if line[0].state in of])
    ]
    context = {"campaign": campaign, "groups": groups, "form": form}
    return render(request, "campaigns/live_follow_up.html", context, status=422 if form.errors else 200)
