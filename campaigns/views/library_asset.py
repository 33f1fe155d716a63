"""One file of the library: what it is, where it was used, and what can be done with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import states
from campaigns.assets import cuts, shelf, store
from campaigns.forms import library as forms
from campaigns.forms import media_words
from campaigns.models import Asset, Campaign
from campaigns.views import compose_frame, library
from subscriptions import refusals
from subscriptions.views import access

DRAFTS_OFFERED = 50
CHANGE = "campaigns.change_asset"
ADD = "campaigns.add_asset"


@require_safe
@access.permission_needed("campaigns.view_asset")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Its copies, what was done to it, where it is used."""
    return _page(request, _find(pk))


@require_POST
@access.permission_needed("campaigns.view_asset", CHANGE)
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is to be seen, and under which words it is found."""
    found = _find(pk)
    form = forms.AboutForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    shelf.describe(asset=found, description=form.cleaned_data["description"])
    shelf.tag(asset=found, names=form.cleaned_data["tags"])
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


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.view_asset", ADD)
def cut(request: HttpRequest, pk: int) -> HttpResponse:
    """Cut and turn a picture into a new file; with `for`, for that draft."""
    found = _find(pk)
    if not cuts.can_cut(found):
        raise Http404
    goal = library.goal_of(request)
    if request.method != "POST":
        return _cut_page(request, found, goal, forms.CutForm())
    form = forms.CutForm(request.POST)
    if not form.is_valid():
        return _cut_page(request, found, goal, form, said=[_("This form is not whole. Choose the part again.")])
    assert isinstance(request.user, User)
    cover = store.clean_copy(found)
    try:
        place = form.place(width=cover.width or 1, height=cover.height or 1)
        made = cuts.cut(asset=found, place=place, by=request.user, now=timezone.now())
        if goal is not None:
            library.put_into(goal, made, by=request.user)
    except cuts.CutRefused as refused:
        one = refused.problem
        return _cut_page(request, found, goal, form, said=[media_words.sentence(one.code, one.limit, one.found)])
    except store.UploadRefused as refused:
        said = [media_words.sentence(one.code, one.limit, one.found) for one in refused.problems]
        return _cut_page(request, found, goal, form, said=said)
    except refusals.Refused as refused:
        return _cut_page(request, found, goal, form, said=[str(refused)])
    messages.success(request, _("Cut. The picture that it was cut from stays in the library."))
    return (
        redirect("campaigns:compose_content", pk=goal.pk) if goal else redirect("campaigns:library_asset", pk=made.pk)
    )


def _find(pk: int) -> Asset:
    rows = Asset.objects.select_related("created_by", "made_from").prefetch_related("renditions", "tags")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest, found: Asset, *, form: forms.AboutForm | None = None, status: int = 200
) -> HttpResponse:
    copies = [
        (copy, [media_words.note(step["code"], step["found"]) for step in copy.steps])
        for copy in found.renditions.all()
    ]
    may_edit = request.user.has_perm(compose_frame.EDIT)
    open_drafts = Campaign.objects.filter(state__in=states.CAMPAIGN_EDITABLE).order_by("-pk")
    about = {"description": found.description, "tags": ", ".join(tag.name for tag in found.tags.all())}
    context: dict[str, Any] = {
        "asset": found,
        "cover": copies[0][0],
        "copies": copies,
        "uses": list(shelf.used_in(found)),
        "drafts": list(open_drafts[:DRAFTS_OFFERED]) if may_edit else [],
        "may_change": request.user.has_perm(CHANGE),
        "may_edit": may_edit,
        "may_cut": cuts.can_cut(found) and request.user.has_perm(ADD),
        "form": form or forms.AboutForm(initial=about),
    }
    return render(request, "campaigns/library_asset.html", context, status=status)


def _cut_page(
    request: HttpRequest, found: Asset, goal: Campaign | None, form: forms.CutForm, *, said: list[str] | None = None
) -> HttpResponse:
    back = reverse("campaigns:compose_content", args=[goal.pk]) if goal else ""
    context = {
        "asset": found,
        "cover": found.renditions.all()[0],
        "goal": goal,
        "back": back or reverse("campaigns:library_asset", args=[found.pk]),
        "shapes": [(name, words, cuts.SHAPES[name] or "") for name, words in forms.SHAPE_WORDS.items()],
        "sent": form.data if form.is_bound else {},
        "said": said or [],
    }
    return render(request, "campaigns/library_cut.html", context, status=422 if said else 200)
