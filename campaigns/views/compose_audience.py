"""The audience page: who gets it, how many, and who is left out and why."""

from typing import Any

from babel import Locale
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import dateformat, timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.audience import estimate, filters
from campaigns.composing import drafts, problems
from campaigns.forms import audience_words, reason_words
from campaigns.forms import compose as forms
from campaigns.models import Campaign
from campaigns.views import compose_frame
from subscriptions import refusals, segments
from subscriptions.views import access


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.view_campaign")
def audience(request: HttpRequest, pk: int) -> HttpResponse:
    """Filters by country and attributes; asked for JSON it stores what is whole and answers with the count."""
    campaign = compose_frame.get_draft(pk)
    if request.method != "POST":
        return _page(request, campaign)
    compose_frame.check_may_edit(request)
    assert isinstance(request.user, User)
    live = request.headers.get("Accept", "").startswith("application/json")
    act = request.POST.get("act", "")
    version = forms.VersionForm(request.POST)
    try:
        definition = filters.clean(forms.audience_of(request.POST, whole=not live and act in {"save", "next"}))
        drafts.edit_audience(
            campaign=campaign,
            audience=definition.as_json(),
            version=version.cleaned_data["version"] if version.is_valid() else 0,
            by=request.user,
            now=timezone.now(),
        )
    except drafts.StaleDraft as refused:
        return _answer(request, compose_frame.get_draft(pk), live, status=409, problem=str(refused), typed=request.POST)
    except refusals.Refused as refused:
        return _answer(request, campaign, live, status=422, problem=str(refused), typed=request.POST)
    if live:
        return _answer(request, campaign, live, status=200)
    if act == "next":
        return redirect("campaigns:compose_schedule", pk=campaign.pk)
    if act == "save":
        messages.success(request, _("Saved."))
    return redirect("campaigns:compose_audience", pk=campaign.pk)


def _answer(
    request: HttpRequest,
    campaign: Campaign,
    live: bool,
    *,
    status: int,
    problem: str = "",
    typed: MultiValueDict[str, str] | None = None,
) -> HttpResponse:
    if not live:
        return _page(request, campaign, status=status, problem=problem, typed=typed)
    if status == 200:
        context = _context(request, campaign)
        parts = {
            "people": render_to_string("campaigns/_compose_people.html", context, request),
            "steps": render_to_string("campaigns/_compose_steps.html", context, request),
        }
        saved = dateformat.format(timezone.localtime(campaign.edited_at), _("H:i"))
        return JsonResponse({"version": campaign.version, "saved": saved, "parts": parts})
    return JsonResponse({"problems": [problem], "version": campaign.version}, status=status)


def _page(
    request: HttpRequest,
    campaign: Campaign,
    *,
    status: int = 200,
    problem: str = "",
    typed: MultiValueDict[str, str] | None = None,
) -> HttpResponse:
    chosen = forms.audience_of(typed, whole=True) if typed is not None else campaign.audience
    countries = chosen.get("countries", [])
    rows = chosen.get("attributes", [])
    fields = [(name, str(label)) for name, label in segments.COLUMN_LABELS.items()]
    attributes = segments.known_attributes()
    context = {
        **_context(request, campaign),
        "problem": problem,
        "missed": audience_words.missed(chosen),
        "countries": _countries(countries),
        "rows": [*rows, *[{"name": "", "op": "is", "value": ""}] * forms.EMPTY_ROWS],
        "columns": fields,
        "attributes": attributes,
        "strays": sorted({row["name"] for row in rows} - {name for name, _label in fields} - set(attributes) - {""}),
        "ops": list(segments.OPS.items()),
        "without_value": sorted(segments.WITHOUT_VALUE),
    }
    return render(request, "campaigns/compose_audience.html", context, status=status)


def _countries(chosen: list[str]) -> list[tuple[str, str, bool]]:
    """Code, name in the reader's language, and whether it is chosen; in the order of the names."""
    names = Locale.parse(get_language() or "en", sep="-").territories
    codes = {*segments.known_countries(), *chosen}
    return sorted(((code, names.get(code, code), code in chosen) for code in codes), key=lambda entry: entry[1])


def _context(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    try:
        people = estimate.count(group=campaign.group, audience=campaign.audience)
    except refusals.Refused:
        people = None
    found = problems.of(campaign, people=people)
    mine = [problem for problem in found if problem.where == "audience"]
    return compose_frame.context(
        request,
        campaign,
        "audience",
        found=found,
        people=people,
        left_out=[(reason_words.reason(code), count) for code, count in people.left_out.items()] if people else [],
        problem_lines=compose_frame.lines(campaign, mine),
        has_file=drafts.content(campaign).rendition_id is not None,
    )
