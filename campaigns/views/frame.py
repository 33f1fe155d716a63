"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, Any]:
    """The rail and the theme: context processor for every template."""
    preference = getattr(request, "preference", None)
    return {"sandbox": settings.SANDBOX, "theme": preference.theme if preference else "system"}
