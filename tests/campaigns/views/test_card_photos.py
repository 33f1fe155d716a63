import base64

import factories
import media_samples as samples
import pytest
from card_pages import MAYA, NEW, only_card, photo, written
from django.test import Client
from pytest_django.fixtures import Settings

from campaigns import roles
from campaigns.assets import store
from campaigns.models import Asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client: Client) -> Client:
    roles.ensure(using="default")
    client.force_login(factories.user(roles.MARKETER))
    return client


def test_the_chosen_part_of_the_photo_is_embedded(me: Client) -> None:
    place = {"x": "0.55", "y": "0", "width": "0.4", "height": "0.6", "rotate": "0"}
    me.post(NEW, MAYA | place | {"photo": photo()})
    embedded = samples.opened(written(only_card()).photo.value).convert("RGB")
    assert (embedded.format, embedded.size) == (None, (240, 240))
    red, _green, blue = embedded.getpixel((10, 120))
    assert blue > 200 > 60 > red
    assert store.clean_copy(only_card()).bytes < 40_000


@pytest.mark.parametrize("place", [{}, {"x": "nan", "y": "2", "width": "a", "height": "-1", "rotate": "45"}])
def test_without_a_choice_the_middle_is_taken(me: Client, place: dict[str, str]) -> None:
    me.post(NEW, MAYA | place | {"photo": photo()})
    embedded = samples.opened(written(only_card()).photo.value).convert("RGB")
    left, right = embedded.getpixel((20, 120)), embedded.getpixel((220, 120))
    assert left[0] > 200 > 60 > left[2]
    assert right[2] > 200 > 60 > right[0]


@pytest.mark.parametrize(
    "data, words",
    [(samples.PDF, "This is a PDF file"), (samples.gif(), "This is a GIF file"), (b"", "is empty"),
     (samples.jpeg()[:-900], "ends too early")],
)  # fmt: skip
def test_a_file_that_is_no_photo_is_refused_beside_it(me: Client, data: bytes, words: str) -> None:
    answer = me.post(NEW, MAYA | {"photo": photo(data=data)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Asset.objects.exists()


def test_a_photo_that_is_too_large_is_refused_in_words(me: Client, settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 5_000
    answer = me.post(NEW, MAYA | {"photo": photo()})
    assert answer.status_code == 422
    assert "files up to 5 KB are taken in" in answer.content.decode()


def test_what_pretends_to_be_our_photo_is_judged_like_any_upload(me: Client) -> None:
    evil = base64.b64encode(b"\xff\xd8\xff" + samples.HTML).decode()
    answer = me.post(NEW, MAYA | {"photo_kept": evil})
    assert answer.status_code == 422
    assert "photo in the contact card cannot be used" in answer.content.decode()
    assert not Asset.objects.exists()


def test_a_photo_can_be_taken_out(me: Client) -> None:
    me.post(NEW, MAYA | {"photo": photo()})
    first = only_card()
    kept = base64.b64encode(written(first).photo.value).decode()
    me.post(f"/library/cards/{first.pk}/edit", MAYA | {"photo_kept": kept, "photo_removed": "on"})
    assert not hasattr(written(Asset.objects.exclude(pk=first.pk).get()), "photo")
