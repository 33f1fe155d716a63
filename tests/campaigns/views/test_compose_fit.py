"""Making the draft's file fit: asked for on the page, made by the worker's task, shown when it is there."""

import re
from datetime import timedelta
from typing import Any

import composer_pages
import factories
import media_samples
import pytest
from composer_pages import act, parts, post, put, rendition_of
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import states, tasks
from campaigns.assets import fit, store
from campaigns.composing import drafts
from campaigns.composing import limits as compose_limits
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


@pytest.fixture
def small_sizes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Safe, normal and large are a tenth of what they are, so that no test needs a large file."""
    settings.MMS_ADVICE_BYTES, settings.MMS_HARD_LIMIT_BYTES = 60_000, 100_000
    monkeypatch.setattr(compose_limits.routes, "SAFE_BYTES", 30_000)


def levels(file: str) -> dict[str, bool]:
    """The sizes that are offered, and whether one is what was chosen."""
    found = re.findall(r'value="fit:(\w+)" aria-pressed="(\w+)"', file)
    return {name: pressed == "true" for name, pressed in found}


def followed(me: Client, draft: Campaign) -> dict[str, Any]:
    answer: dict[str, Any] = me.get(f"/campaigns/{draft.pk}/fit").json()
    return answer


@pytest.mark.usefixtures("small_sizes")
def test_asked_for_made_shown_and_undone(me: Client, draft: Campaign) -> None:
    asset = put(draft, media_samples.photo_jpeg(0.5))
    before = parts(me, draft)
    assert (levels(before["file"]), "Make it fit" in before["file"]) == (
        {"safe": False, "normal": False, "large": False},
        True,
    )

    asked = act(me, draft, "fit:normal")
    assert "It begins at once" in asked["file"]
    assert rendition_of(draft).budget_bytes is None
    tasks.make_copies()

    after = parts(me, draft)
    assert rendition_of(draft).bytes <= 60_000
    assert "Made to fit:" in after["file"]
    assert re.search(r"Looks \d\d% like the original", after["file"])
    assert levels(after["file"]) == {"safe": False, "normal": True, "large": False}
    act(me, draft, "undo_fit")
    assert rendition_of(draft) == store.clean_copy(asset)


@pytest.mark.usefixtures("small_sizes")
def test_the_same_in_plain_forms(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.photo_jpeg(0.5))

    page = post(me, draft, act="fit:safe", text="typed").headers["Location"]
    waiting = me.get(page).content.decode()
    assert "<noscript><a" in waiting
    assert "It begins at once" in waiting
    tasks.make_copies()

    assert "Made to fit:" in me.get(page).content.decode()
    assert (rendition_of(draft).budget_bytes, drafts.content(draft).text) == (30_000, "typed")


@pytest.mark.usefixtures("small_sizes")
def test_what_was_made_before_is_there_at_once(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.photo_jpeg(0.5))
    act(me, draft, "fit:safe")
    tasks.make_copies()
    act(me, draft, "undo_fit")

    assert "Made to fit:" in act(me, draft, "fit:safe")["file"]


@pytest.mark.usefixtures("small_sizes")
def test_one_primary_button_while_the_file_is_over(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.photo_jpeg(0.5))
    over = parts(me, draft)
    act(me, draft, "fit:normal")
    tasks.make_copies()
    fits = parts(me, draft)

    primary = [len(re.findall("btn-primary", one["file"] + one["acts"])) for one in (over, fits)]
    assert primary == [1, 1]
    assert "btn-primary" in over["file"]
    assert "btn-primary" in fits["acts"]


@pytest.mark.usefixtures("small_sizes")
def test_how_far_it_is_can_be_followed(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.photo_jpeg(0.5))
    act(me, draft, "fit")
    Fit.objects.update(state=states.Fit.RUNNING, share=42, beat_at=timezone.now())

    seen = followed(me, draft)

    assert (seen["open"], seen["share"], seen["late"]) == (True, 42, False)
    assert "42%" in seen["words"]
    assert 'value="42"' in parts(me, draft)["file"]


def test_where_nothing_is_waited_for_there_is_nothing_to_follow(me: Client, draft: Campaign) -> None:
    assert followed(me, draft) == {"open": False}


@pytest.mark.usefixtures("small_sizes")
@pytest.mark.parametrize(
    "columns, words, late",
    [
        ({"asked_at": -20}, "the worker for copies does not run", True),
        ({"asked_at": -1}, "It begins at once", False),
        ({"state": "running", "beat_at": -20}, "fell silent", True),
        ({"state": "done", "rendition": 0}, "The copy is there", False),
        (
            {"state": "running", "beat_at": -1, "problem": {"code": "storage_away"}},
            "files are kept does not answer",
            True,
        ),
    ],
)
def test_it_says_what_it_waits_for(
    me: Client, draft: Campaign, columns: dict[str, Any], words: str, late: bool
) -> None:
    asset = put(draft, media_samples.photo_jpeg(0.5))
    act(me, draft, "fit")
    moments = {name: timezone.now() + timedelta(seconds=columns[name]) for name in columns if name.endswith("_at")}
    copy = {"rendition": store.clean_copy(asset)} if "rendition" in columns else {}
    Fit.objects.update(**{**columns, **moments, **copy})

    seen = followed(me, draft)

    assert words in seen["words"]
    assert seen["late"] is late


@pytest.mark.usefixtures("small_sizes")
def test_it_says_how_many_are_made_first(me: Client, draft: Campaign) -> None:
    other = composer_pages.draft()
    put(other, media_samples.photo_jpeg(0.5, quality=91))
    act(me, other, "fit")
    put(draft, media_samples.photo_jpeg(0.5))
    act(me, draft, "fit")

    assert followed(me, draft)["words"] == "1 copy is made before this one"


@pytest.mark.usefixtures("small_sizes")
def test_a_refusal_says_limit_found_and_what_to_do(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.photo_jpeg(0.5))
    act(me, draft, "fit:safe")
    problem = {"code": "cannot_fit", "limit": 30_000, "found": 44_000}
    Fit.objects.update(state=states.Fit.REFUSED, problem=problem)

    file = parts(me, draft)["file"]

    assert "Even the smallest copy has 44 KB, which is over 30 KB. Choose a larger size, or another file." in file
    assert followed(me, draft) == {"open": False}
    assert levels(file)


@pytest.mark.usefixtures("small_sizes")
def test_leaving_it_as_it_is_ends_the_wait(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.photo_jpeg(0.5))
    act(me, draft, "fit")

    assert "data-fit=" not in act(me, draft, "stop_fit")["file"]
    assert fit.waiting(now=timezone.now()) == []


@pytest.mark.usefixtures("small_sizes")
def test_a_file_below_every_size_is_offered_none(me: Client, draft: Campaign) -> None:
    put(draft, media_samples.jpeg(), "small.jpg")

    assert levels(parts(me, draft)["file"]) == {}


@pytest.mark.usefixtures("small_sizes")
def test_a_file_that_fits_is_only_offered_what_is_smaller(me: Client, draft: Campaign) -> None:
    content = media_samples.encoded(media_samples.photo(300, 240), "JPEG", quality=90)
    assert 30_000 < len(content) < 60_000
    put(draft, content)

    file = parts(me, draft)["file"]

    assert (levels(file), "Make it fit" in file, "Make it smaller" in file) == ({"safe": False}, False, True)


def test_a_kind_that_nothing_makes_smaller_is_offered_nothing(
    me: Client, draft: Campaign, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(fit.fitters.FITTERS, "jpeg")
    settings.MMS_ADVICE_BYTES = 10
    put(draft, media_samples.jpeg())

    assert levels(parts(me, draft)["file"]) == {}
    act(me, draft, "fit")
    assert not Fit.objects.exists()


def test_who_may_only_look_sees_how_far_it_is_and_no_buttons(client: Client, draft: Campaign) -> None:
    asset = put(draft, media_samples.jpeg())
    wish = fit.ask(asset=asset, budget_bytes=9_000, by=draft.created_by, now=timezone.now())
    drafts.await_copy(campaign=draft, fit=wish, version=draft.version, by=draft.created_by, now=timezone.now())
    client.force_login(factories.user(permissions=("campaigns.view_campaign",)))

    page = client.get(f"/campaigns/{draft.pk}/content").content.decode()

    assert "data-fit=" in page
    assert 'value="fit' not in page
    assert 'value="stop_fit"' not in page
