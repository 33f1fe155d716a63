"""What a brand may send in a day of the carrier: never more, and what did not leave is given back."""

from datetime import UTC, datetime, timedelta

import carrier_process
import factories
import pytest
from django.db import IntegrityError
from django.utils import timezone
from sending_world import expanded

from campaigns.models import BrandDay, Message, Run
from campaigns.reports import pace
from campaigns.sending import brands, drain, enqueue, numbers
from subscriptions.models import Brand

pytestmark = pytest.mark.django_db


def _run(*, cap: int, people: int, numbers: int = 1, text: str = "Hello") -> Run:
    brand, group = Brand.objects.create(name="Acme", daily_cap=cap), factories.group()
    for _ in range(numbers):
        factories.number(group=group, rate="50.00", brand=brand)
    return expanded(people=people, group=group, text=text)


def _accepted(run: Run) -> int:
    return Message.objects.filter(run=run, state="accepted").count()


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_all_numbers_of_a_brand_stop_at_its_cap_and_say_so(carrier: carrier_process.CarrierProcess) -> None:
    run = _run(cap=5, people=12, numbers=3)
    assert not drain.run(should_stop=lambda: False, seconds=15).more
    assert (_accepted(run), len(carrier.client.messages()), BrandDay.objects.get().used) == (5, 5, 5)
    assert numbers.due(now=timezone.now()) == []
    assert pace.of_run(run=run, now=timezone.now()).limit == pace.Limit("brand", count=5, name="Acme")
    assert len(numbers.due(now=timezone.now() + timedelta(days=1))) > 0

    enqueue.answer(
        kind="confirmation",
        number=run.campaign.group.numbers.first(),
        to_phone="+12125550177",
        contact=None,
        text="Out",
        now=timezone.now(),
    )
    drain.run(should_stop=lambda: False, seconds=15)
    assert Message.objects.get(kind="confirmation").state == "accepted"
    assert _accepted(run) == 5


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_text_counts_its_parts(carrier: carrier_process.CarrierProcess) -> None:
    run = _run(cap=5, people=4, text="Hello " * 40)
    assert not drain.run(should_stop=lambda: False, seconds=15).more
    assert (_accepted(run), BrandDay.objects.get().used) == (2, 4)


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_what_never_left_is_given_back(carrier: carrier_process.CarrierProcess) -> None:
    _run(cap=50, people=6)
    carrier.stop()
    drain.run(should_stop=lambda: False, seconds=4)
    assert BrandDay.objects.get().used == 0


def test_the_day_is_the_carriers(monkeypatch: pytest.MonkeyPatch) -> None:
    brand = Brand.objects.create(name="Acme", daily_cap=1)
    evening = datetime(2026, 6, 2, 6, 59, tzinfo=UTC)
    brands.take(brand_id=brand.pk, most=1, now=evening)
    assert list(brands.full(now=evening)) == [brand.pk]
    assert list(brands.full(now=evening + timedelta(minutes=1))) == []


def test_a_raised_cap_counts_at_once() -> None:
    brand, now = Brand.objects.create(name="Acme", daily_cap=1), timezone.now()
    brands.take(brand_id=brand.pk, most=1, now=now)
    Brand.objects.update(daily_cap=2)
    assert brands.full(now=now) == {}
    assert brands.take(brand_id=brand.pk, most=9, now=now)[1] == 1


@pytest.mark.parametrize("columns", [{"kind": "toll_free"}, {"country": "CA"}])
def test_only_long_codes_of_the_us_belong_to_a_brand(columns: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="brand_only_for_us"):
        factories.number(brand=Brand.objects.create(name="Acme", daily_cap=1), **columns)
