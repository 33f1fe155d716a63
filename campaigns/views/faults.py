"""Requests that cannot be answered as they came: 400, 403 and 405 as pages with words and a way on."""

import contextlib
from typing import Final

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from campaigns.forms import right_words
from subscriptions.views import access

# What Django raises while it reads a form, so that nothing of the form is known.
Unreadable = (RequestDataTooBig, MultiPartParserError, TooManyFieldsSent, TooManyFilesSent)

# Of a form that is too long so much is read all the same, by strangers too.
DRAINED_BYTES: Final = 4_000_000
_CHUNK_BYTES: Final = 65_536

# Addresses that only take what their button sends, and the pages where the button stands.
_BELONGS_TO = {
    "campaigns:campaign_duplicate": "campaigns:campaign_list",
    "campaigns:campaign_archive": "campaigns:campaign_list",
    "campaigns:campaign_unarchive": "campaigns:campaign_list",
    "campaigns:compose_edit": "campaigns:compose_content",
    "campaigns:compose_preview": "campaigns:compose_content",
    "campaigns:campaign_test": "campaigns:compose_review",
    "campaigns:campaign_add_phone": "campaigns:compose_review",
    "campaigns:campaign_launch": "campaigns:compose_review",
    "campaigns:campaign_pause": "campaigns:campaign_live",
    "campaigns:campaign_resume": "campaigns:campaign_live",
    "campaigns:campaign_try_one": "campaigns:campaign_live",
    "campaigns:campaign_cancel": "campaigns:campaign_live",
    "campaigns:campaign_undo": "campaigns:campaign_live",
    "campaigns:campaign_count_anew": "campaigns:campaign_live",
    "campaigns:library_describe": "campaigns:library_asset",
    "campaigns:library_archive": "campaigns:library_asset",
    "campaigns:library_cut": "campaigns:library_asset",
    "campaigns:library_use": "campaigns:library_asset",
    "campaigns:card_preview": "campaigns:card_new",
    "subscriptions:person_suppress": "campaigns:person",
    "subscriptions:person_unsuppress": "campaigns:person",
    "subscriptions:import_commit": "subscriptions:import_run",
    "subscriptions:import_drop": "subscriptions:import_run",
}


def drain(request: HttpRequest, most_bytes: int) -> None:
    """Read and drop the rest of a body, up to so much: a browser that is cut off while it sends shows no answer."""
    with contextlib.suppress(UnreadablePostError):
        while most_bytes > 0 and (piece := request.read(_CHUNK_BYTES)):
            most_bytes -= len(piece)


@requires_csrf_token  # what checks it may not have run yet, and the frame has forms
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what came cannot be read, or is more than is read."""
    if isinstance(exception, Unreadable):
        drain(request, DRAINED_BYTES)
    said = words(exception)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"problems": [said]}, status=400)
    return render(request, "400.html", {"said": said}, status=400)


def words(exception: Exception | None) -> str:
    """What was wrong with a request, in words."""
    if isinstance(exception, RequestDataTooBig):
        return _("More was sent at once than is read here.")
    if isinstance(exception, MultiPartParserError):
        return _("What was sent cannot be read. The name of a file may be too long: give it a shorter one.")
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return _("The form has more fields or files than are read at once.")
    return _("The address or what came with it cannot be read.")


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: what is missing, in words."""
    said = right_words.missing(exception.rights) if isinstance(exception, access.Lacking) else str(exception or "")
    return render(request, "403.html", {"exception": said}, status=403)


def not_allowed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """405 for somebody in a browser: on to the page where the button stands, or a page that says what happened.

    That is where a log-in leads to that was asked for by pressing a button after the session had ended.
    """
    if "text/html" not in request.headers.get("Accept", ""):
        return response
    match = request.resolver_match
    page = _BELONGS_TO.get(match.view_name) if match else None
    if page is None or match is None or request.method not in {"GET", "HEAD"}:
        shown = render(request, "405.html", status=405)
        shown["Allow"] = response["Allow"]
        return shown
    messages.info(request, _("Nothing was done: that only happens when its button is pressed."))
    try:
        return redirect(reverse(page, kwargs=match.kwargs))
    except NoReverseMatch:
        return redirect(page)
