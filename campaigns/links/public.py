"""Public addresses of what is sent: one for carriers, which fetch the bytes, and one for people, which shows them."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from campaigns.media import kinds
from campaigns.models import MediaLink, Rendition, Run

# A carrier may fetch hours after the hand-over, so an address in use never has less than this before it.
LEAST: Final = timedelta(days=7)


def lifetime() -> timedelta:
    """How long an address lives after it was last handed out (MEDIA_LINK_DAYS)."""
    return timedelta(days=settings.MEDIA_LINK_DAYS)


def media_link(*, run: Run | None, rendition: Rendition, now: datetime) -> MediaLink:
    """The public address of this file in this run (None: in tests), made once; it lives at least LEAST from `now`, or
    half its lifetime where that is less."""
    link = _find(run, rendition)
    if link is None:
        try:
            with transaction.atomic():
                link = MediaLink.objects.create(run=run, rendition=rendition, expires_at=now + lifetime())
        except IntegrityError:
            link = _find(run, rendition)
            assert link is not None  # whoever was quicker has made it
    elif link.expires_at < now + min(LEAST, lifetime() / 2):
        link.expires_at = now + lifetime()
        MediaLink.objects.filter(pk=link.pk).update(expires_at=link.expires_at)
    link.rendition = rendition
    return link


def _find(run: Run | None, rendition: Rendition) -> MediaLink | None:
    return MediaLink.objects.filter(run=run, rendition=rendition).order_by("pk").first()


def addresses(link: MediaLink) -> tuple[str, str]:
    """(for carriers: the bytes, under a short plain name; for people: the page). Absolute; bytes on the media host."""
    media_base_url = settings.MEDIA_BASE_URL or settings.PUBLIC_BASE_URL
    return (
        f"{media_base_url}/media/{link.token}/{file_name(link.rendition)}",
        f"{settings.PUBLIC_BASE_URL}/m/{link.token}",
    )


def file_name(rendition: Rendition) -> str:
    """The name under which the world sees a file: it says what it is, and nothing about who made it."""
    stem = "contact" if rendition.kind == "vcf" else "picture"
    return f"{stem}.{kinds.EXTENSION[rendition.kind]}"


def find(*, token: str) -> MediaLink | None:
    """The link behind a token, over or not."""
    return MediaLink.objects.select_related("rendition__asset", "run__campaign__group").filter(token=token).first()


def count_click(*, link: MediaLink) -> None:
    """A person opened the page."""
    MediaLink.objects.filter(pk=link.pk).update(clicks=F("clicks") + 1)
