"""The campaign list, and what is done from it: new, duplicate, archive and back."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import states
from campaigns.composing import drafts
from campaigns.forms import campaign as forms
from campaigns.lifecycle import campaigns as lifecycle
from campaigns.models import Campaign
from campaigns.reports import dashboard
from subscriptions import refusals
from subscriptions.models import SubscriptionGroup
from subscriptions.views import access

PER_PAGE = 30


@require_safe
@access.permission_needed("campaigns.view_campaign")
def show_list(request: HttpRequest) -> HttpResponse:
    """Search, filter by state, thirty a page."""
    search = request.GET.get("q", "").strip()[:120]
    state = request.GET.get("state", "")
    if state not in set(states.Campaign):
        state = ""
    counts = dashboard.counts(search=search)
    found = dashboard.listed(search=search, state=state)
    shown = sum(how_many for name, how_many in counts.items() if name != states.Campaign.ARCHIVED)
    paginator = Paginator(found, PER_PAGE)
    paginator.__dict__["count"] = counts.get(state, 0) if state else shown  # counted already, by state
    page = paginator.get_page(request.GET.get("page"))
    kept = urlencode({name: value for name, value in (("q", search), ("state", state)) if value})
    tabs = [("", _("All"), shown), *((s.value, Campaign.STATE_LABELS[s], counts.get(s, 0)) for s in states.Campaign)]
    return render(
        request,
        "campaigns/campaign_list.html",
        {
            "page": page,
            "lines": dashboard.lines(campaigns=list(page.object_list)),
            "tabs": [tab for tab in tabs if tab[2] or tab[0] in {"", state}],
            "search": search,
            "state": state,
            "query": f"{kept}&" if kept else "",
            "search_query": urlencode({"q": search}) if search else "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.add_campaign")
def new(request: HttpRequest) -> HttpResponse:
    """Name it, say what for, choose who sends; then on to the content."""
    form = forms.CampaignForm(request.POST or None, initial={"purpose": Campaign.Purpose.PROMOTION})
    if request.method == "POST" and form.is_valid():
        group = form.cleaned_data["group"]
        assert isinstance(group, SubscriptionGroup)
        assert request.user.is_authenticated
        try:
            campaign = drafts.create(
                name=form.cleaned_data["name"],
                purpose=form.cleaned_data["purpose"],
                group=group,
                by=request.user,
                now=timezone.now(),
            )
        except refusals.Refused as refused:
            form.add_error("group", str(refused))
        else:
            return redirect("campaigns:compose_content", pk=campaign.pk)
    choices = forms.group_choices()
    status = 422 if form.errors else 200
    return render(request, "campaigns/campaign_new.html", {"form": form, "choices": choices}, status=status)


@require_POST
@access.permission_needed("campaigns.add_campaign")
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft of the same content and audience, to be edited at once."""
    assert request.user.is_authenticated
    campaign = get_object_or_404(Campaign, pk=pk)
    copy = drafts.duplicate(campaign=campaign, by=request.user, now=timezone.now())
    messages.success(
        request, _("This is a copy of “%(name)s”. Nothing is sent until you launch it.") % {"name": campaign}
    )
    return redirect("campaigns:compose_content", pk=copy.pk)


@require_POST
@access.permission_needed("campaigns.change_campaign")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it away; results stay."""
    assert request.user.is_authenticated
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        lifecycle.archive(campaign=campaign, by=request.user, now=timezone.now())
    except refusals.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("“%(name)s” is archived. Its results stay; you find it under Archived.") % {"name": campaign}
        )
    return redirect("campaigns:campaign_list")


@require_POST
@access.permission_needed("campaigns.change_campaign")
def unarchive(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring it back to the state it had."""
    assert request.user.is_authenticated
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        lifecycle.unarchive(campaign=campaign, by=request.user, now=timezone.now())
    except refusals.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("“%(name)s” is back in the list.") % {"name": campaign})
    return redirect("campaigns:campaign_list")
