"""The admin's own log-in page, replaced: there is one way in, and a plain no for whoever has no business there."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _


@login_not_required
def refuse(request: HttpRequest) -> HttpResponse:
    """Send strangers to the log-in page and on to where they were going; tell users without access whom to ask."""
    if request.user.is_authenticated:
        raise PermissionDenied(_("The set-up is for account managers: your user is not marked as staff."))
    wanted = request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect_to_login(wanted if here else reverse("admin:index"))
