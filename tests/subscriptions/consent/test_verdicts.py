import itertools
import time
from datetime import UTC, datetime
from typing import Any

import factories
import pytest
from django.db import connection
from django.db.models import Count

from subscriptions import consent
from subscriptions.models import ConsentEntry, Contact, Subscription

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)

MANY_CONTACTS = """
    INSERT INTO subscriptions_contact (phone, country, is_valid, invalid_reason, time_zones, first_name, last_name,
        email, language, city, time_zone, attributes, is_fictitious, created_at)
    WITH RECURSIVE line(n) AS (SELECT 2000001 UNION ALL SELECT n + 1 FROM line WHERE n < 2099999)
    SELECT '+1212' || n, 'US', true, '', '[]', '', '', '', '', '', '', '{}', false, CURRENT_TIMESTAMP FROM line
"""
MANY_SUBSCRIPTIONS = """
    INSERT INTO subscriptions_subscription (contact_id, group_id, state, consent_id, since)
    SELECT id, %s, 'subscribed', %s, CURRENT_TIMESTAMP FROM subscriptions_contact WHERE id <> %s
"""


def stand(person: Contact, group: Any, state: str) -> None:
    entry = ConsentEntry.objects.create(contact=person, group=group, action="granted", source="form", happened_at=NOW)
    Subscription.objects.create(contact=person, group=group, state=state, consent=entry, since=NOW)


def everyone(group: Any, other: Any) -> list[Contact]:
    """One person for each combination of what decides; all are subscribed to the other group."""
    people = []
    table = itertools.product([None, NOW], ["", "subscribed", "unsubscribed"], [True, False], ["US", "FR", ""])
    for line, (suppressed_at, state, is_valid, country) in enumerate(table):
        columns = {"suppressed_at": suppressed_at, "is_valid": is_valid, "country": country}
        person = factories.contact(f"+1212555{line:04}", **columns)
        stand(person, other, "subscribed")
        if state:
            stand(person, group, state)
        people.append(person)
    return people


@pytest.mark.parametrize("allowed", [["US"], ["US", "FR"], []])
def test_the_set_form_and_the_row_form_agree_on_every_combination(allowed: list[str]) -> None:
    group, other = factories.group(allowed_countries=allowed), factories.group(allowed_countries=["US", "FR"])
    people = everyone(group, other)
    by_set = dict(
        Contact.objects.annotate(exclusion=consent.exclusion_case(group=group)).values_list("pk", "exclusion")
    )
    by_row = {person.pk: consent.may_text(contact=person, group=group) for person in people}
    assert by_set == {pk: verdict.code for pk, verdict in by_row.items()}
    assert set(by_set.values()) - {""} == set(consent.EXCLUSIONS)
    assert all(verdict.allowed == (verdict.code == "") for verdict in by_row.values())
    reachable = set(consent.reachable(group=group).values_list("pk", flat=True))
    assert reachable == {pk for pk, verdict in by_row.items() if verdict.allowed}
    for person in people:
        told = {one.group: one.verdict for one in consent.standing(contact=person)}
        assert told[group] == by_row[person.pk]


def test_the_verdict_names_the_ledger_line_behind_it() -> None:
    held = factories.subscribed()
    assert consent.may_text(contact=held.contact, group=held.group).consent_id == held.consent_id
    annotated = Contact.objects.annotate(line=consent.consent_of(group=held.group)).get(pk=held.contact_id)
    assert annotated.line == held.consent_id


def test_the_last_look_reads_again_and_trusts_no_object_in_hand() -> None:
    held = factories.subscribed()
    contact, group = held.contact, held.group
    type(group).objects.filter(pk=group.pk).update(allowed_countries=["CA"])
    assert consent.may_text(contact=contact, group=group).code == "country_not_allowed"
    Contact.objects.filter(pk=contact.pk).update(suppressed_at=NOW)
    assert consent.may_text(contact=contact, group=group).code == "suppressed"


@pytest.mark.parametrize("people", [1, 30])
def test_a_batch_is_judged_in_two_queries(people: int, django_assert_num_queries: Any) -> None:
    group = factories.group()
    ids = [factories.subscribed(to=group).contact_id for _ in range(people)]
    with django_assert_num_queries(2):
        verdicts = consent.may_text_many(contact_ids=ids, group=group)
    assert [verdicts[pk].allowed for pk in ids] == [True] * people


def test_people_who_are_gone_are_not_subscribed() -> None:
    assert consent.may_text_many(contact_ids=[0], group=factories.group())[0].code == "not_subscribed"


def test_known_are_those_who_ever_stood_with_the_group() -> None:
    group = factories.group()
    held, left = factories.subscribed(to=group), factories.unsubscribed(to=group)
    factories.subscribed()
    assert set(consent.known_to(group=group)) == {held.contact, left.contact}


def test_a_hundred_thousand_people_are_judged_in_one_statement(django_assert_num_queries: Any) -> None:
    group = factories.group()
    first = factories.subscribed(to=group)
    with connection.cursor() as cursor:
        cursor.execute(MANY_CONTACTS)
        cursor.execute(MANY_SUBSCRIPTIONS, [group.pk, first.consent_id, first.contact_id])
    began = time.monotonic()
    with django_assert_num_queries(1):
        counts = list(
            Contact.objects.annotate(exclusion=consent.exclusion_case(group=group))
            .values("exclusion")
            .annotate(people=Count("pk"))
        )
    assert counts == [{"exclusion": "", "people": 100_000}]
    # Five times what it takes on a slow machine.
    assert time.monotonic() - began < 5
