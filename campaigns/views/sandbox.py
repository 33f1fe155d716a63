"""The virtual phones of the sandbox carrier: what each received, with the real media, and what it writes back."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.forms import sandbox as forms
from campaigns.gateways import http, sandbox_phones
from campaigns.inbound import sandbox
from campaigns.views import live_parts, sandbox_parts, served, uploads
from subscriptions.views import access

EVERY_S = 2
_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponseBase]
# Shown as they are; anything else that a phone sent is only given out as a file.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/gif"})
_CARDS = frozenset({"text/vcard", "text/x-vcard"})


def _in_sandbox(view: _View[_P]) -> _View[_P]:
    """These pages exist only where the sandbox is."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponseBase:
        if not settings.SANDBOX:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@_in_sandbox
@access.permission_needed("campaigns.view_message")
def show(request: HttpRequest) -> HttpResponse:
    """All phones."""
    parts = {one.id: one for one in sandbox_parts.phone_list(request)}
    return render(request, "campaigns/sandbox.html", {"parts": parts, "every": EVERY_S, "q": sandbox_parts.q(request)})


@require_safe
@_in_sandbox
@access.permission_needed("campaigns.view_message")
def part(request: HttpRequest) -> HttpResponse:
    """What changed among them."""
    return live_parts.answer(request, parts=sandbox_parts.phone_list(request))


# CSRF is checked one step further in: Django reads the body for the token, and how it is read is decided first.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_in_sandbox
@access.permission_needed("campaigns.view_message")
def phone(request: HttpRequest, key: str) -> HttpResponse:
    """One phone; whoever may write campaigns may write from it."""
    upload = uploads.LimitedUpload(request)
    request.upload_handlers = [upload]
    return _phone(request, _holder(request, key), upload)


@csrf_protect
def _phone(request: HttpRequest, holder: sandbox.Holder, upload: uploads.LimitedUpload) -> HttpResponse:
    numbers = sandbox.our_numbers()
    if request.method != "POST":
        return _page(request, holder, forms.ReplyForm(numbers=numbers))
    if not request.user.has_perm("campaigns.add_campaign"):
        raise access.Lacking(["campaigns.add_campaign"])
    form = forms.ReplyForm(request.POST, request.FILES, numbers=numbers)
    if upload.is_over:
        form.add_error("file", _("A virtual phone sends files of up to 5 MB."))
    if not form.is_valid():
        return _page(request, holder, form)
    said = form.cleaned_data
    try:
        sandbox_phones.reply(
            carrier=sandbox.client(said["to"].account),
            phone=holder.phone,
            to=said["to"].value,
            text=said["word"] or said["text"].replace("\r\n", "\n"),
            files=[said["file"]] if said["file"] and not said["word"] else [],
        )
    except http.Trouble:
        form.add_error(None, _("The sandbox carrier does not answer, so nothing was sent. Start it again: make run."))
        return _page(request, holder, form)
    except sandbox_phones.Refused as refused:
        form.add_error(None, _("The carrier did not take it (code %(code)s).") % {"code": refused.code})
        return _page(request, holder, form)
    return redirect("campaigns:sandbox_phone", key=holder.key)


@require_safe
@_in_sandbox
@access.permission_needed("campaigns.view_message")
def phone_part(request: HttpRequest, key: str) -> HttpResponse:
    """What changed on it."""
    holder = _holder(request, key)
    parts = [*sandbox_parts.phone_list(request, here=holder), *sandbox_parts.conversation(request, holder)[0]]
    return live_parts.answer(request, parts=parts)


@require_safe
@_in_sandbox
@access.permission_needed("campaigns.view_message")
def media(request: HttpRequest, media_id: str) -> HttpResponse:
    """The bytes of a file on a phone, handed through: nobody's browser is sent to the carrier."""
    if not (media_id.isascii() and media_id.isalnum()):
        raise Http404
    try:
        found = sandbox_phones.media(carrier=sandbox.carrier(), media_id=media_id)
    except sandbox_phones.Refused:
        raise Http404 from None
    except http.Trouble:
        return HttpResponse(status=502, content_type="text/plain")
    kind = found.content_type.partition(";")[0].strip().lower()
    known = kind in _SHOWN or kind in _CARDS
    response = HttpResponse(found.body, content_type=kind if known else "application/octet-stream")
    response["Content-Length"] = str(len(found.body))
    served.lock_down(response)
    response["Cache-Control"] = "private, max-age=86400, immutable"
    if kind not in _SHOWN:
        name = "contact.vcf" if kind in _CARDS else "file"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _holder(request: HttpRequest, key: str) -> sandbox.Holder:
    sees_numbers = request.user.has_perm("subscriptions.see_phone_numbers")
    holder = sandbox.holder(key, sees_numbers=sees_numbers)
    if holder is None:
        raise Http404
    return holder


def _page(request: HttpRequest, holder: sandbox.Holder, form: forms.ReplyForm) -> HttpResponse:
    parts, last_number = sandbox_parts.conversation(request, holder)
    context: dict[str, Any] = {
        "holder": holder,
        "parts": {one.id: one for one in [*sandbox_parts.phone_list(request, here=holder), *parts]},
        "form": form,
        "numbers": sandbox.our_numbers(),
        "to": form.data.get("to") or last_number,
        "every": EVERY_S,
        "q": sandbox_parts.q(request),
        "text_characters": forms.TEXT_CHARACTERS,
        "may_write": request.user.has_perm("campaigns.add_campaign"),
    }
    return render(request, "campaigns/sandbox_phone.html", context)
