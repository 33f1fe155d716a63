"""Which number a person's message leaves by: the one they know, one of their area, else by rate."""

from collections import Counter

import factories
import pytest
from django.utils import timezone

from campaigns import states
from campaigns.audience import expand
from campaigns.models import Message, Run, StickyNumber
from subscriptions.models import SenderNumber

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    return factories.run(factories.campaign(), state=states.Run.EXPANDING)


def _number(run: Run, value: str, rate: str = "1.00", **columns: object) -> SenderNumber:
    return factories.number(group=run.campaign.group, value=value, rate=rate, **columns)


def _person(run: Run, phone: str, knows: SenderNumber | None = None) -> int:
    contact = factories.subscribed(factories.contact(phone), run.campaign.group).contact
    if knows is not None:
        StickyNumber.objects.create(contact=contact, group=run.campaign.group, number=knows)
    return contact.pk


def _expand(run: Run) -> dict[int | None, int | None]:
    expand.run(run=run, now=timezone.now())
    return dict(Message.objects.filter(run=run).values_list("contact_id", "number_id"))


def test_a_person_keeps_the_number_they_know(run: Run) -> None:
    near, far = _number(run, "+12125550001", "9.00"), _number(run, "+14155550001")
    person = _person(run, "+12125550101", knows=far)
    assert near.pk != _expand(run)[person] == far.pk


def test_a_known_number_that_cannot_send_this_is_passed_over(run: Run) -> None:
    able, flagless = _number(run, "+14155550001"), _number(run, "+12125550001", is_mms_enabled=False)
    run.revision.rendition = factories.rendition()
    run.revision.save()
    person = _person(run, "+12125550101", knows=flagless)
    assert _expand(run)[person] == able.pk


def test_what_another_group_is_known_by_means_nothing(run: Run) -> None:
    near, far = _number(run, "+12125550001"), _number(run, "+14155550001")
    person = _person(run, "+12125550101")
    StickyNumber.objects.create(contact_id=person, group=factories.group(), number=far)
    assert _expand(run)[person] == near.pk


def test_new_people_get_a_number_of_their_area(run: Run) -> None:
    numbers = {area: _number(run, f"+1{area}5550001") for area in (206, 212, 303, 415, 617)}
    people = {area: _person(run, f"+1{area}5550101") for area in (206, 212, 303, 617)}
    found = _expand(run)
    assert {area: found[person] for area, person in people.items()} == {area: numbers[area].pk for area in people}


def test_numbers_of_one_area_share_its_people_by_rate(run: Run) -> None:
    slow, quick = _number(run, "+12125550001"), _number(run, "+12125550002", "3.00")
    _number(run, "+14155550001", "50.00")
    for serial in range(40):
        _person(run, f"+121255501{serial:02}")
    found = Counter(_expand(run).values())
    assert set(found) == {slow.pk, quick.pk}
    assert abs(found[slow.pk] - 10) <= 2


def test_people_of_no_known_area_are_shared_by_rate_among_many_numbers(run: Run) -> None:
    numbers = [_number(run, f"+1{area}5550001", f"{1 + area % 3}.00") for area in range(201, 211)]
    for serial in range(60):
        _person(run, f"+131255501{serial:02}")
    found = Counter(_expand(run).values())
    total = sum(float(number.rate) for number in numbers)
    assert all(abs(found[number.pk] - 60 * float(number.rate) / total) <= 2.5 for number in numbers)


@pytest.mark.parametrize("kind", ["toll_free", "short_code"])
def test_only_long_codes_have_an_area(run: Run, kind: str) -> None:
    value = "+18885550001" if kind == "toll_free" else "12125"
    other = _number(run, value, "100.00", kind=kind)
    _number(run, "+14155550001", "0.01")
    person = _person(run, "+12125550101")
    assert _expand(run)[person] == other.pk


def test_left_out_people_have_no_number(run: Run) -> None:
    number = _number(run, "+12125550001")
    gone = factories.unsubscribed(factories.contact("+12125550101"), run.campaign.group).contact
    StickyNumber.objects.create(contact=gone, group=run.campaign.group, number=number)
    assert _expand(run) == {gone.pk: None}
