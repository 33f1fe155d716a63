"""A user's own preferences."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.forms import account
from campaigns.models import Preference


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and keep them. The menu of the frame sends one field and where to come back to."""
    assert request.user.is_authenticated
    mine = Preference.objects.filter(user=request.user).first() or Preference(user=request.user)
    form = account.PreferenceForm(request.POST.dict() if request.method == "POST" else None, instance=mine)
    if request.method != "POST" or not form.is_valid():
        return render(request, "campaigns/preferences.html", {"form": form}, status=422 if form.errors else 200)
    kept = form.save()
    back = request.POST.get("next", "")
    if kept.language:
        translation.activate(kept.language)
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        response = HttpResponseRedirect(back)  # an address as it stands: `redirect` would look for a view of that name
    else:
        messages.success(request, _("Saved."))
        response = redirect(reverse("campaigns:preferences"))
    if kept.language:
        # So that the log-in page speaks it too.
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            kept.language,
            max_age=365 * 24 * 3600,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response
