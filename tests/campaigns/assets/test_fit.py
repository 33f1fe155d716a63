from collections.abc import Callable
from datetime import timedelta
from typing import Any

import factories
import media_samples
import pytest
from django.db import connection
from django.utils import timezone

from campaigns import states
from campaigns.assets import fit, store
from campaigns.composing import drafts
from campaigns.media import fence, problems
from campaigns.media.fit import result
from campaigns.models import Asset, Campaign, Fit, History, Rendition

pytestmark = pytest.mark.django_db


def take(content: bytes, name: str = "beach.jpg") -> Asset:
    return store.take_in(name=name, chunks=[content], by=factories.user(), now=timezone.now())


def ask(asset: Asset, budget_bytes: int = 60_000, ground: result.Ground = "") -> Fit:
    return fit.ask(asset=asset, budget_bytes=budget_bytes, ground=ground, by=asset.created_by, now=timezone.now())


def awaited(asset: Asset, budget_bytes: int = 60_000) -> tuple[Fit, Campaign]:
    """A fit that a draft waits for."""
    draft = factories.campaign(picture=store.clean_copy(asset))
    wish = ask(asset, budget_bytes)
    drafts.await_copy(campaign=draft, fit=wish, version=draft.version, by=draft.created_by, now=timezone.now())
    return wish, draft


def moves(one: Fit) -> list[tuple[str, str, str]]:
    found = History.objects.filter(thing="fit", thing_id=one.pk).order_by("pk")
    return list(found.values_list("from_state", "to_state", "why"))


@pytest.fixture
def photo() -> Asset:
    return take(media_samples.photo_jpeg(0.5))


@pytest.fixture
def no_fence(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[result.Progress], Any]], None]:
    """Puts a function that gets `tell` in the place of the fenced child."""

    def replace(deed: Callable[[result.Progress], Any]) -> None:
        monkeypatch.setattr(fence, "fit", lambda _data, *, tell, **_options: deed(tell))

    return replace


def test_a_copy_is_made_with_all_that_is_known_of_it(photo: Asset) -> None:
    made = fit.make(fit_id=ask(photo).pk)

    assert made is not None
    assert made.rendition is not None
    copy = made.rendition
    assert (made.state, made.share, copy.purpose, copy.budget_bytes) == ("done", 100, "fitted", 60_000)
    assert len(store.read(copy)) == copy.bytes <= 60_000
    assert copy.similarity is not None
    assert 0.3 < copy.similarity <= 1
    assert copy.steps
    assert moves(made) == [("", "waiting", ""), ("waiting", "running", ""), ("running", "done", "")]


def test_the_same_wish_is_one_row_and_is_made_once(photo: Asset) -> None:
    first = ask(photo)
    fit.make(fit_id=first.pk)

    again = ask(photo)

    assert (again.pk, again.state) == (first.pk, states.Fit.DONE)
    assert again.rendition_id
    assert fit.make(fit_id=first.pk) is None
    assert photo.renditions.count() == 2


def test_another_ground_is_another_wish() -> None:
    asset = take(media_samples.transparent_png(), "logo.png")

    made = fit.make(fit_id=ask(asset, ground="black").pk)

    assert ask(asset).pk != ask(asset, ground="black").pk
    assert made is not None
    assert made.rendition is not None
    assert (made.rendition.ground, made.rendition.steps[0]["code"]) == ("black", "on_black")


def test_a_copy_from_before_there_were_fits_is_taken(photo: Asset) -> None:
    old = factories.rendition(asset=photo, purpose=Rendition.Purpose.FITTED, budget_bytes=60_000)

    assert (ask(photo).state, ask(photo).rendition) == (states.Fit.DONE, old)


def test_what_cannot_be_made_to_fit_says_why_and_may_be_asked_again(photo: Asset) -> None:
    refused = fit.make(fit_id=ask(photo, 100).pk)

    assert refused is not None
    assert (refused.state, refused.problem["code"], refused.problem["limit"]) == ("refused", "cannot_fit", 100)
    again = ask(photo, 100)
    assert (again.pk, again.state, again.problem) == (refused.pk, states.Fit.WAITING, {})


def test_an_upload_that_the_storage_lost_is_refused(photo: Asset) -> None:
    photo.original.delete(save=False)

    refused = fit.make(fit_id=ask(photo).pk)

    assert refused is not None
    assert refused.problem["code"] == "original_missing"


def test_while_the_storage_is_away_it_is_asked_again_later(photo: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    wish, _draft = awaited(photo)

    def away(*_args: object, **_options: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(photo.original.storage, "open", away)
        assert fit.make(fit_id=wish.pk) is None

    wish.refresh_from_db()
    assert (wish.state, wish.problem["code"]) == (states.Fit.RUNNING, "storage_away")
    later = timezone.now() + timedelta(seconds=fit.SILENT_S + 1)
    assert (fit.waiting(now=timezone.now()), fit.waiting(now=later)) == ([], [wish.pk])


def test_only_what_somebody_waits_for_is_to_be_made(photo: Asset) -> None:
    wanted, draft = awaited(photo)
    ask(photo, 50_000)
    assert fit.waiting(now=timezone.now()) == [wanted.pk]

    drafts.detach(campaign=draft, version=draft.version, by=draft.created_by, now=timezone.now())

    assert fit.waiting(now=timezone.now()) == []


def test_two_workers_never_make_the_same(photo: Asset, no_fence: Any) -> None:
    wish, _draft = awaited(photo)
    seen: list[object] = []

    def meanwhile(_tell: result.Progress) -> problems.Problem:
        seen.extend([fit.waiting(now=timezone.now()), fit.make(fit_id=wish.pk)])
        return problems.Problem("corrupt")

    no_fence(meanwhile)
    fit.make(fit_id=wish.pk)

    assert seen == [[], None]


@pytest.mark.parametrize("silent_s", [fit.SILENT_S + 1, -fit.SILENT_S - 1])
def test_a_fit_whose_maker_fell_silent_is_taken_over(photo: Asset, silent_s: float) -> None:
    wish, _draft = awaited(photo)
    then = timezone.now() - timedelta(seconds=silent_s)
    Fit.objects.filter(pk=wish.pk).update(state=states.Fit.RUNNING, share=40, beat_at=then)
    assert fit.waiting(now=timezone.now()) == [wish.pk]

    made = fit.make(fit_id=wish.pk)

    assert made is not None
    assert moves(made)[-2:] == [("running", "running", "taken_over"), ("running", "done", "")]


def test_who_was_taken_over_keeps_nothing(photo: Asset, no_fence: Any) -> None:
    wish = ask(photo)
    fitted = result.Fitted(b"bytes", "jpeg", "image/jpeg", 1, 1)

    def slow(_tell: result.Progress) -> result.Fitted:
        Fit.objects.filter(pk=wish.pk).update(beat_at=timezone.now())
        return fitted

    no_fence(slow)

    assert fit.make(fit_id=wish.pk) is None
    assert photo.renditions.count() == 1
    wish.refresh_from_db()
    assert wish.state == states.Fit.RUNNING


def test_the_share_grows_and_never_falls(photo: Asset, no_fence: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "WRITE_S", 0.0)
    wish = ask(photo)
    seen: list[int] = []

    def work(tell: result.Progress) -> problems.Problem:
        for share in (0.1, 0.55, 0.3, 0.999):
            tell(share)
            seen.append(Fit.objects.get(pk=wish.pk).share)
        return problems.Problem("corrupt")

    no_fence(work)
    fit.make(fit_id=wish.pk)

    assert seen == [10, 55, 55, 99]


def test_nothing_is_written_too_often(photo: Asset, no_fence: Any, django_assert_num_queries: Any) -> None:
    def work(tell: result.Progress) -> problems.Problem:
        with django_assert_num_queries(0):
            for share in range(100):
                tell(share / 100)
        return problems.Problem("corrupt")

    no_fence(work)
    fit.make(fit_id=ask(photo).pk)


def test_a_process_that_ends_gives_the_fit_back(photo: Asset) -> None:
    wish, _draft = awaited(photo)

    assert fit.make(fit_id=wish.pk, should_stop=lambda: True) is None

    wish.refresh_from_db()
    assert (wish.state, wish.share, wish.beat_at) == (states.Fit.WAITING, 0, None)
    assert fit.waiting(now=timezone.now()) == [wish.pk]


def test_work_that_nobody_waits_for_any_more_is_given_up(
    photo: Asset, no_fence: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit, "WRITE_S", 0.0)
    wish, draft = awaited(photo)

    def work(tell: result.Progress) -> problems.Problem:
        drafts.stop_waiting(campaign=draft, version=draft.version, by=draft.created_by, now=timezone.now())
        tell(0.5)
        raise AssertionError("it went on")

    no_fence(work)

    assert fit.make(fit_id=wish.pk) is None
    wish.refresh_from_db()
    assert wish.state == states.Fit.WAITING


@pytest.mark.django_db(transaction=True)
def test_no_image_work_happens_in_a_transaction(photo: Asset, no_fence: Any) -> None:
    seen: list[bool] = []

    def work(_tell: result.Progress) -> problems.Problem:
        seen.append(connection.in_atomic_block)
        return problems.Problem("corrupt")

    no_fence(work)
    fit.make(fit_id=ask(photo).pk)

    assert seen == [False]
