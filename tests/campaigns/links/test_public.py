from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest
from django.utils import timezone

from campaigns.links import public
from campaigns.models import MediaLink

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_run_has_one_address_for_each_file() -> None:
    run, picture, now = factories.run(), factories.rendition(), timezone.now()

    first = public.media_link(run=run, rendition=picture, now=now)

    assert public.media_link(run=run, rendition=picture, now=now) == first
    assert public.media_link(run=factories.run(), rendition=picture, now=now) != first


def test_tests_share_an_address_too() -> None:
    picture, now = factories.rendition(), timezone.now()

    first = public.media_link(run=None, rendition=picture, now=now)

    assert public.media_link(run=None, rendition=picture, now=now) == first
    assert MediaLink.objects.count() == 1


def test_an_address_in_use_is_never_about_to_end() -> None:
    run, picture, now = factories.run(), factories.rendition(), timezone.now()
    public.media_link(run=run, rendition=picture, now=now)
    later = now + public.lifetime() - timedelta(days=1)

    link = public.media_link(run=run, rendition=picture, now=later)

    assert link.expires_at == later + public.lifetime()
    assert MediaLink.objects.get().expires_at == link.expires_at


@pytest.mark.parametrize("kind, name", [("jpeg", "picture.jpg"), ("gif", "picture.gif"), ("vcf", "contact.vcf")])
def test_addresses_say_what_it_is_and_nothing_about_who_made_it(kind: str, name: str, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://m.example"
    asset = factories.asset(kind=kind, label="secret plans")
    link = public.media_link(run=None, rendition=factories.rendition(asset=asset), now=timezone.now())

    for_carriers, for_people = public.addresses(link)

    assert for_carriers == f"https://m.example/media/{link.token}/{name}"
    assert for_people == f"https://m.example/m/{link.token}"


def test_carriers_fetch_from_the_host_of_files_where_there_is_one(settings: Any) -> None:
    settings.PUBLIC_BASE_URL, settings.MEDIA_BASE_URL = "https://mms.example", "https://files.example"
    for_carriers, for_people = public.addresses(public.media_link(run=None, rendition=factories.rendition(), now=NOW))
    assert for_carriers.startswith("https://files.example/media/")
    assert for_people.startswith("https://mms.example/m/")


@pytest.mark.parametrize("days, least", [(30, 7.0), (4, 2.0)])
def test_an_address_lives_as_long_as_was_said(settings: Any, days: int, least: float) -> None:
    settings.MEDIA_LINK_DAYS = days
    run, picture = factories.run(), factories.rendition()
    first = public.media_link(run=run, rendition=picture, now=NOW).expires_at
    assert first == NOW + timedelta(days=days)
    before = first - timedelta(days=least)
    assert public.media_link(run=run, rendition=picture, now=before).expires_at == first
    later = before + timedelta(minutes=1)
    assert public.media_link(run=run, rendition=picture, now=later).expires_at == later + timedelta(days=days)


def test_clicks_add_up() -> None:
    link = public.media_link(run=None, rendition=factories.rendition(), now=timezone.now())

    public.count_click(link=link)
    public.count_click(link=link)

    link.refresh_from_db()
    assert link.clicks == 2
