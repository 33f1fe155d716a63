"""The private bytes of what was uploaded: for people who are logged in and may see assets."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from campaigns.models import Asset, Rendition
from campaigns.views import served
from subscriptions.views import access


@require_safe
@access.permission_needed("campaigns.view_asset")
@served.unless_away
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """One rendition, exactly as it would be sent."""
    rendition = Rendition.objects.select_related("asset").filter(token=token).first()
    if rendition is None:
        raise Http404
    response = FileResponse(
        served.opened(rendition.file),
        content_type=rendition.mime,
        as_attachment=rendition.kind == Asset.Kind.VCF,
        filename=rendition.asset.label,
    )
    served.lock_down(response)
    # A rendition never changes, so it may be kept; only by this browser, since it is private.
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
