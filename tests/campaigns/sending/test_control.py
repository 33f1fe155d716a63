"""A person's pause, resume and cancel in mid-run, by the carrier's own record."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import carrier_process
import factories
import ledger
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from sending_world import expanded

from campaigns import roles, states
from campaigns.lifecycle import runs, tallies
from campaigns.models import Message, Run
from campaigns.sending import drain, schedule, start

pytestmark = pytest.mark.django_db(transaction=True)


def _drain_and(run: Run, act: Callable[..., Any], *, after_s: float, seconds: float) -> float:
    """Drain for so long and act meanwhile; returns the wall time at which the act was done."""
    by = factories.user()
    done: list[float] = []

    def later() -> None:
        act(campaign=run.campaign, by=by, now=timezone.now())
        done.append(time.time())
        connection.close()

    timer = threading.Timer(after_s, later)
    timer.start()
    drain.run(should_stop=lambda: False, seconds=seconds)
    timer.join()
    return done[0]


@pytest.mark.process
def test_a_pause_stops_within_two_seconds_and_resume_sends_exactly_the_rest(
    carrier: carrier_process.CarrierProcess,
) -> None:
    run = expanded(people=30, group=factories.group(), rate="20.00")
    paused_at = _drain_and(run, schedule.pause, after_s=0.6, seconds=5)
    before = carrier.client.calls()
    assert 1 <= len(before) < 30
    assert [call for call in before if call["received_at"] > paused_at + 2] == []
    drain.run(should_stop=lambda: False, seconds=2)
    assert len(carrier.client.calls()) == len(before)
    schedule.resume(campaign=run.campaign, by=factories.user(), now=timezone.now())
    drain.run(should_stop=lambda: False, seconds=8)
    assert Counter(call["to_phone"] for call in carrier.client.calls()) == dict.fromkeys(
        Message.objects.values_list("to_phone", flat=True), 1
    )
    assert ledger.is_true(run)


@pytest.mark.process
def test_a_cancel_leaves_out_exactly_whom_the_carrier_never_saw(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=30, group=factories.group(), rate="20.00")
    cancelled_at = _drain_and(run, schedule.cancel, after_s=0.6, seconds=5)
    start.finish_done(now=timezone.now())
    calls = carrier.client.calls()
    assert [call for call in calls if call["received_at"] > cancelled_at + 2] == []
    left_out = set(Message.objects.filter(state="skipped", reason="cancelled").values_list("to_phone", flat=True))
    asked = {call["to_phone"] for call in calls}
    assert left_out | asked == set(Message.objects.values_list("to_phone", flat=True))
    assert left_out & asked == set()
    assert ledger.is_true(run)


def test_the_page_says_at_the_pause_what_can_no_longer_be_recalled() -> None:
    run = expanded(people=6, group=factories.group())
    first, second, third, *_ = Message.objects.order_by("pk")
    for message, state in ((first, "claimed"), (second, "accepted"), (third, "accepted")):
        Message.objects.filter(pk=message.pk).update(state=state)
        tallies.apply([tallies.Shift(run.pk, message.number_id, state, "", "pending")])
    schedule.pause(campaign=run.campaign, by=factories.user(), now=timezone.now())
    client = Client()
    client.force_login(factories.user(roles.VIEWER), backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(f"/campaigns/{run.campaign_id}/live").content.decode()
    assert "3 messages can no longer be recalled:" in shown
    assert "1 being handed over this moment, 2 accepted by the provider and not yet reported as sent" in shown


def test_a_run_that_errors_paused_offers_to_try_one() -> None:
    run = expanded(people=2, group=factories.group())
    detail = {"answers": 20, "errors": 15, "times": 15, "said": "40006 sender_cannot_mms"}
    runs.move(run=run, to=states.Run.PAUSED, now=timezone.now(), hold_code="too_many_errors", hold_detail=detail)
    me = Client()
    me.force_login(factories.user(roles.MARKETER), backend="django.contrib.auth.backends.ModelBackend")
    address = f"/campaigns/{run.campaign_id}/live"
    assert "Try again with one" in me.get(address).content.decode()
    said = me.post(f"/campaigns/{run.campaign_id}/try-one", follow=True).content.decode()
    assert "One message is being tried" in said
    assert "Try again with one" not in said
    run.refresh_from_db()
    assert run.trying is not None


def test_a_viewer_may_not_try_one() -> None:
    run = factories.run()
    client = Client()
    client.force_login(factories.user(roles.VIEWER), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/campaigns/{run.campaign_id}/try-one").status_code == 403
