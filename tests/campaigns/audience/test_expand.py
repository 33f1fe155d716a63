"""Expansion: everybody the filter matches becomes one row, with a reason where it will not leave."""

from collections import Counter

import factories
import pytest
from django.utils import timezone

from campaigns import states
from campaigns.audience import estimate, expand
from campaigns.lifecycle import tallies
from campaigns.models import Message, Run, Tally
from subscriptions import consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    group = factories.group(allowed_countries=["US", "CA", "GB"])
    factories.number(group=group)
    campaign = factories.campaign(group=group, picture=factories.rendition())
    return factories.run(campaign, state=states.Run.EXPANDING)


def _expand(run: Run) -> int:
    return expand.run(run=run, now=timezone.now())


def test_each_subscriber_becomes_one_waiting_message(run: Run) -> None:
    people = [factories.subscribed(to=run.campaign.group).contact for _ in range(3)]
    assert _expand(run) == 3
    assert set(Message.objects.values_list("to_phone", flat=True)) == {person.phone for person in people}


def test_left_out_people_are_planned_with_their_reason(run: Run) -> None:
    factories.unsubscribed(to=run.campaign.group)
    gone = factories.subscribed(to=run.campaign.group).contact
    consent.suppress(contact=gone, source="admin", happened_at=timezone.now())
    abroad = factories.contact("+4930123456", country="DE", is_valid=True)
    factories.subscribed(abroad, run.campaign.group)
    _expand(run)
    found = Counter(Message.objects.values_list("state", "reason"))
    assert found == {
        ("skipped", "unsubscribed"): 1,
        ("skipped", "suppressed"): 1,
        ("skipped", "country_not_allowed"): 1,
    }


def test_strangers_to_the_group_are_not_planned(run: Run) -> None:
    factories.contact()
    _expand(run)
    assert run.planned == 0


def test_planned_is_the_sum_of_the_tallies_and_of_the_rows(run: Run) -> None:
    for _ in range(4):
        factories.subscribed(to=run.campaign.group)
    factories.unsubscribed(to=run.campaign.group)
    _expand(run)
    tallied = {(tally.state, tally.reason): tally.count for tally in Tally.objects.all()}
    assert (run.planned, tallied) == (5, dict(tallies.counted(run_id=run.pk)))


def test_phones_abroad_get_a_link(run: Run) -> None:
    factories.subscribed(to=run.campaign.group)
    factories.subscribed(factories.contact("+447700900123"), run.campaign.group)
    _expand(run)
    assert Counter(Message.objects.values_list("sent_as", flat=True)) == {"mms": 1, "link": 1}


def test_without_media_everybody_gets_a_text(run: Run) -> None:
    run.revision.rendition = None
    run.revision.save()
    factories.subscribed(to=run.campaign.group)
    _expand(run)
    assert Message.objects.get().sent_as == "text"


def test_expanding_again_plans_nobody_twice(run: Run) -> None:
    factories.subscribed(to=run.campaign.group)
    _expand(run)
    _expand(run)
    assert (Message.objects.count(), run.planned, Tally.objects.get().count) == (1, 1, 1)


def test_a_cut_off_expansion_carries_on_behind_its_last_chunk(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        factories.subscribed(to=run.campaign.group)
    monkeypatch.setattr(expand, "CHUNK", 2)
    whole = expand._insert
    calls = iter([True, False])

    def cut(*given: object) -> None:
        if not next(calls):
            raise RuntimeError("the machine went away")
        whole(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(expand, "_insert", cut)
    with pytest.raises(RuntimeError):
        _expand(run)
    monkeypatch.setattr(expand, "_insert", whole)
    assert (_expand(run), run.planned) == (5, 5)


def test_numbers_share_by_rate_from_the_first_people_on(run: Run) -> None:
    slow = run.campaign.group.numbers.get()
    quick = factories.number(group=run.campaign.group, account=slow.account, rate="9.00")
    for _ in range(40):
        factories.subscribed(to=run.campaign.group)
    _expand(run)
    found = Counter(Message.objects.values_list("number_id", flat=True))
    assert abs(found[slow.pk] - 4) <= 2
    assert found[slow.pk] + found[quick.pk] == 40


def test_a_number_without_the_flag_takes_no_share_of_a_picture(run: Run) -> None:
    plain = factories.number(group=run.campaign.group, is_mms_enabled=False)
    for _ in range(6):
        factories.subscribed(to=run.campaign.group)
    _expand(run)
    assert not Message.objects.filter(number=plain).exists()


def test_the_evidence_of_consent_is_on_the_row(run: Run) -> None:
    held = factories.subscribed(to=run.campaign.group)
    _expand(run)
    assert Message.objects.get().consent_id == held.consent_id


def test_the_estimate_is_what_expansion_finds(run: Run) -> None:
    for _ in range(2):
        factories.subscribed(to=run.campaign.group)
    factories.unsubscribed(to=run.campaign.group)
    guess = estimate.count(group=run.campaign.group, audience={})
    assert (guess.planned, guess.reachable, guess.left_out) == (3, _expand(run), {"unsubscribed": 1})


def test_fictitious_people_are_left_out_where_a_real_provider_sends(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.subscribed(factories.contact(is_fictitious=True), run.campaign.group)
    real = factories.registry_kind(monkeypatch, fictitious_allowed=False)
    run.campaign.group.numbers.update(account=factories.account(kind=real))
    _expand(run)
    assert Message.objects.get().reason == "fictitious"
