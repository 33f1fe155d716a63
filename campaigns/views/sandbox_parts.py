"""The parts of the virtual phones' pages that live: the list, the conversation, the carrier's record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils import timezone

from campaigns.gateways import http, sandbox_phones
from campaigns.inbound import sandbox
from campaigns.media import fence, limits
from campaigns.views import live_parts

Parts = list[live_parts.Part]
_ON_THE_PHONE = frozenset({"delivered", "written"})


@dataclass(frozen=True)
class Shown:
    """One message on the phone. `day` is set where a new day begins."""

    entry: sandbox_phones.Entry
    files: list[tuple[sandbox_phones.File, dict[str, Any] | None]]
    day: datetime | None


@dataclass(frozen=True)
class Told:
    """What the carrier recorded of one message, with its times as times."""

    entry: sandbox_phones.Entry
    fetches: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)


def q(request: HttpRequest) -> str:
    """What is searched for."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:80]


def phone_list(request: HttpRequest, *, here: sandbox.Holder | None = None) -> Parts:
    """The list of phones, and a word if the carrier is away."""
    given = request.GET.get("page", "")
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 1
    search, is_away, listing = q(request), False, sandbox.Listing((), 0)
    try:
        listing = sandbox.listing(
            search=search, page=number, sees_numbers=request.user.has_perm("subscriptions.see_phone_numbers")
        )
    except (http.Trouble, sandbox_phones.Refused):
        is_away = True
    context = {"lines": listing.lines, "page": _page(listing, number), "q": search, "here": here, "is_away": is_away}
    return [
        live_parts.make(
            request, id="trouble", template="campaigns/_sandbox_trouble.html", context={"is_away": is_away}
        ),
        live_parts.make(request, id="phones", template="campaigns/_sandbox_phones.html", context=context),
    ]


def conversation(request: HttpRequest, holder: sandbox.Holder) -> tuple[Parts, str]:
    """The talk and the record of one phone, and the number that it last had to do with."""
    try:
        entries = sandbox_phones.conversation(carrier=sandbox.carrier(), phone=holder.phone)
    except (http.Trouble, sandbox_phones.Refused):
        entries = ()
    talk = [
        live_parts.make(
            request,
            id=f"m-{one.entry.id}",
            template="campaigns/_sandbox_entry.html",
            context={"one": one, "whose": holder.phone},
            within="talk",
        )
        for one in _shown(entries)
    ]
    record = [
        live_parts.make(
            request,
            id=f"r-{one.entry.id}",
            template="campaigns/_sandbox_told.html",
            context={"one": one},
            within="record",
        )
        for one in _told(entries)
    ]
    outer = [
        live_parts.make(
            request,
            id=name,
            template=f"campaigns/_sandbox_{name}.html",
            context={"inside": inside},
            content=" ".join(part.id for part in inside) or "none",
        )
        for name, inside in (("talk", talk), ("record", record))
    ]
    return [*outer, *talk, *record], entries[-1].number if entries else ""


def _page(listing: sandbox.Listing, number: int) -> Page[int]:
    return Paginator(range(listing.total), sandbox.PER_PAGE).get_page(number)


def _shown(entries: Sequence[sandbox_phones.Entry]) -> list[Shown]:
    """What stands on the phone: what arrived and what it wrote. What failed never came."""
    shown: list[Shown] = []
    last = None
    for entry in entries:
        if entry.status not in _ON_THE_PHONE:
            continue
        day = timezone.localtime(entry.at).date()
        files = [(file, _card(file) if "vcard" in file.content_type else None) for file in entry.files]
        shown.append(Shown(entry, files, entry.at if day != last else None))
        last = day
    return shown


def _card(file: sandbox_phones.File) -> dict[str, Any] | None:
    """What phones show of the card; read once, since a file's id is that of its bytes."""
    key = f"sandbox-contact-{file.id}"
    kept = cache.get(key)
    if kept is None:
        try:
            found = sandbox_phones.media(carrier=sandbox.carrier(), media_id=file.id)
        except (http.Trouble, sandbox_phones.Refused):
            return None
        verdict = fence.review(found.body, name="contact.vcf", timeout_s=limits.WAITED_FOR_S)
        kept = verdict.card.facts() if verdict.card else {}
        if all(problem.code != "busy" for problem in verdict.problems):
            cache.set(key, kept, timeout=None)
    return kept or None


def _told(entries: Sequence[sandbox_phones.Entry]) -> list[Told]:
    """The record, the newest first."""
    return [
        Told(
            entry,
            [{**row, "at": _moment(row["at"])} for row in entry.fetches],
            [{**row, "tries": [{**one, "at": _moment(one["at"])} for one in row["tries"]]} for row in entry.receipts],
        )
        for entry in reversed(entries)
    ]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
