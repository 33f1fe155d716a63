"""Files that came in: fetched with credentials and limits, rebuilt in the fence, stored privately."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber

from campaigns.assets import depot
from campaigns.gateways import base, http, registry
from campaigns.inbound import replies
from campaigns.media import fence, kinds, limits, reviews
from campaigns.models import Inbound, InboundMedia
from campaigns.sending import accounts
from subscriptions.models import ProviderAccount

BATCH = 20
# The nth try comes 2^n - 1 seconds after the message at the earliest, so that a provider may be away for two minutes:
# an answer waits for its picture, but not for ever.
TRIES = 8
FETCH_TIMEOUT_S = 20.0
# After this long the order is asked for anew, so that who came meanwhile gets a turn before somebody's second.
SLICE_S = 15.0


def waiting() -> bool:
    """Whether files that came in wait to be fetched."""
    return Inbound.objects.filter(media_done_at__isnull=True).exists()


def fetch(*, now: datetime) -> int:
    """Fetch and rebuild what waits, then finish its inbound message; returns how many messages were finished.

    No network and no image work happens inside a transaction; a file that fails never holds up the text. Phones take
    turns: whoever sends many files, or dear ones, waits behind everybody else's first.
    """
    finished = 0
    begun = time.monotonic()
    for inbound in _in_turn()[:BATCH]:
        for one in inbound.media.filter(file="", problem="").order_by("pk"):
            if time.monotonic() - begun > SLICE_S:
                return finished
            if now - inbound.received_at >= timedelta(seconds=2**one.tries - 1):
                _fetch_one(one, inbound.number.account)
        if inbound.media.filter(file="", problem="").exists():
            continue
        with transaction.atomic():
            if Inbound.objects.filter(pk=inbound.pk, media_done_at__isnull=True).update(media_done_at=now):
                replies.finish(inbound=inbound, now=now)
                finished += 1
    return finished


def _in_turn() -> QuerySet[Inbound]:
    """What waits, each phone's first before anybody's second; a message with many files gives way after each."""
    had = InboundMedia.objects.filter(inbound=OuterRef("pk")).exclude(file="", problem="").order_by()
    counted = had.values("inbound").annotate(n=Count("pk")).values("n")
    turn = Window(RowNumber(), partition_by=F("from_phone"), order_by=F("pk").asc())
    waiting_ones = Inbound.objects.filter(media_done_at__isnull=True).annotate(turn=turn, had=Coalesce(counted, 0))
    whole = waiting_ones.select_related("number__account", "number__group", "contact", "campaign")
    return whole.order_by(F("turn") + F("had"), "pk")


def _fetch_one(one: InboundMedia, account: ProviderAccount) -> None:
    tries = one.tries + 1
    if not InboundMedia.objects.filter(pk=one.pk, tries=one.tries).update(tries=tries):
        return None  # another process is at it
    waiting_file = base.InboundMedia(url=one.source_url, content_type="", bytes=0)
    try:
        headers, allowed = accounts.gateway(account).media_request(media=waiting_file)
        fetched = http.fetch(
            url=one.source_url,
            headers=headers,
            allowed=allowed,
            limit_bytes=settings.INBOUND_LIMIT_BYTES,
            timeout_s=FETCH_TIMEOUT_S,
        )
    except http.FetchRefused as refused:
        return _note(one, refused.reason)
    except (base.Misconfigured, registry.UnknownProvider):
        return _note(one, "account unusable")
    except http.Trouble as trouble:
        if tries >= TRIES:
            _note(one, trouble.reason)
        return None
    name = "card.vcf" if "vcard" in fetched.content_type else ""
    review = fence.review(fetched.body, name=name, timeout_s=limits.WAITED_FOR_S)
    if review.data is None:
        code = review.problems[0].code if review.problems else "corrupt"
        return None if code == "busy" and tries < TRIES else _note(one, code)
    try:
        _keep(one, review, review.data)
    except depot.StorageAway as away:
        if tries >= TRIES:
            _note(one, away.code)


def _keep(one: InboundMedia, review: reviews.Review, data: bytes) -> None:
    """Store the rebuilt file; what came is never stored."""
    with depot.asked("a file that came in"):
        one.file.save(f"{one.token}.{kinds.EXTENSION[review.kind]}", ContentFile(data), save=False)
    kept = InboundMedia.objects.filter(pk=one.pk, file="").update(
        file=one.file.name,
        kind=review.kind,
        mime=review.mime,
        bytes=len(data),
        width=review.width,
        height=review.height,
    )
    if not kept:
        one.file.delete(save=False)  # another try of the same file was quicker


def _note(one: InboundMedia, problem: str) -> None:
    InboundMedia.objects.filter(pk=one.pk, file="").update(problem=problem[:40])
