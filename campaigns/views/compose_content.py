"""The content page: text, file, preview. Each act works as a plain form; asked for JSON it answers with parts."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import tasks
from campaigns.assets import names, shelf, store
from campaigns.composing import drafts
from campaigns.forms import compose as forms
from campaigns.forms import media_words, text_words
from campaigns.models import Asset, Campaign, Rendition
from campaigns.text import fields, plain
from campaigns.views import compose_fit, compose_frame, compose_parts, faults, uploads
from subscriptions import refusals, segments
from subscriptions.views import access


# CSRF is checked one step further in: Django reads the body for the token, and how it is read is decided first.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_needed("campaigns.view_campaign")
def content(request: HttpRequest, pk: int) -> HttpResponse:
    """The content page, and every act on it."""
    upload = uploads.LimitedUpload(request)
    request.upload_handlers = [upload]
    try:
        return _content(request, pk, upload)
    except faults.Unreadable as trouble:
        return _unread(request, pk, trouble)


@csrf_protect
def _content(request: HttpRequest, pk: int, upload: uploads.LimitedUpload) -> HttpResponse:
    campaign = compose_frame.get_draft(pk)
    if request.method != "POST":
        return _page(request, campaign, _look(request.GET))
    compose_frame.check_may_edit(request)
    form = forms.ContentForm(request.POST)
    try:
        if upload.is_over:
            raise store.too_large(upload.sent)
        if not form.is_valid():
            return _refused(
                request, campaign, form, _unwhole(form), about="text" if "text" in form.errors else "upload"
            )
        _act(request, campaign, form.cleaned_data)
    except drafts.StaleDraft as refused:
        return _stale(request, campaign, form, refused)
    except store.UploadRefused as refused:
        return _refused(request, campaign, form, *_not_taken(request, refused))
    except _AskFirst as ask:
        return _page(request, campaign, _form_look(form), text=form.cleaned_data["text"], newcomer=ask.asset)
    except refusals.Refused as refused:
        return _refused(request, campaign, form, str(refused))
    return _done(request, campaign, form)


@require_POST
@access.permission_needed("campaigns.view_campaign")
def preview(request: HttpRequest, pk: int) -> JsonResponse:
    """What the phone gets with the text as it stands in the box; stores nothing."""
    campaign = compose_frame.get_draft(pk)
    form = forms.ContentForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"problems": [_unwhole(form)]}, status=422)
    text = form.cleaned_data["text"] if campaign.is_editable else None
    context = compose_parts.content(request, campaign, look=_form_look(form), text=text)
    return JsonResponse(_parts(request, campaign, context))


class _AskFirst(Exception):
    """Another file is there already: the person is asked before it is replaced."""

    def __init__(self, asset: Asset) -> None:
        super().__init__()
        self.asset = asset


def _act(request: HttpRequest, campaign: Campaign, sent: dict[str, Any]) -> None:
    """Do what the pressed button says. `campaign` is refreshed by every change, its version with it."""
    assert isinstance(request.user, User)
    by, now, act = request.user, timezone.now(), sent["act"]
    verb, _colon, what = act.partition(":")
    _describe(request, campaign, sent)
    # Files first: what takes long or is refused must not leave half of a form stored.
    rendition = _rendition(request, campaign, sent)
    text = _text(sent["text"], verb, what)
    wish = compose_fit.wish(campaign, verb=verb, what=what, text=text, by=by, now=now)
    had_file = drafts.content(campaign).rendition_id is not None
    version = drafts.edit_content(campaign=campaign, text=text, version=sent["version"], by=by, now=now)
    if rendition is not None:
        if request.FILES and had_file and not sent["replace"]:
            raise _AskFirst(rendition.asset)
        drafts.attach(campaign=campaign, rendition=rendition, version=version, by=by, now=now)
    elif wish is not None:
        drafts.await_copy(campaign=campaign, fit=wish, version=version, by=by, now=now)
        tasks.ring_for_copies()
    elif verb == "remove":
        drafts.detach(campaign=campaign, version=version, by=by, now=now)
    elif verb == "stop_fit":
        drafts.stop_waiting(campaign=campaign, version=version, by=by, now=now)


def _describe(request: HttpRequest, campaign: Campaign, sent: dict[str, Any]) -> None:
    """Keep what is to be seen on the file, where somebody who may say so changed the words."""
    current = drafts.content(campaign).rendition
    if current is None or sent["described"] != current.asset_id or not request.user.has_perm("campaigns.change_asset"):
        return
    if campaign.is_editable and sent["description"] != current.asset.description:
        shelf.describe(asset=current.asset, description=sent["description"])


def _rendition(request: HttpRequest, campaign: Campaign, sent: dict[str, Any]) -> Rendition | None:
    """The file that the act brings, if it brings one."""
    assert isinstance(request.user, User)
    now = timezone.now()
    verb, _colon, what = sent["act"].partition(":")
    if file := request.FILES.get("file"):
        compose_frame.check_may_edit(request, "campaigns.add_asset")
        asset = store.take_in(name=file.name or "", chunks=file.chunks(), by=request.user, now=now)
        return store.clean_copy(asset)
    current = drafts.content(campaign).rendition
    if verb == "use" and what.isdecimal():
        chosen = Asset.objects.filter(pk=int(what), is_archived=False).first()
        return store.clean_copy(chosen) if chosen else None
    if verb == "undo_fit" and current is not None:
        return store.clean_copy(current.asset)
    return None


def _not_taken(request: HttpRequest, refused: store.UploadRefused) -> list[str]:
    """Why a file was not taken in; it is named, since another one may stand right beside."""
    file = request.FILES.get("file")
    name = names.visible(file.name or "")[: names.CHARACTERS] if file else ""
    said = [media_words.sentence(one.code, one.limit, one.found, one.line) for one in refused.problems]
    return [
        _("%(name)s was not taken: %(words)s") % {"name": name, "words": words} if name else words for words in said
    ]


def _text(text: str, verb: str, what: str) -> str:
    """The text with what the act does to it: mended characters, or a merge field at its end (where no script runs)."""
    text = text.replace("\r\n", "\n")
    if verb == "mend":
        return plain.make_plain(text)[0]
    if verb == "insert":
        chips = fields.chips(attributes=segments.known_attributes(limit=1_000))
        snippet = next((chip.snippet for chip in chips if chip.field == what), "")
        return f"{text}{snippet}" if not text or text[-1:].isspace() else f"{text} {snippet}"
    return text


def _look(data: QueryDict) -> compose_parts.Look:
    sample = data.get("sample", "")
    return compose_parts.Look(
        sample_id=int(sample) if sample.isdecimal() and len(sample) < 18 else None,
        search=data.get("sample_q", "")[:80],
        as_link=bool(data.get("as_link")),
    )


def _form_look(form: forms.ContentForm) -> compose_parts.Look:
    sent = form.cleaned_data
    return compose_parts.Look(
        sample_id=sent.get("sample"), search=sent.get("sample_q", ""), as_link=sent.get("as_link", False)
    )


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _page(
    request: HttpRequest,
    campaign: Campaign,
    look: compose_parts.Look,
    *,
    status: int = 200,
    text: str | None = None,
    **more: Any,
) -> HttpResponse:
    context = compose_parts.content(request, campaign, look=look, text=text)
    return render(request, "campaigns/compose_content.html", {**context, **more}, status=status)


def _parts(request: HttpRequest, campaign: Campaign, context: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": campaign.version,
        "saved": dateformat.format(timezone.localtime(campaign.edited_at), _("H:i")),
        "text": context["text"],
        "mirror": context["mirror"],
        "parts": compose_parts.rendered(request, context),
    }


def _done(request: HttpRequest, campaign: Campaign, form: forms.ContentForm) -> HttpResponse:
    look = _form_look(form)
    if _wants_json(request):
        return JsonResponse(_parts(request, campaign, compose_parts.content(request, campaign, look=look)))
    if form.cleaned_data["act"] == "next":
        return redirect("campaigns:compose_audience", pk=campaign.pk)
    seen = QueryDict(mutable=True)
    if look.sample_id is not None:
        seen["sample"] = str(look.sample_id)
    if look.search:
        seen["sample_q"] = look.search
    if look.as_link:
        seen["as_link"] = "on"
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('campaigns:compose_content', args=[campaign.pk])}?{seen.urlencode()}")


def _unwhole(form: forms.ContentForm) -> str:
    """Why a form cannot be taken: its text is too long even for a draft, or it is not one of ours."""
    return str(next(iter(form.errors.get("text", [])), _("This form is not whole. Reload the page and try again.")))


def _unread(request: HttpRequest, pk: int, trouble: Exception) -> HttpResponse:
    """Nothing of the form could be read: said beside what is wrong. A script, and a browser that goes back, have the
    text still."""
    faults.drain(request, settings.UPLOAD_LIMIT_BYTES)
    is_long = isinstance(trouble, RequestDataTooBig)
    about, status = ("text", 413) if is_long else ("upload", 422)
    said = text_words.not_kept(limit=forms.TEXT_KEPT_CHARACTERS, found=None) if is_long else faults.words(trouble)
    if _wants_json(request):
        return JsonResponse({"problems": [said], "about": about}, status=status)
    more = _("Here is the draft as it was last saved. Go back in your browser: what you typed still stands there.")
    campaign = compose_frame.get_draft(pk)
    shown: dict[str, Any] = {f"{about}_problems": [said, more]}
    return _page(request, campaign, compose_parts.Look(), status=status, **shown)


def _refused(
    request: HttpRequest, campaign: Campaign, form: forms.ContentForm, *said: str, about: str = "upload"
) -> HttpResponse:
    """422 with the reasons, beside the file or the text; the draft is as it was, and the text in the box as typed."""
    if _wants_json(request):
        return JsonResponse({"problems": list(said), "about": about}, status=422)
    text = request.POST.get("text")
    look = _form_look(form) if form.is_valid() else compose_parts.Look()
    return _page(request, campaign, look, status=422, text=text, **{f"{about}_problems": said})


def _stale(
    request: HttpRequest, campaign: Campaign, form: forms.ContentForm, refused: drafts.StaleDraft
) -> HttpResponse:
    """409: who was quicker and what it looks like now; what was typed stays in the box."""
    theirs = compose_frame.stale(refused)
    campaign = compose_frame.get_draft(campaign.pk)
    if _wants_json(request):
        context = compose_parts.content(request, campaign, look=_form_look(form), text=form.cleaned_data["text"])
        stale = {name: theirs[name] for name in ("words", "who", "version", "text")}
        return JsonResponse({"stale": stale, "parts": compose_parts.rendered(request, context)}, status=409)
    return _page(request, campaign, _form_look(form), status=409, text=form.cleaned_data["text"], stale=theirs)
