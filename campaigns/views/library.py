"""The library: what was uploaded, where it is used, and using it again."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns import states
from campaigns.assets import shelf, store
from campaigns.composing import drafts
from campaigns.forms import media_words
from campaigns.models import Asset, Campaign
from campaigns.views import compose_frame
from subscriptions import refusals
from subscriptions.views import access

PER_PAGE = 24
DRAFTS_OFFERED = 50
CHANGE = "campaigns.change_asset"


@require_safe
@access.permission_needed("campaigns.view_asset")
def library(request: HttpRequest) -> HttpResponse:
    """Everything that was uploaded, newest first; with `for`, to choose a file for that draft."""
    search, kind = request.GET.get("q", "").strip()[:100], request.GET.get("kind", "")
    kind = kind if kind in Asset.Kind.values else ""
    archived = bool(request.GET.get("archived"))
    goal = _goal(request)
    kept = {"q": search, "kind": kind, "archived": "1" if archived else "", "for": str(goal.pk) if goal else ""}
    context = {
        "page": Paginator(shelf.search(words=search, kind=kind, archived=archived), PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "search": search,
        "kind": kind,
        "kinds": Asset.Kind.choices,
        "archived": archived,
        "goal": goal,
        "is_narrowed": bool(search or kind or archived),
        "query": _query(kept),
        "query_without_kind": _query({**kept, "kind": ""}),
        "may_upload": request.user.has_perms(["campaigns.add_asset", "campaigns.add_campaign"]),
    }
    return render(request, "campaigns/library.html", context)


@require_safe
@access.permission_needed("campaigns.view_asset")
def asset(request: HttpRequest, pk: int) -> HttpResponse:
    """One upload: its copies, what was done to it, where it is used."""
    found = get_object_or_404(Asset.objects.select_related("created_by").prefetch_related("renditions"), pk=pk)
    copies = [
        (copy, [media_words.note(step["code"], step["found"]) for step in copy.steps])
        for copy in found.renditions.all()
    ]
    may_edit = request.user.has_perm(compose_frame.EDIT)
    open_drafts = Campaign.objects.filter(state__in=states.CAMPAIGN_EDITABLE).order_by("-pk")
    context = {
        "asset": found,
        "cover": copies[0][0],
        "copies": copies,
        "uses": list(shelf.used_in(found)),
        "drafts": list(open_drafts[:DRAFTS_OFFERED]) if may_edit else [],
        "may_change": request.user.has_perm(CHANGE),
        "may_edit": may_edit,
        "limit": shelf.DESCRIPTION_CHARACTERS,
    }
    return render(request, "campaigns/library_asset.html", context)


@require_POST
@access.permission_needed("campaigns.view_asset", CHANGE)
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is to be seen."""
    found = get_object_or_404(Asset, pk=pk)
    shelf.describe(asset=found, description=" ".join(request.POST.get("description", "").replace("\0", "").split()))
    messages.success(request, _("Saved."))
    return redirect("campaigns:library_asset", pk=pk)


@require_POST
@access.permission_needed("campaigns.view_asset", CHANGE)
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a file away, or bring it back."""
    found = get_object_or_404(Asset, pk=pk)
    shelf.put_away(asset=found, is_archived=request.POST.get("to") == "archive")
    said = _("“%(name)s” is archived. What was sent keeps it.") if found.is_archived else _("“%(name)s” is back.")
    messages.success(request, said % {"name": found.label})
    return redirect("campaigns:library")


@require_POST
@access.permission_needed("campaigns.view_asset", compose_frame.EDIT)
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Put this file into a draft, in place of whatever is there."""
    found = get_object_or_404(Asset, pk=pk)
    goal = _goal(request)
    assert isinstance(request.user, User)
    if goal is None:
        messages.error(request, _("Choose a draft."))
        return redirect("campaigns:library_asset", pk=pk)
    try:
        drafts.attach(
            campaign=goal,
            rendition=store.clean_copy(found),
            version=goal.version,
            by=request.user,
            now=timezone.now(),
        )
    except refusals.Refused as refused:
        messages.error(request, str(refused))
        return redirect("campaigns:library_asset", pk=pk)
    messages.success(request, _("“%(name)s” is in this campaign now.") % {"name": found.label})
    return redirect("campaigns:compose_content", pk=goal.pk)


def _goal(request: HttpRequest) -> Campaign | None:
    """The draft that a file is chosen for, if the address or the form names one that can be edited."""
    named = request.POST.get("for") or request.GET.get("for") or ""
    if not named.isdecimal() or len(named) > 18 or not request.user.has_perm(compose_frame.EDIT):
        return None
    return Campaign.objects.filter(pk=int(named), state__in=states.CAMPAIGN_EDITABLE).first()


def _query(kept: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{query}&" if query else ""
