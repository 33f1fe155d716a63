"""The library: what was uploaded, found again, and used again."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns import states
from campaigns.assets import shelf, store
from campaigns.composing import drafts
from campaigns.forms import library as forms
from campaigns.models import Asset, Campaign
from campaigns.views import compose_frame, served
from subscriptions import refusals
from subscriptions.views import access

PER_PAGE = 24
_POSTER_MIMES = {".png": "image/png"}


@require_safe
@access.permission_needed("campaigns.view_asset")
def library(request: HttpRequest) -> HttpResponse:
    """Everything that was uploaded, newest first; with `for`, to choose a file for that draft."""
    asked = {name: request.GET.get(name, "").replace("\0", "").strip()[:100] for name in ("q", "kind", "weight", "tag")}
    asked["kind"] = asked["kind"] if asked["kind"] in Asset.Kind.values else ""
    asked["weight"] = asked["weight"] if asked["weight"] in shelf.WEIGHTS else ""
    archived = bool(request.GET.get("archived"))
    goal = goal_of(request)
    found = shelf.search(
        words=asked["q"], kind=asked["kind"], weight=asked["weight"], tag=asked["tag"], archived=archived
    )
    kept = {**asked, "archived": "1" if archived else "", "for": str(goal.pk) if goal else ""}
    context: dict[str, Any] = {
        **asked,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "kinds": _choices(kept, "kind", list(Asset.Kind.choices)),
        "weights": _choices(kept, "weight", list(forms.WEIGHT_WORDS.items())),
        "tags": _choices(kept, "tag", [(tag.name, tag.name) for tag in shelf.known_tags()]),
        "archived": archived,
        "goal": goal,
        "is_narrowed": any(asked.values()) or archived,
        "kept": {name: value for name, value in kept.items() if value and name != "q"},
        "query": _query(kept),
        "may_upload": request.user.has_perms(["campaigns.add_asset", "campaigns.add_campaign"]),
    }
    return render(request, "campaigns/library.html", context)


@require_safe
@access.permission_needed("campaigns.view_asset")
@served.unless_away
def poster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The small still of a file, for lists; of what was uploaded before there were any, the clean copy."""
    found = get_object_or_404(Asset, pk=pk)
    if not found.poster:
        if found.kind == Asset.Kind.VCF:
            raise Http404
        return redirect("campaigns:asset_file", store.clean_copy(found).token)
    ending = str(found.poster.name)[-4:]
    mime = _POSTER_MIMES.get(ending, "image/jpeg")
    response = HttpResponse(served.opened(found.poster), content_type=mime)
    served.lock_down(response)
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@require_POST
@access.permission_needed("campaigns.view_asset", compose_frame.EDIT)
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Put this file into a draft, in place of whatever is there."""
    found = get_object_or_404(Asset, pk=pk)
    goal = goal_of(request)
    assert isinstance(request.user, User)
    if goal is None:
        messages.error(request, _("Choose a draft."))
        return redirect("campaigns:library_asset", pk=pk)
    try:
        put_into(goal, found, by=request.user)
    except refusals.Refused as refused:
        messages.error(request, str(refused))
        return redirect("campaigns:library_asset", pk=pk)
    messages.success(request, _("“%(name)s” is in this campaign now.") % {"name": found.label})
    return redirect("campaigns:compose_content", pk=goal.pk)


def put_into(draft: Campaign, asset: Asset, *, by: User) -> None:
    """Make the clean copy of a file the one that a draft sends. Raises StaleDraft, NotPossibleNow."""
    copy, now = store.clean_copy(asset), timezone.now()
    drafts.attach(campaign=draft, rendition=copy, version=draft.version, by=by, now=now)


def goal_of(request: HttpRequest) -> Campaign | None:
    """The draft that a file is chosen for, if the address or the form names one that can be edited."""
    named = request.POST.get("for") or request.GET.get("for") or ""
    if not (named.isascii() and named.isdecimal()) or len(named) > 18 or not request.user.has_perm(compose_frame.EDIT):
        return None
    return Campaign.objects.filter(pk=int(named), state__in=states.CAMPAIGN_EDITABLE).first()


def _choices(kept: dict[str, str], name: str, choices: list[tuple[str, Any]]) -> list[tuple[str, Any, str, bool]]:
    """(value, words, query, whether it is chosen) of each choice of a filter; choosing it again takes it away."""
    shown = [(value, words, kept[name] == value) for value, words in choices]
    if kept[name] and kept[name] not in {value for value, _ in choices}:
        shown.insert(0, (kept[name], kept[name], True))
    return [
        (value, words, _query({**kept, name: "" if chosen else value}).removesuffix("&"), chosen)
        for value, words, chosen in shown
    ]


def _query(kept: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{query}&" if query else ""
