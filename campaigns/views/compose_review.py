"""The review page: everything at a glance, all problems in one list, a test to our phones, and the launch."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.audience import estimate
from campaigns.composing import limits, preview, problems, trial
from campaigns.forms import compose as forms
from campaigns.forms import reason_words
from campaigns.models import Campaign
from campaigns.sending import enqueue
from campaigns.sending import schedule as sending
from campaigns.views import compose_frame, compose_meter, compose_schedule
from subscriptions import refusals, segments
from subscriptions.models import OurPhone
from subscriptions.views import access

LAUNCH = "campaigns.launch_campaign"


@require_safe
@access.permission_needed("campaigns.view_campaign")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One page with everything that will happen."""
    return _page(request, compose_frame.get_draft(pk))


@require_POST
@access.permission_needed("campaigns.view_campaign", LAUNCH)
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    """Book the draft, confirmed for a stated number of people; then the live page, with its Undo."""
    campaign = compose_frame.get_draft(pk)
    assert isinstance(request.user, User)
    form = forms.LaunchForm(request.POST)
    if not form.is_valid():
        return _page(request, campaign, status=422, refusal=_("This form is not whole. Reload the page and try again."))
    try:
        sending.launch(
            campaign=campaign,
            version=form.cleaned_data["version"],
            confirmed_people=form.cleaned_data["people"],
            by=request.user,
            now=timezone.now(),
        )
    except refusals.Refused as refused:
        campaign = compose_frame.get_draft(pk)
        if not campaign.is_editable:
            # The second of two clicks: it is launched, and that is what was wanted.
            return redirect("campaigns:campaign_live", pk=pk)
        return _page(request, campaign, status=409, refusal=str(refused))
    return redirect("campaigns:campaign_live", pk=pk)


@require_POST
@access.permission_needed("campaigns.view_campaign", compose_frame.EDIT)
def test_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the content as it is to phones of ours."""
    campaign = compose_frame.get_draft(pk)
    assert isinstance(request.user, User)
    form = forms.TestSendForm({**request.POST.dict(), "to": request.POST.getlist("to")})
    if not form.is_valid():
        said = form.errors.get("to") or [_("This form is not whole. Reload the page and try again.")]
        messages.error(request, str(said[0]))
        return redirect("campaigns:compose_review", pk=pk)
    try:
        queued = enqueue.test_send(
            campaign=campaign, to=list(form.cleaned_data["to"]), by=request.user, now=timezone.now()
        )
    except refusals.Refused as refused:
        messages.error(request, str(refused))
    else:
        one, many = _("A test is on its way to one phone."), _("Tests are on their way to %(count)d phones.")
        messages.success(request, one if len(queued) == 1 else many % {"count": len(queued)})
    return redirect("campaigns:compose_review", pk=pk)


@require_POST
@access.permission_needed("campaigns.view_campaign", "subscriptions.add_ourphone")
def add_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a phone of ours, or ask one again: it is texted a code to reply with."""
    campaign = compose_frame.get_draft(pk)
    assert isinstance(request.user, User)
    form = forms.OurPhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, campaign, status=422, phone_form=form)
    try:
        enqueue.prove_phone(
            phone=form.cleaned_data["phone"],
            label=form.cleaned_data["label"],
            group=campaign.group,
            by=request.user,
            now=timezone.now(),
        )
    except refusals.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("A code is on its way to that phone. Reply with it there to prove it."))
    return redirect("campaigns:compose_review", pk=pk)


def _page(
    request: HttpRequest,
    campaign: Campaign,
    *,
    status: int = 200,
    refusal: str = "",
    phone_form: forms.OurPhoneForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    limit = limits.of_group(campaign.group)
    people, tried = _counted(campaign, limit)
    found = problems.of(campaign, now=now, people=people, limit=limit)
    blocking = problems.blocking(found)
    sample = next(iter(preview.samples(campaign=campaign)), None)
    seen = preview.for_contact(
        campaign=campaign,
        contact=sample,
        as_link=False,
        sees_numbers=request.user.has_perm("subscriptions.see_phone_numbers"),
        limit=limit,
    )
    context = compose_frame.context(
        request,
        campaign,
        "review",
        found=found,
        refusal=refusal,
        people=people,
        routes=_routes(people, has_file=seen.rendition is not None),
        left_out=[(reason_words.reason(code), count) for code, count in people.left_out.items()] if people else [],
        tried=tried,
        skipped=[(reason_words.reason(code), count) for code, count in tried.skipped.items()] if tried else [],
        problem_lines=compose_frame.lines(campaign, found),
        blocking=len(blocking),
        filters=_filters(campaign),
        said=compose_schedule.say_back(campaign, now=now),
        seen=seen,
        sample=sample,
        meter=compose_meter.meter(seen.rendition, seen.as_mms, limit),
        our_phones=list(OurPhone.objects.all()),
        phone_form=phone_form or forms.OurPhoneForm(),
        may_launch=campaign.is_editable and request.user.has_perm(LAUNCH),
        may_add_phone=request.user.has_perm("subscriptions.add_ourphone"),
        undo_s=sending.UNDO_S,
    )
    return render(request, "campaigns/compose_review.html", context, status=status)


def _counted(campaign: Campaign, limit: limits.Limit) -> tuple[estimate.Estimate | None, trial.Trial | None]:
    try:
        return estimate.count(group=campaign.group, audience=campaign.audience), trial.run(
            campaign=campaign, limit=limit
        )
    except refusals.Refused:
        return None, None


def _routes(people: estimate.Estimate | None, *, has_file: bool) -> list[tuple[str, int]]:
    """How many get it in which form."""
    if people is None:
        return []
    if not has_file:
        return [(_("as a text"), people.reachable)]
    labels = {"mms": _("as MMS"), "link": _("as a text with a link")}
    return [(label, people.by_route.get(route, 0)) for route, label in labels.items() if people.by_route.get(route)]


def _filters(campaign: Campaign) -> list[str]:
    try:
        return segments.described(segments.clean(campaign.audience))
    except refusals.Refused:
        return []
