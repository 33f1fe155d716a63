"""Guessing passwords: for one user from one address axes counts; here, from one address for however many users."""

import ipaddress
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest


def address(request: HttpRequest) -> str | None:
    """Where a request comes from, as far as it is known; of an IPv6 address its /64, which one household has whole.

    Each of our PROXIES writes down whom it heard, at the end of X-Forwarded-For; what stands before that is hearsay.
    """
    heard = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    told = heard[-settings.PROXIES] if 0 < settings.PROXIES <= len(heard) else ""
    return _plain(told) or _plain(request.META.get("REMOTE_ADDR", ""))


def _plain(told: str) -> str | None:
    bare = told.strip()
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]  # some proxies write the port down too
    try:
        found = ipaddress.ip_address(bare.strip("[]").partition("%")[0])
    except ValueError:
        return None
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Locks an address too, after LOGIN_FAILURES_FROM_ONE_ADDRESS wrong passwords within the cool-off time."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        request.is_address_locked = self._failures(request) >= settings.LOGIN_FAILURES_FROM_ONE_ADDRESS
        return request.is_address_locked or bool(super().is_locked(request, credentials))

    @staticmethod
    def _failures(request: Any) -> int:
        recent = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address, attempt_time__gte=get_cool_off_threshold(request)
        )
        return recent.aggregate(n=Sum("failures_since_start"))["n"] or 0
