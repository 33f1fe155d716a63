"""Files that came in: behind an unguessable address that ends for the world, behind a log-in for us."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.media import kinds
from campaigns.models import Asset, InboundMedia
from campaigns.views import served
from subscriptions.views import access


@login_not_required
@require_safe
def public(request: HttpRequest, token: str) -> HttpResponseBase:
    """One file for whoever has its address: an automatic answer, or a reader of the event stream. 410 once over."""
    found = _find(token)
    left_s = int((found.expires_at - timezone.now()).total_seconds())
    if left_s <= 0:
        return HttpResponse(status=410, content_type="text/plain")
    response = _answer(request, found, f"private, max-age={min(left_s, 86_400)}")
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@access.permission_needed("campaigns.view_inbound")
@served.unless_away
def private(request: HttpRequest, token: str) -> HttpResponseBase:
    """One file for our own pages; it stays when its public address is over."""
    return _answer(request, _find(token), "private, max-age=86400, immutable")


def _find(token: str) -> InboundMedia:
    """Only what was rebuilt and stored has an address."""
    # PostgreSQL takes no NUL, not even in a question.
    found = None if "\x00" in token else InboundMedia.objects.exclude(file="").filter(token=token).first()
    if found is None:
        raise Http404
    return found


def _answer(request: HttpRequest, found: InboundMedia, cache: str) -> HttpResponseBase:
    response = served.ranged(
        served.opened(found.file, head=request.method == "HEAD"),
        size=found.bytes,
        mime=found.mime,
        asked=request.headers.get("Range", ""),
        head=request.method == "HEAD",
    )
    served.lock_down(response)
    response["Cache-Control"] = cache
    if found.kind == Asset.Kind.VCF:
        response["Content-Disposition"] = f'attachment; filename="contact.{kinds.EXTENSION[found.kind]}"'
    return response
