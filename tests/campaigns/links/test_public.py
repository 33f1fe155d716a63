from datetime import timedelta

import factories
import pytest
from django.utils import timezone

from campaigns.links import public
from campaigns.models import MediaLink

pytestmark = pytest.mark.django_db


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
    later = now + public.LIFETIME - timedelta(days=1)

    link = public.media_link(run=run, rendition=picture, now=later)

    assert link.expires_at == later + public.LIFETIME
    assert MediaLink.objects.get().expires_at == link.expires_at


@pytest.mark.parametrize("kind, name", [("jpeg", "picture.jpg"), ("gif", "picture.gif"), ("vcf", "contact.vcf")])
def test_addresses_say_what_it_is_and_nothing_about_who_made_it(kind: str, name: str) -> None:
    asset = factories.asset(kind=kind, label="secret plans")
    link = public.media_link(run=None, rendition=factories.rendition(asset=asset), now=timezone.now())

    for_carriers, for_people = public.addresses(link, "https://m.example")

    assert for_carriers == f"https://m.example/media/{link.token}/{name}"
    assert for_people == f"https://m.example/m/{link.token}"


def test_clicks_add_up() -> None:
    link = public.media_link(run=None, rendition=factories.rendition(), now=timezone.now())

    public.count_click(link=link)
    public.count_click(link=link)

    link.refresh_from_db()
    assert link.clicks == 2
