"""From demo to work: one page, one question."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from campaigns.demo import removal
from campaigns.forms import start_for_real
from subscriptions.views import access

# Only account managers and owners may take groups and accounts away.
RIGHTS = ("subscriptions.delete_subscriptiongroup", "subscriptions.delete_provideraccount")


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed(*RIGHTS)
def start(request: HttpRequest) -> HttpResponse:
    """Say what goes, ask for the owner, and do it; the owner is logged in then."""
    if not removal.is_here():
        messages.info(request, _("There is no demo world here: everything is real already."))
        return redirect("campaigns:dashboard")
    form = start_for_real.OwnerForm(request.POST.dict() if request.method == "POST" else None)
    if form.is_valid():
        try:
            owner = removal.start_for_real(
                username=form.cleaned_data["username"],
                email=form.cleaned_data["email"],
                password=form.cleaned_data["password"],
            )
        except removal.StartRefused as refused:
            form.add_error("username" if refused.code == "username_taken" else None, str(refused))
        else:
            request.session.flush()
            login(request, owner, backend="django.contrib.auth.backends.ModelBackend")
            messages.success(request, _("The demo world is gone. You own this installation now."))
            return redirect("campaigns:dashboard")
    page = {"form": form, "contents": removal.contents()}
    return render(request, "campaigns/start_for_real.html", page, status=422 if form.errors else 200)
