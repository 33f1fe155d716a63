"""The list of people, and what is done to one of them: add, record consent, suppress, lift."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subscriptions import consent
from subscriptions.forms import people as forms
from subscriptions.models import ConsentEntry, Contact, SubscriptionGroup
from subscriptions.refusals import Refused
from subscriptions.segments import search
from subscriptions.views import access

PER_PAGE = 50


@require_safe
@access.permission_needed("subscriptions.view_contact")
def show_list(request: HttpRequest) -> HttpResponse:
    """Search by name or number, narrow by group and standing, fifty a page."""
    form = forms.SearchForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    text, standing = asked.get("q", ""), asked.get("standing", "")
    group: SubscriptionGroup | None = asked.get("group")
    found = search.found(
        text=text, group=group, standing=standing, sees_numbers=request.user.has_perm("subscriptions.see_phone_numbers")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    kept = {"q": text, "group": group.pk if group else "", "standing": standing}
    query = urlencode({name: value for name, value in kept.items() if value})
    return render(
        request,
        "subscriptions/people.html",
        {"form": form, "page": page, "query": f"{query}&" if query else "", "is_narrowed": bool(query)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("subscriptions.add_contact")
def add(request: HttpRequest) -> HttpResponse:
    """One new person, with the consent that they gave."""
    assert request.user.is_authenticated
    now = timezone.now()
    form = forms.PersonForm(request.POST or None, now=now)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            contact = consent.enrol(
                phone=asked["phone"],
                first_name=asked["first_name"],
                last_name=asked["last_name"],
                attributes=asked["attributes"],
                group=asked["group"],
                wording=asked["wording"],
                detail=asked["detail"],
                happened_at=asked["given_on"],
                by=request.user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(person)s is added.") % {"person": contact})
            return redirect("campaigns:person", pk=contact.pk)
    return render(request, "subscriptions/person_add.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("subscriptions.add_contact")
def record_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Consent that somebody in the list has given to a group."""
    assert request.user.is_authenticated
    contact = get_object_or_404(Contact, pk=pk)
    form = forms.ConsentForm(request.POST or None, now=timezone.now())
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            consent.grant(
                contact=contact,
                group=asked["group"],
                source=ConsentEntry.Source.FORM,
                wording=asked["wording"],
                detail=asked["detail"],
                happened_at=asked["given_on"],
                by=request.user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            told = {"person": contact, "group": asked["group"]}
            messages.success(request, _("%(person)s now gets texts of “%(group)s”.") % told)
            return redirect("campaigns:person", pk=contact.pk)
    context = {"form": form, "contact": contact}
    return render(request, "subscriptions/person_consent.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("subscriptions.change_contact")
def suppress(request: HttpRequest, pk: int) -> HttpResponse:
    """No text from any group any more: asked once, then at once."""
    assert request.user.is_authenticated
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "POST":
        consent.suppress(contact=contact, source=ConsentEntry.Source.ADMIN, happened_at=timezone.now(), by=request.user)
        messages.success(request, _("%(person)s is suppressed: no group texts them any more.") % {"person": contact})
        return redirect("campaigns:person", pk=contact.pk)
    words = _(
        "No group texts this person any more: what waits for them is left out, and no import can bring them back. "
        "This concerns 1 person."
    )
    return render(
        request,
        "components/confirm.html",
        {
            "title": _("Suppress %(person)s?") % {"person": contact},
            "words": words,
            "act": _("Suppress now"),
            "action": request.path,
            "is_stop": True,
            "back": reverse("campaigns:person", args=[contact.pk]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("subscriptions.change_contact")
def unsuppress(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift the suppression, asked once; what each group's consent says counts again."""
    assert request.user.is_authenticated
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "POST":
        consent.unsuppress(
            contact=contact, source=ConsentEntry.Source.ADMIN, happened_at=timezone.now(), by=request.user
        )
        messages.success(request, _("The suppression is lifted; each group's consent counts again."))
        return redirect("campaigns:person", pk=contact.pk)
    return render(
        request,
        "components/confirm.html",
        {
            "title": _("Lift the suppression of %(person)s?") % {"person": contact},
            "words": _("Groups that this person agreed to may text them again. Only do this if they asked for it."),
            "act": _("Lift the suppression"),
            "action": request.path,
            "is_stop": True,
            "back": reverse("campaigns:person", args=[contact.pk]),
        },
    )
