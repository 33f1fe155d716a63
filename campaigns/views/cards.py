"""The contact-card studio: a form beside the screen on which a phone offers to keep the contact."""

import base64
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import states
from campaigns.assets import cards, store
from campaigns.composing import drafts
from campaigns.forms import cards as forms
from campaigns.forms import media_words, words
from campaigns.media import vcard
from campaigns.models import Asset, Campaign
from campaigns.views import compose_frame, uploads
from subscriptions import refusals
from subscriptions.views import access

MAKE = ("campaigns.view_asset", "campaigns.add_asset")
_EMPTY_ROWS = 1


@dataclass
class _Desk:
    """What one visit to the studio is about: the card that is edited, and the draft that the new one is for."""

    source: Asset | None = None
    goal: Campaign | None = None
    card: vcard.Card | None = field(init=False)

    def __post_init__(self) -> None:
        self.card = cards.card_of(self.source) if self.source else None


# CSRF is checked one step further in: Django reads the body for the token, and how it is read is decided first.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed(*MAKE)
def new(request: HttpRequest) -> HttpResponse:
    """A new card; with `for`, for that draft."""
    request.upload_handlers = [upload := uploads.LimitedUpload(request)]
    return _studio(request, None, upload)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed(*MAKE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A card of the library as the beginning of another; what may have been sent never changes."""
    request.upload_handlers = [upload := uploads.LimitedUpload(request)]
    source = get_object_or_404(Asset, pk=pk, kind=Asset.Kind.VCF, state=states.Asset.READY)
    return _studio(request, source, upload)


@require_POST
@access.permission_needed(*MAKE)
def preview(request: HttpRequest) -> JsonResponse:
    """The phone's screen for what stands in the fields, and the numbers of the group; stores nothing."""
    form = forms.CardForm(request.POST)
    form.is_valid()
    context = {"card": form.card(form.kept_photo()).facts(), "form": form}
    parts = {
        "card-screen": render_to_string("campaigns/_contact_screen.html", context, request),
        "card-numbers": render_to_string("campaigns/_card_numbers.html", context, request),
    }
    return JsonResponse({"parts": parts})


@csrf_protect
def _studio(request: HttpRequest, source: Asset | None, upload: uploads.LimitedUpload) -> HttpResponse:
    desk = _Desk(source, _goal(request))
    if request.method != "POST":
        return _blank(request, desk)
    if desk.goal is not None:
        compose_frame.check_may_edit(request)
    form = forms.CardForm(request.POST, request.FILES, source=desk.card)
    form.is_valid()
    photo = _photo(form, upload)
    if form.errors or request.POST.get("act") == "show":
        shown_only = request.POST.get("act") == "show"
        return _page(request, desk, form, photo, status=200 if shown_only and not form.errors else 422)
    return _keep(request, desk, form, photo)


def _photo(form: forms.CardForm, upload: uploads.LimitedUpload) -> bytes:
    """The photo of this form: the one that was chosen now, else the one that it had."""
    file = form.cleaned_data.get("photo")
    if upload.is_over:
        limit = settings.UPLOAD_LIMIT_BYTES
        form.add_error("photo", media_words.sentence("too_large_upload", limit, upload.sent))
    elif file is not None:
        try:
            return cards.portrait(file.read(), place=form.place())
        except cards.PhotoRefused as refused:
            one = refused.problem
            form.add_error("photo", media_words.sentence(one.code, one.limit, one.found))
    return form.kept_photo()


def _keep(request: HttpRequest, desk: _Desk, form: forms.CardForm, photo: bytes) -> HttpResponse:
    assert isinstance(request.user, User)
    by, now = request.user, timezone.now()
    try:
        asset = cards.make(card=form.card(photo), by=by, now=now, made_from=desk.source)
        if desk.goal is not None:
            drafts.attach(
                campaign=desk.goal,
                rendition=store.clean_copy(asset),
                version=form.cleaned_data.get("version") or 0,
                by=by,
                now=now,
            )
    except store.UploadRefused as refused:
        for one in refused.problems:
            form.add_error(None, media_words.sentence(one.code, one.limit, one.found))
        return _page(request, desk, form, photo, status=422)
    except drafts.StaleDraft as refused:
        desk.goal = refused.campaign
        form.add_error(None, str(refused))
        return _page(request, desk, form, photo, status=409)
    except refusals.Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, desk, form, photo, status=422)
    if desk.goal is not None:
        messages.success(request, _("“%(name)s” is in this campaign now.") % {"name": asset.label})
        return redirect("campaigns:compose_content", pk=desk.goal.pk)
    messages.success(request, _("The card is in the library."))
    return redirect("campaigns:library_asset", pk=asset.pk)


def _blank(request: HttpRequest, desk: _Desk) -> HttpResponse:
    group = desk.goal.group if desk.goal else None
    if desk.card is None:
        chosen = [number.pk for number in cards.numbers(group)[:1]] if group else []
        start: dict[str, Any] = {"group": group.pk if group else None, "numbers": chosen}
        start["organisation"] = (group.brand or group.name) if group else ""
        form = forms.CardForm(initial=start)
        form.rows = [forms.Row()]
        return _page(request, desk, form, b"")
    group = cards.group_of(desk.card) or group
    form = forms.CardForm(initial=forms.initial(desk.card, group=group), source=desk.card)
    form.rows = forms.rows_of(desk.card, group=group)
    return _page(request, desk, form, desk.card.photo or b"")


def _page(request: HttpRequest, desk: _Desk, form: forms.CardForm, photo: bytes, *, status: int = 200) -> HttpResponse:
    if not form.is_bound:
        # What the fields begin with is shown as if it had been typed.
        form.cleaned_data = {**form.initial, "numbers": [one for one in form.offered if str(one.pk) in form.chosen]}
    context = {
        "form": form,
        "desk": desk,
        "card": form.card(photo).facts(),
        "kept_photo": base64.b64encode(photo).decode(),
        "rows": [*form.rows, *[forms.Row()] * _EMPTY_ROWS] if all(row.value for row in form.rows) else form.rows,
        "places": cards.PLACES.items(),
        "kept_more": _kept_more(desk.card),
        "version": desk.goal.version if desk.goal else None,
        "had_file": desk.goal is not None and drafts.content(desk.goal).rendition_id is not None,
        "upload_limit": settings.UPLOAD_LIMIT_BYTES,
        "upload_limit_words": words.upload_limit(settings.UPLOAD_LIMIT_BYTES),
    }
    return render(request, "campaigns/card_studio.html", context, status=status)


def _kept_more(card: vcard.Card | None) -> int:
    """How many mail and postal addresses a card has beside the ones in the form."""
    return max(len(card.emails) - 1, 0) + max(len(card.addresses) - 1, 0) if card else 0


def _goal(request: HttpRequest) -> Campaign | None:
    """The draft that the card is for, if the address or the form names one."""
    named = request.POST.get("for") or request.GET.get("for") or ""
    if not named.isdecimal() or len(named) > 18 or not request.user.has_perm("campaigns.view_campaign"):
        return None
    found = Campaign.objects.filter(pk=int(named)).select_related("group", "edited_by").first()
    return found if found and (request.method == "POST" or found.is_editable) else None
