"""Receipts that wait: who is first, for how long one call goes on, and two calls at once."""

import json
import time
from typing import Any

import factories
import pytest
from django.utils import timezone
from sending_world import expanded

from campaigns import tasks
from campaigns.inbound import intake
from campaigns.lifecycle import claiming
from campaigns.models import Attempt, Callback
from campaigns.sending import receipts
from subscriptions.models import ProviderAccount

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]


def _keep(account: ProviderAccount, names: list[str], *, reference: str = "") -> None:
    """Receipts of `sent` that were kept, for the attempt of this token or for one that nobody made."""
    report = {"type": "message.sent", "id": "SM1", "code": None, "at": "2026-11-22T10:00:00Z"}
    Callback.objects.bulk_create(
        Callback(
            account=account,
            event_key=name,
            body=json.dumps({**report, "event_id": name, "reference": reference or name}),
            received_at=timezone.now(),
        )
        for name in names
    )


def _in_hand() -> Attempt:
    """An attempt whose answer is not written yet."""
    run = expanded(people=1, group=factories.group())
    number = run.campaign.group.numbers.get()
    now = timezone.now()
    claiming.claim(number_id=number.pk, run_id=run.pk, after_id=0, limit=1, sends_mms=True, token="mine", now=now)
    return Attempt.objects.get()


def _done() -> int:
    return Callback.objects.filter(processed_at__isnull=False).count()


def test_receipts_of_what_is_still_in_hand_hold_up_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH", 5)
    attempt = _in_hand()
    account = attempt.number.account
    _keep(account, [f"early {place}" for place in range(intake.BATCH)], reference=attempt.token)
    _keep(account, ["fresh"])
    for _ in range(2):
        intake.understand(now=timezone.now())
    assert Callback.objects.get(event_key="fresh").processed_at is not None


def test_one_call_takes_no_longer_than_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "TURN_S", 0.1)
    whole = receipts.apply

    def slowly(**given: Any) -> receipts.Applied:
        time.sleep(0.01)
        return whole(**given)

    monkeypatch.setattr(receipts, "apply", slowly)
    _keep(factories.account(), [f"R{place}" for place in range(200)])
    intake.understand(now=timezone.now())
    assert 0 < _done() < 100


def test_who_finds_another_at_the_same_receipts_leaves_them_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PER_COMMIT", 10)
    whole = receipts.apply

    def beside(**given: Any) -> receipts.Applied:
        Callback.objects.filter(event_key="R15").update(processed_at=timezone.now(), note="done by another")
        return whole(**given)

    monkeypatch.setattr(receipts, "apply", beside)
    _keep(factories.account(), [f"R{place}" for place in range(40)])
    assert intake.understand(now=timezone.now()) == 10
    assert Callback.objects.get(event_key="R15").note == "done by another"
    assert _done() == 11


def test_no_bell_of_the_tick_outlives_the_next_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that takes longer than a second would be rung for more often than it ends."""
    rung: dict[str, float] = {}

    def ring(task: Any, *_words: int, expires: float) -> bool:
        rung[task.__name__] = expires
        return True

    monkeypatch.setattr(tasks, "_rung", ring)
    monkeypatch.setattr(tasks.media, "waiting", lambda: True)
    _keep(factories.account(), ["one"])
    tasks.tick.apply().get()
    assert set(rung) >= {"understand", "fetch_media"}
    assert max(rung.values()) <= 2
