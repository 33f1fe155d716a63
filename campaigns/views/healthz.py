"""For machines: is this process alive, can it do its work, and the figures. Nobody logs in, nothing secret is said."""

import hmac
import ipaddress
import threading
import time

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.forms import exposition
from campaigns.reports import figures, health
from campaigns.views import lookout

# Anybody may ask, so the database and the storage are asked at most this often.
GOOD_FOR_S = 2.0


class _Kept:
    """The last answer. One thread at a time asks anew; others that come meanwhile get the last one."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._at = float("-inf")
        self._checks: list[health.Check] = []

    def ready(self) -> list[health.Check]:
        if time.monotonic() - self._at < GOOD_FOR_S:
            return self._checks
        if self._asking.acquire(blocking=not self._checks):
            try:
                self._checks = health.ready(now=timezone.now())
                lookout.look()
                self._at = time.monotonic()
            finally:
                self._asking.release()
        return self._checks


kept = _Kept()


@never_cache
@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all; nothing else is asked, so that no outage restarts it."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 if it can do its work, else 503 with what stands in the way."""
    checks = kept.ready()
    ok = all(check.ok for check in checks)
    told = {"ready": ok, "checks": {check.name: check.says for check in checks}}
    return JsonResponse(told, status=200 if ok else 503)


@never_cache
@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for who has METRICS_TOKEN; without one, for this machine alone."""
    if not _may_scrape(request):
        return HttpResponse("Send METRICS_TOKEN as a bearer token.\n", content_type="text/plain", status=403)
    return HttpResponse(exposition.written(figures.read(now=timezone.now())), content_type=exposition.CONTENT_TYPE)


def _may_scrape(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    # Behind a proxy on this machine the whole world comes from here.
    if settings.PROXIES or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
