"""Around the composer's steps: name, purpose and group; and taking a booked campaign back to be edited."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.composing import drafts
from campaigns.forms import campaign as campaign_forms
from campaigns.forms import compose as compose_forms
from campaigns.lifecycle import campaigns as lifecycle
from campaigns.views import compose_frame
from subscriptions import refusals
from subscriptions.views import access


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.view_campaign", compose_frame.EDIT)
def basics(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, purpose and the group that sends."""
    campaign = compose_frame.get_draft(pk)
    assert isinstance(request.user, User)
    held = {"name": campaign.name, "purpose": campaign.purpose, "group": campaign.group_id}
    form = campaign_forms.CampaignForm(request.POST or None, initial=held)
    version = compose_forms.VersionForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            drafts.edit_basics(
                campaign=campaign,
                name=form.cleaned_data["name"],
                purpose=form.cleaned_data["purpose"],
                group=form.cleaned_data["group"],
                version=version.cleaned_data["version"] if version.is_valid() else 0,
                by=request.user,
                now=timezone.now(),
            )
        except refusals.Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("campaigns:compose_content", pk=campaign.pk)
    campaign = compose_frame.get_draft(pk)
    context = {"form": form, "choices": campaign_forms.group_choices(), "campaign": campaign}
    return render(request, "campaigns/compose_basics.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_needed("campaigns.view_campaign", compose_frame.EDIT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a booked campaign back to draft; what was approved is void then, and has to be launched again."""
    campaign = compose_frame.get_draft(pk)
    assert isinstance(request.user, User)
    try:
        lifecycle.unschedule(campaign=campaign, by=request.user, now=timezone.now())
    except refusals.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is a draft again and will not be sent until you launch it."))
    return redirect("campaigns:compose_content", pk=campaign.pk)
