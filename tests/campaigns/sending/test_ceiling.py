"""A number runs only so far ahead of its carrier."""

from datetime import timedelta

import carrier_process
import factories
import pytest
from django.utils import timezone
from sending_world import expanded

from campaigns.models import Message, NumberLease
from campaigns.reports import pace
from campaigns.sending import ceiling, drain, enqueue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("rate", "most"), [("1.00", 60), ("0.01", 10), ("2.50", 150)])
def test_it_is_a_minute_of_the_rate_and_ten_in_any_case(rate: str, most: int) -> None:
    number = factories.number(rate=rate)
    number.refresh_from_db()
    assert ceiling.most(number) == most


def test_where_sent_is_never_reported_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    account = factories.account(kind=factories.registry_kind(monkeypatch, reports_sent=False))
    assert ceiling.most(factories.number(account=account)) is None


def test_what_counts_is_taken_lately_and_not_sent_on() -> None:
    number, now = factories.number(), timezone.now()
    for state, ago in (("accepted", 10), ("accepted", 299), ("accepted", 301), ("sent", 10), ("pending", 0)):
        factories.message(kind="conversation", number=number, state=state, handed_over_at=now - timedelta(seconds=ago))
    assert ceiling.taken(number_ids=[number.pk], now=now) == {number.pk: 2}


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_beyond_it_campaigns_wait_for_the_carrier_and_answers_do_not(
    carrier: carrier_process.CarrierProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ceiling, "SECONDS", 0.1)
    run = expanded(people=14, group=factories.group())
    drain.run(should_stop=lambda: False, seconds=3)
    assert Message.objects.filter(state="accepted").count() == 10
    assert NumberLease.objects.get().awaiting == 10
    assert pace.of_run(run=run, now=timezone.now()).limit == pace.Limit("carrier", count=10)

    number = run.campaign.group.numbers.get()
    enqueue.answer(
        kind="confirmation", number=number, to_phone="+12125550177", contact=None, text="Out", now=timezone.now()
    )
    drain.run(should_stop=lambda: False, seconds=3)
    assert Message.objects.get(kind="confirmation").state == "accepted"
    assert Message.objects.filter(run=run, state="pending").count() == 4

    Message.objects.filter(state="accepted").update(state="sent")
    drain.run(should_stop=lambda: False, seconds=3)
    assert Message.objects.filter(run=run, state="accepted").count() == 4
    assert NumberLease.objects.get().awaiting == 0
