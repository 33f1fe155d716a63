from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest

from subscriptions import consent
from subscriptions.models import ConsentEntry, Contact, Subscription, SubscriptionGroup

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
Source = ConsentEntry.Source


def grant(person: Contact, group: SubscriptionGroup, **changes: Any) -> ConsentEntry:
    return consent.grant(
        **{
            "contact": person,
            "group": group,
            "source": Source.FORM,
            "wording": "I agree",
            "happened_at": NOW,
            **changes,
        }
    )


def withdraw(person: Contact, group: SubscriptionGroup, **changes: Any) -> ConsentEntry:
    return consent.withdraw(
        **{"contact": person, "group": group, "source": Source.KEYWORD, "happened_at": NOW, **changes}
    )


def state(person: Contact, group: SubscriptionGroup) -> str:
    return Subscription.objects.get(contact=person, group=group).state


def test_a_grant_leaves_a_ledger_line_and_a_subscription_that_points_at_it() -> None:
    person, group, clerk = factories.contact(), factories.group(), factories.user()
    entry = grant(person, group, by=clerk, detail="paper form")
    row = Subscription.objects.get()
    assert (row.state, row.consent, row.since) == ("subscribed", entry, NOW)
    assert (entry.wording, entry.by, entry.detail, entry.action) == ("I agree", clerk, "paper form", "granted")


def test_a_withdrawal_counts_for_its_group_only() -> None:
    person, promotions, service = factories.contact(), factories.group(), factories.group()
    grant(person, promotions)
    grant(person, service)
    withdraw(person, promotions)
    assert (state(person, promotions), state(person, service)) == ("unsubscribed", "subscribed")


def test_a_stranger_who_says_stop_cannot_be_imported_later() -> None:
    person, group = factories.contact(), factories.group()
    withdraw(person, group)
    with pytest.raises(consent.ConsentRefused, match="opted out"):
        grant(person, group, source=Source.IMPORT, happened_at=NOW + timedelta(days=30))
    assert state(person, group) == "unsubscribed"


@pytest.mark.parametrize("source", [Source.KEYWORD, Source.FORM, Source.ADMIN])
def test_a_persons_own_newer_word_subscribes_them_again(source: str) -> None:
    person, group = factories.contact(), factories.group()
    withdraw(person, group)
    grant(person, group, source=source, happened_at=NOW + timedelta(seconds=1))
    assert state(person, group) == "subscribed"


def test_consent_older_than_the_opt_out_is_refused_with_both_times() -> None:
    person, group = factories.contact(), factories.group()
    withdraw(person, group)
    with pytest.raises(consent.ConsentRefused) as refusal:
        grant(person, group, happened_at=NOW - timedelta(days=1))
    assert (refusal.value.code, refusal.value.limit) == ("older_than_opt_out", NOW)
    assert not ConsentEntry.objects.filter(action="granted").exists()


def test_a_stop_that_arrives_after_a_newer_start_is_kept_but_changes_nothing() -> None:
    person, group = factories.contact(), factories.group()
    grant(person, group, source=Source.KEYWORD, happened_at=NOW)
    withdraw(person, group, happened_at=NOW - timedelta(minutes=5))
    assert state(person, group) == "subscribed"
    assert ConsentEntry.objects.filter(action="withdrawn").count() == 1


def test_a_stop_older_than_an_imported_consent_still_counts() -> None:
    person, group = factories.contact(), factories.group()
    grant(person, group, source=Source.IMPORT, happened_at=NOW)
    withdraw(person, group, happened_at=NOW - timedelta(minutes=5))
    assert state(person, group) == "unsubscribed"


def test_suppressing_twice_is_once() -> None:
    person = factories.contact()
    first = consent.suppress(contact=person, source=Source.ADMIN, happened_at=NOW)
    second = consent.suppress(contact=person, source=Source.ADMIN, happened_at=NOW + timedelta(days=1))
    person.refresh_from_db()
    assert (first, second, person.suppressed_at) == (True, False, NOW)
    assert ConsentEntry.objects.filter(action="suppressed").count() == 1


def test_lifting_the_suppression_brings_the_groups_own_consent_back() -> None:
    held = factories.subscribed()
    consent.suppress(contact=held.contact, source=Source.ADMIN, happened_at=NOW)
    assert consent.unsuppress(contact=held.contact, source=Source.ADMIN, happened_at=NOW)
    assert consent.may_text(contact=held.contact, group=held.group).allowed


def test_a_form_cannot_subscribe_a_suppressed_person() -> None:
    person, group = factories.contact(), factories.group()
    consent.suppress(contact=person, source=Source.ADMIN, happened_at=NOW)
    with pytest.raises(consent.ConsentRefused) as refusal:
        grant(person, group)
    assert refusal.value.code == "suppressed"


def test_a_suppressed_person_who_sends_start_stays_suppressed() -> None:
    person, group = factories.contact(), factories.group()
    consent.suppress(contact=person, source=Source.ADMIN, happened_at=NOW)
    grant(person, group, source=Source.KEYWORD)
    assert consent.may_text(contact=person, group=group).code == "suppressed"


def test_a_bulk_grant_passes_over_opt_outs_suppressed_and_newer_consent() -> None:
    group = factories.group()
    fresh, older, newer = (factories.contact() for _ in range(3))
    out = factories.unsubscribed(to=group).contact
    suppressed = factories.contact(suppressed_at=NOW)
    factories.subscribed(older, group, happened_at=NOW - timedelta(days=9))
    factories.subscribed(newer, group, happened_at=NOW + timedelta(days=9))
    everybody = [fresh.pk, older.pk, newer.pk, out.pk, suppressed.pk]
    count = consent.grant_many(
        contact_ids=everybody, group=group, source=Source.IMPORT, wording="I agree", happened_at=NOW
    )
    assert count == 2
    imported = Subscription.objects.filter(state="subscribed", consent__source="import", consent__happened_at=NOW)
    assert set(imported.values_list("contact_id", flat=True)) == {fresh.pk, older.pk}
    assert state(out, group) == "unsubscribed"
    assert not Subscription.objects.filter(contact=suppressed).exists()


def test_a_bulk_suppression_counts_only_the_new_ones() -> None:
    known, fresh = factories.contact(suppressed_at=NOW), factories.contact()
    count = consent.suppress_many(contact_ids=[known.pk, fresh.pk], source=Source.IMPORT, happened_at=NOW)
    assert count == 1
    assert ConsentEntry.objects.get().contact == fresh


@pytest.mark.parametrize("people", [1, 100])
def test_bulk_consent_takes_the_same_statements_for_one_and_for_many(
    people: int, django_assert_num_queries: Any
) -> None:
    group = factories.group()
    Contact.objects.bulk_create(Contact(phone=f"+1212{line:07}", country="US") for line in range(2000000, 2000300))
    ids = list(Contact.objects.values_list("pk", flat=True)[:people])
    # Savepoint, lock, who is free, ledger, subscriptions, release.
    with django_assert_num_queries(6):
        consent.grant_many(contact_ids=ids, group=group, source=Source.IMPORT, wording="x", happened_at=NOW)


def test_nobody_is_no_error() -> None:
    nobody: list[int] = []
    group = factories.group()
    assert not consent.grant_many(contact_ids=nobody, group=group, source=Source.IMPORT, wording="x", happened_at=NOW)
    assert not consent.suppress_many(contact_ids=nobody, source=Source.IMPORT, happened_at=NOW)
