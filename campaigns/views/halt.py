"""Stop all sending, from every page, and carry on: each asks once, on a page of its own."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns import roles
from campaigns.forms import halt as forms
from campaigns.lifecycle import halt as lifecycle
from campaigns.models import Halt
from campaigns.reports import beyond_recall
from campaigns.sending import instance, restore
from campaigns.templatetags import frame
from subscriptions.views import access


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed(roles.LAUNCH)
def stop(request: HttpRequest) -> HttpResponse:
    """Let nothing leave any more, of no campaign and of nothing else."""
    form = forms.HaltForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        assert isinstance(request.user, User)
        why = form.cleaned_data["why"]
        lifecycle.put_on(code=Halt.Code.BY_PERSON, why=why, by=request.user, now=timezone.now())
        messages.success(request, _("Nothing leaves any more. What waits, waits."))
        return HttpResponseRedirect(_back(request))
    page = {"form": form, "found": forms.found_words(beyond_recall.of_everything()), "back": _back(request)}
    return render(request, "campaigns/halt.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed(roles.LAUNCH)
def carry_on(request: HttpRequest) -> HttpResponse:
    """Let everything go on where it stood."""
    refused = ""
    if request.method == "POST":
        assert isinstance(request.user, User)
        uncompared = request.POST.get("uncompared") == "on"
        try:
            found = restore.release(by=request.user, now=timezone.now(), uncompared=uncompared)
        except restore.NotCompared as error:
            refused = str(error)
        else:
            messages.success(request, _("Sending goes on where it stood.") if found else _("Sending was not stopped."))
            return HttpResponseRedirect(_back(request))
    stop = lifecycle.current()
    page = {
        "found": forms.found_words(beyond_recall.of_everything()),
        "grave": _grave(stop),
        "waits": stop is not None and stop.code in lifecycle.GRAVE and not restore.is_compared(),
        "refused": refused,
        "back": _back(request),
    }
    return render(request, "campaigns/halt_release.html", page, status=422 if refused else 200)


def _grave(stop: Halt | None) -> list[str]:
    row = instance.current()
    if stop is None or row is None:
        return []
    return forms.grave_words(stop, row, since=frame.zoned(row.knows_until), unlisted=restore.unlisted())


def _back(request: HttpRequest) -> str:
    """The page that the button stood on, if it is one of ours."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if ours else reverse("campaigns:dashboard")
