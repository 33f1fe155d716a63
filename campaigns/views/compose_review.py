"""The review page: everything at a glance, all problems in one list, a test to our phones, and the launch."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.audience import estimate
from campaigns.composing import limits, preview, problems, trial
from campaigns.forms import audience_words, launch_words, reason_words
from campaigns.forms import compose as forms
from campaigns.models import Campaign
from campaigns.sending import enqueue
from campaigns.sending import schedule as sending
from campaigns.views import compose_frame, compose_meter, compose_schedule
from subscriptions import refusals
from subscriptions.models import OurPhone
from subscriptions.views import access

LAUNCH = "campaigns.launch_campaign"
# In the session: which phones the last test of which draft went to.
TICKED = "tested_phones"


@require_safe
@access.permission_needed("campaigns.view_campaign")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One page with everything that will happen."""
    return _page(request, compose_frame.get_draft(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.view_campaign", LAUNCH)
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once where no script asks; then book the draft for the number stated, and on to the live page's Undo."""
    campaign = compose_frame.get_draft(pk)
    assert isinstance(request.user, User)
    if not campaign.is_editable:
        # The second of two clicks: it is launched, and that is what was wanted.
        return redirect("campaigns:campaign_live", pk=pk)
    if request.method != "POST":
        asked = _facts(request, campaign)["ask"]
        if asked is None:
            return redirect("campaigns:compose_review", pk=pk)
        back = reverse("campaigns:compose_review", args=[pk])
        return render(request, "components/confirm.html", {**asked, "back": back})
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
    ticked = set(request.POST.getlist("to"))
    if not form.is_valid():
        said = form.errors.get("to") or [_("This form is not whole. Reload the page and try again.")]
        return _page(request, campaign, status=422, test_problem=str(said[0]), ticked=ticked)
    try:
        queued = enqueue.test_send(
            campaign=campaign, to=list(form.cleaned_data["to"]), by=request.user, now=timezone.now()
        )
    except refusals.Refused as refused:
        return _page(request, campaign, status=409, test_problem=str(refused), ticked=ticked)
    one, many = _("A test is on its way to one phone."), _("Tests are on their way to %(count)d phones.")
    messages.success(request, one if len(queued) == 1 else many % {"count": len(queued)})
    request.session[TICKED] = {str(pk): sorted(ticked)}
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
    test_problem: str = "",
    ticked: set[str] | None = None,
) -> HttpResponse:
    phones = _our_phones(request, campaign, ticked)
    context = compose_frame.context(
        request,
        campaign,
        "review",
        **_facts(request, campaign),
        refusal=refusal,
        filters=_filters(campaign),
        our_phones=phones,
        has_proved=any(phone.proved_at for phone, _ticked in phones),
        test_problem=test_problem,
        phone_form=phone_form or forms.OurPhoneForm(),
        may_add_phone=request.user.has_perm("subscriptions.add_ourphone"),
        undo_s=settings.UNDO_S,
    )
    return render(request, "campaigns/compose_review.html", context, status=status)


def _facts(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """What is known about the draft as it is now, and the question of its launch where nothing stands in the way."""
    now = timezone.now()
    limit = limits.of_group(campaign.group)
    sees_numbers = request.user.has_perm("subscriptions.see_phone_numbers")
    people, tried = _counted(campaign, limit, sees_numbers=sees_numbers)
    found = problems.of(campaign, now=now, people=people, limit=limit)
    blocking = problems.blocking(found)
    sample = next(iter(preview.samples(campaign=campaign)), None)
    seen = preview.for_contact(campaign=campaign, contact=sample, as_link=False, sees_numbers=sees_numbers, limit=limit)
    said = compose_schedule.say_back(campaign, now=now)
    may_launch = campaign.is_editable and request.user.has_perm(LAUNCH)
    asks = may_launch and not blocking and people is not None
    return {
        "found": found,
        "people": people,
        "routes": _routes(people, has_file=seen.rendition is not None),
        "left_out": [(reason_words.reason(code), n) for code, n in people.left_out.items()] if people else [],
        "tried": tried,
        "skipped": [(reason_words.reason(code), n) for code, n in tried.skipped.items()] if tried else [],
        "problem_lines": compose_frame.lines(campaign, found),
        "blocking": len(blocking),
        "said": said,
        "seen": seen,
        "sample": sample,
        "meter": compose_meter.meter(seen.rendition, seen.as_mms, limit),
        "may_launch": may_launch,
        "ask": _ask(campaign, people, seen.rendition is not None, said) if asks and people else None,
    }


def _ask(campaign: Campaign, people: estimate.Estimate, has_file: bool, said: compose_schedule.Said) -> dict[str, Any]:
    """The one confirmation, for the dialog and for the page that asks where no script runs."""
    first, *more = launch_words.question(
        group=campaign.group.name, people=people, has_file=has_file, said=said.words, undo_s=settings.UNDO_S
    )
    return {
        "id": "launch",
        "title": _("Launch “%(name)s”?") % {"name": campaign.name},
        "words": first,
        "more": more,
        "act": launch_words.button(people.reachable),
        "action": reverse("campaigns:campaign_launch", args=[campaign.pk]),
        "fields": [("version", str(campaign.version)), ("people", str(people.reachable))],
    }


def _our_phones(request: HttpRequest, campaign: Campaign, ticked: set[str] | None) -> list[tuple[OurPhone, bool]]:
    """Our phones, each with whether it is ticked: as just sent, as last tested, else every proved one."""
    found = list(OurPhone.objects.all())
    before = request.session.get(TICKED, {}).get(str(campaign.pk))
    chosen = ticked if ticked is not None else set(before) if before else {str(phone.pk) for phone in found}
    return [(phone, phone.proved_at is not None and str(phone.pk) in chosen) for phone in found]


def _counted(
    campaign: Campaign, limit: limits.Limit, *, sees_numbers: bool
) -> tuple[estimate.Estimate | None, trial.Trial | None]:
    try:
        people = estimate.count(group=campaign.group, audience=campaign.audience)
        return people, trial.run(campaign=campaign, sees_numbers=sees_numbers, limit=limit)
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
        return audience_words.described(campaign.audience)
    except refusals.Refused:
        return []
