"""The Inbox: what people wrote to us, which campaign it answers, and what was done about it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.forms import inbound_words
from campaigns.inbound import box
from campaigns.models import Inbound, InboundMedia
from campaigns.views import live_parts
from subscriptions.models import SubscriptionGroup
from subscriptions.views import access

EVERY_S = 3


@require_safe
@access.permission_needed("campaigns.view_inbound")
def show(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    chosen = _chosen(request)
    parts = {part.id: part for part in _parts(request, chosen)}
    context = {
        **chosen,
        "parts": parts,
        "groups": SubscriptionGroup.objects.order_by("name"),
        "tabs": _tabs(chosen),
        "kept": {name: chosen[name] for name in ("action", "group") if chosen[name]},
        "part_query": request.GET.urlencode(),
        "every": EVERY_S,
    }
    return render(request, "campaigns/inbox.html", context)


@require_safe
@access.permission_needed("campaigns.view_inbound")
def part(request: HttpRequest) -> HttpResponse:
    """What changed since the browser asked last."""
    return live_parts.answer(request, parts=_parts(request, _chosen(request)))


def _chosen(request: HttpRequest) -> dict[str, Any]:
    given = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:100] for name in ("q", "action", "group", "before")
    }
    return {
        "q": given["q"],
        "action": given["action"] if given["action"] in Inbound.Action.values else "",
        "group": _id(given["group"]),
        "before": _id(given["before"]),
    }


def _id(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0


def _parts(request: HttpRequest, chosen: dict[str, Any]) -> list[live_parts.Part]:
    user: User | AnonymousUser = request.user
    found = box.page(
        search=chosen["q"],
        action=chosen["action"],
        group_id=chosen["group"],
        before=chosen["before"],
        sees_numbers=user.has_perm("subscriptions.see_phone_numbers"),
    )
    now = timezone.now()
    rows = [
        live_parts.make(
            request,
            id=f"in-{row.inbound.pk}",
            template="campaigns/_inbox_row.html",
            context={"row": row, "inbound": row.inbound, "files": _files(row.inbound)},
            within="rows",
            content=_content(row, now),
        )
        for row in found.rows
    ]
    kept = {name: chosen[name] for name in ("q", "action", "group") if chosen[name]}
    context = {
        **chosen,
        "rows": rows,
        "kept": urlencode(kept),
        "older": urlencode({**kept, "before": found.before}) if found.before else "",
        "is_filtered": bool(kept),
    }
    content = " ".join(row.id for row in rows) + context["older"] if rows else "none"
    whole = live_parts.make(request, id="rows", template="campaigns/_inbox_rows.html", context=context, content=content)
    return [whole, *rows]


def _content(row: box.Row, now: datetime) -> str:
    """What counts as a change of a row: what was done, its files, and its age in minutes, not in seconds."""
    files = [f"{file.file}{file.problem}" for file in row.inbound.media.all()]
    age = (now - row.inbound.received_at) // timedelta(minutes=1)
    return f"{row.inbound.action} {files} {row.answer and row.answer.pk} {age}"


def _files(inbound: Inbound) -> list[tuple[InboundMedia, str]]:
    """The files of a message, each with the sentence that stands for it where it was not kept."""
    return [(file, inbound_words.file_problem(file.problem)) for file in inbound.media.all()]


def _tabs(chosen: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(action, word, query) of each filter."""
    kept = {name: chosen[name] for name in ("q", "group") if chosen[name]}
    return [
        (action, str(label), urlencode({**kept, "action": action}))
        for action, label in Inbound.Action.choices
        if action != Inbound.Action.NONE
    ]
