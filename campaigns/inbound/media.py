"""Files that came in: fetched with credentials and limits, rebuilt in the fence, stored privately."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from campaigns.gateways import base, http
from campaigns.inbound import replies
from campaigns.media import fence
from campaigns.models import Inbound, InboundMedia
from campaigns.sending import accounts
from subscriptions.models import ProviderAccount

BATCH = 20
TRIES = 5
FETCH_TIMEOUT_S = 20.0
# An answer waits for its picture, but not for ever.
GIVE_UP_AFTER = timedelta(minutes=10)
_SUFFIX = {"jpeg": "jpg", "png": "png", "gif": "gif", "vcf": "vcf"}


def waiting() -> bool:
    """Whether files that came in wait to be fetched."""
    return Inbound.objects.filter(media_done_at__isnull=True).exists()


def fetch(*, now: datetime) -> int:
    """Fetch and rebuild what waits, then finish its inbound message; returns how many messages were finished.

    No network and no image work happens inside a transaction; a file that fails never holds up the text.
    """
    finished = 0
    waiting_ones = Inbound.objects.filter(media_done_at__isnull=True).select_related(
        "number__account", "number__group", "contact", "campaign"
    )
    for inbound in waiting_ones.order_by("pk")[:BATCH]:
        open_ones = inbound.media.filter(file="", problem="").order_by("pk")
        for one in open_ones:
            _fetch_one(one, inbound.number.account, last=now - inbound.received_at > GIVE_UP_AFTER)
        if inbound.media.filter(file="", problem="").exists():
            continue
        with transaction.atomic():
            if Inbound.objects.filter(pk=inbound.pk, media_done_at__isnull=True).update(media_done_at=now):
                replies.finish(inbound=inbound, now=now)
                finished += 1
    return finished


def _fetch_one(one: InboundMedia, account: ProviderAccount, *, last: bool) -> None:
    gateway = accounts.gateway(account)
    waiting_file = base.InboundMedia(url=one.source_url, content_type="", bytes=0)
    headers, allowed = gateway.media_request(media=waiting_file)
    try:
        fetched = http.fetch(
            url=one.source_url,
            headers=headers,
            allowed=allowed,
            limit_bytes=settings.INBOUND_LIMIT_BYTES,
            timeout_s=FETCH_TIMEOUT_S,
        )
    except http.FetchRefused as refused:
        _note(one, refused.reason)
        return
    except http.Trouble as trouble:
        tries = one.tries + 1
        InboundMedia.objects.filter(pk=one.pk).update(tries=tries)
        if tries >= TRIES or last:
            _note(one, trouble.reason)
        return
    review = fence.review(fetched.body, name="card.vcf" if "vcard" in fetched.content_type else "")
    if review.data is None:
        _note(one, review.problems[0].code if review.problems else "corrupt")
        return
    one.file.save(f"{one.token}.{_SUFFIX[review.kind]}", ContentFile(review.data), save=False)
    InboundMedia.objects.filter(pk=one.pk).update(
        file=one.file.name,
        kind=review.kind,
        mime=review.mime,
        bytes=len(review.data),
        width=review.width,
        height=review.height,
    )


def _note(one: InboundMedia, problem: str) -> None:
    InboundMedia.objects.filter(pk=one.pk).update(problem=problem[:40])
