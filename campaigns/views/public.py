"""What the world may see without a log-in: the bytes for carriers, and the page behind the link in a text."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from campaigns.links import public
from campaigns.models import Asset, MediaLink
from campaigns.views import served


@login_not_required
@require_safe
@served.unless_away
def media(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """The file for carriers: GET, HEAD, ranges and conditions; no cookie, no redirect; 410 once it is over."""
    link = _link(token)
    if name != public.file_name(link.rendition):
        raise Http404
    if link.expires_at <= timezone.now():
        return HttpResponse(status=410, content_type="text/plain")
    rendition = link.rendition
    etag = f'"{rendition.sha256}"'
    # Asked before the file is opened: who has it already costs no read.
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        # A range of what has changed since would be put together with the wrong rest.
        is_same = request.headers.get("If-Range", etag) == etag
        response = served.ranged(
            served.opened(rendition.file, head=request.method == "HEAD"),
            size=rendition.bytes,
            mime=rendition.mime,
            asked=request.headers.get("Range", "") if is_same else "",
            head=request.method == "HEAD",
        )
    served.lock_down(response)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = f"public, max-age={_seconds_left(link)}, immutable"
    response["ETag"] = etag
    if rendition.kind == Asset.Kind.VCF:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_not_required
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The page for people whose phone takes no MMS: the picture, or the contact card to keep. Counts the visit."""
    link = _link(token)
    language = translation.get_language_from_request(request)
    with translation.override(language):
        if link.expires_at <= timezone.now():
            return _plain(render(request, "public/gone.html", {"language": language}, status=410))
        if request.method == "GET":
            public.count_click(link=link)
        rendition = link.rendition
        group = link.run.campaign.group if link.run else None
        context = {
            "language": language,
            "link": link,
            "rendition": rendition,
            "card": rendition.card,
            "from_whom": (group.brand or group.name) if group else "",
            "media_url": reverse("campaigns:public_media", args=[token, public.file_name(rendition)]),
        }
        return _plain(render(request, "public/media.html", context))


def _link(token: str) -> MediaLink:
    link = public.find(token=token)
    if link is None:
        raise Http404
    return link


def _seconds_left(link: MediaLink) -> int:
    return max(0, int((link.expires_at - timezone.now()).total_seconds()))


def _plain(response: HttpResponse) -> HttpResponse:
    """Nobody needs to find these pages but who was sent there, and no shared cache may keep them."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
