"""What shines through a picture and how it is flattened, and what stands beside a copy."""

import re
from typing import Any

import composer_pages
import factories
import media_samples
import pytest
from celery.exceptions import OperationalError
from composer_pages import act, parts, put, rendition_of
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from campaigns import states, tasks
from campaigns.assets import fit, store
from campaigns.composing import drafts
from campaigns.models import Campaign, Fit

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer() -> User:
    return composer_pages.marketer()


@pytest.fixture
def me(client: Client, marketer: User) -> Client:
    client.force_login(marketer)
    return client


@pytest.fixture
def draft() -> Campaign:
    return composer_pages.draft()


def test_what_shines_through_is_shown_on_white_and_black_and_flattened(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.transparent_png(), "logo.png")
    before = parts(me, draft)
    assert "is-white" in before["file"]
    assert "is-black" in before["file"]
    assert "is-see-through" in before["phone"]

    act(me, draft, "flatten:black")
    tasks.make_copies()
    after = parts(me, draft)

    assert (rendition_of(draft).ground, rendition_of(draft).has_alpha) == ("black", False)
    assert "flatten:" not in after["file"]
    assert "is-see-through" not in after["phone"]
    act(me, draft, "undo_fit")
    assert "flatten:white" in parts(me, draft)["file"]


def test_flattening_keeps_the_size_that_was_chosen(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.transparent_png(), "logo.png")
    fitted = factories.rendition(
        asset=rendition_of(draft).asset, purpose="fitted", budget_bytes=43_000, has_alpha=True, similarity=0.9
    )
    drafts.attach(campaign=draft, rendition=fitted, version=draft.version, by=draft.created_by, now=timezone.now())

    act(me, draft, "flatten:white")

    assert (Fit.objects.get().budget_bytes, Fit.objects.get().ground) == (43_000, "white")


def test_a_solid_picture_is_not_offered_to_be_flattened(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.png(), "logo.png")

    assert "flatten:" not in parts(me, draft)["file"]


def test_before_is_the_clean_copy_never_the_upload(me: Client, draft: Campaign) -> None:
    asset = put(draft, media_samples.photo_jpeg(0.5, exif=media_samples.exif()))
    act(me, draft, "fit:safe")
    copy = factories.rendition(asset=asset, purpose="fitted", budget_bytes=1, similarity=0.875)
    Fit.objects.update(state=states.Fit.DONE, rendition=copy)
    drafts.adopt_made()

    file = parts(me, draft)["file"]

    assert f'is-before"><img src="/assets/{store.clean_copy(asset).token}"' in file
    assert "Looks 87% like the original" in file


def test_a_broker_that_is_away_keeps_nobody_from_asking(
    me: Client, draft: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_words: object, **_options: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.make_copies, "apply_async", away)
    put(draft, media_samples.transparent_png(), "logo.png")

    act(me, draft, "flatten:white")

    assert fit.waiting(now=timezone.now()) == [Fit.objects.get().pk]


def test_animations_play_side_by_side_without_a_slider(
    me: Client, draft: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fit.fitters.FITTERS, "gif", fit.fitters.FITTERS["png"])
    asset = put(draft, media_samples.gif(5), "waves.gif")
    copy = factories.rendition(asset=asset, purpose="fitted", budget_bytes=1, kind="gif", frames=3)
    drafts.attach(campaign=draft, rendition=copy, version=draft.version, by=draft.created_by, now=timezone.now())

    file = parts(me, draft)["file"]

    assert "compare-slider" not in file
    assert "is-still" not in file
    assert f'is-before"><img src="/assets/{store.clean_copy(asset).token}"' in file
    assert f'is-after"><img src="/assets/{copy.token}"' in file
    assert re.search(r"Frames</th><td>5</td><td>3</td>", file)
