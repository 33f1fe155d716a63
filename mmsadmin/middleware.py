"""Apply what the user prefers: language and time zone."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from campaigns.models import Preference


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
