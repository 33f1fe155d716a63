"""Around every view: addresses that no database takes, caches, and what the user prefers (language, time zone)."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation

from campaigns.models import Preference
from campaigns.views import faults


class PlainAddressMiddleware:
    """Refuse an address with a NUL in it (400): PostgreSQL takes none, so that looking it up would be a fault."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path_info or "\x00" in query or "%00" in query:
            return faults.bad_request(request)
        return self.get_response(request)


class MediaHostMiddleware:
    """On the name that belongs to files nothing else answers: no log-in, no page, no callback (404)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MEDIA_HOST and not request.path_info.startswith("/media/"):
            host = request.META.get("HTTP_HOST", "").rpartition("@")[2].partition(":")[0]
            if host.lower().rstrip(".") == settings.MEDIA_HOST:
                return HttpResponse(status=404, content_type="text/plain")
        return self.get_response(request)


class SharedAnswerMiddleware:
    """What a view gives to all caches is the same for everybody: no cookie, and no `Vary`, which would split a CDN's
    copies by language.

    Stands around the session, which ends a stale cookie, and the language, which always says that it looked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Cache-Control", "").startswith("public"):
            del response["Vary"]
            response.cookies.clear()
        return response


class PrivatePageMiddleware:
    """What was shown to somebody who is logged in is kept nowhere, unless the view says otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response


class ShortBodyMiddleware:
    """Refuse long bodies before anything of them is kept (400), but where a view takes files.

    The check of a form's token reads a whole body, whoever sends it. A view that takes a file is exempt from that check
    and makes it itself, once it knows who asks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_route: object) -> None:
        length = request.META.get("CONTENT_LENGTH") or ""
        takes_files = getattr(view, "csrf_exempt", False)
        # Where a server announces no length, Django reads nothing.
        if not takes_files and length.isdecimal() and int(length[:18]) > settings.SHORT_BODY_BYTES:
            raise RequestDataTooBig("A form without a file is never that long.")


class MethodMiddleware:
    """An address that is not asked as it wants to be: for people, in words (see `faults.not_allowed`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        return faults.not_allowed(request, response) if response.status_code == 405 else response


class PreferenceMiddleware:
    """Speak the user's language and show times in the user's zone; without a preference, as the browser asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        preference = None
        if request.user.is_authenticated:
            preference = Preference.objects.filter(user_id=request.user.pk).first()
        request.preference = preference  # type: ignore[attr-defined]  # read by the frame and the forms
        zone = preference.zone if preference and preference.zone else ""
        if preference and preference.language:
            translation.activate(preference.language)
            request.LANGUAGE_CODE = preference.language
        with timezone.override(zoneinfo.ZoneInfo(zone) if zone else None):
            return self.get_response(request)
