import re
from datetime import timedelta
from typing import Any

import factories
import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Callback, Inbound, Message
from subscriptions import consent
from subscriptions.models import Contact

pytestmark = pytest.mark.django_db

VIEW = "subscriptions.view_contact"


def client(*permissions: str) -> Client:
    made = Client()
    made.force_login(factories.user(permissions=permissions), backend="django.contrib.auth.backends.ModelBackend")
    return made


def page(contact: Contact, *permissions: str) -> str:
    return client(VIEW, *permissions).get(f"/people/{contact.pk}").content.decode()


def said(contact: Contact, text: str, action: str, at: Any) -> Inbound:
    number = factories.number()
    call = Callback.objects.create(account=number.account, event_key=text, body="{}", received_at=at)
    return Inbound.objects.create(
        callback=call,
        number=number,
        contact=contact,
        from_phone=contact.phone,
        text=text,
        action=action,
        received_at=at,
    )


def test_the_page_needs_its_right() -> None:
    assert client().get(f"/people/{factories.contact().pk}").status_code == 403


def test_nobody_is_a_404() -> None:
    assert client(VIEW).get("/people/999").status_code == 404


def test_each_group_has_its_answer_in_words() -> None:
    person = factories.contact("+12125550123")
    factories.subscribed(person, factories.group(name="Promotions"))
    factories.subscribed(person, factories.group(name="Abroad", allowed_countries=["FR"]))
    factories.unsubscribed(person, factories.group(name="Service"))
    factories.group(name="Stranger")
    told = page(person)
    for words in ("Yes.", "may not text numbers of US", "opted out of this group", "no consent for this group"):
        assert words in told


def test_the_number_is_hidden_without_the_right() -> None:
    person = factories.contact("+12125550123")
    assert "212-555-0123" not in page(person)
    assert "212-555-0123" in page(person, "subscriptions.see_phone_numbers")


def test_stop_is_set_against_the_last_hand_over_to_the_second() -> None:
    now = timezone.now().replace(microsecond=0)
    run = factories.run()
    person = factories.contact()
    factories.subscribed(person, run.campaign.group)
    factories.message(run=run, contact=person, state="delivered", handed_over_at=now - timedelta(seconds=2))
    said(person, "STOP", "unsubscribed", now)
    consent.withdraw(contact=person, group=run.campaign.group, source="keyword", happened_at=now)
    told = page(person)
    assert "Nothing left after the opt-out." in told
    assert f"{now:%H:%M:%S}" in told
    assert f"{now - timedelta(seconds=2):%H:%M:%S}" in told
    assert re.search(rf">[A-Z][a-z]{{2}} {now.day} [A-Z][a-z]{{2}} {now.year}, {now:%H:%M:%S}, (UTC|\w+ time)<", told)
    Message.objects.update(handed_over_at=now + timedelta(seconds=1))
    assert "A text left after the opt-out." in page(person)


def test_everything_that_passed_is_told_the_newest_first() -> None:
    now = timezone.now()
    person = factories.contact()
    factories.message(contact=person, state="skipped", reason="unsubscribed", body="Never sent", created_at=now)
    said(person, "Where is my order?", "none", now + timedelta(minutes=1))
    consent.suppress(contact=person, source="admin", happened_at=now + timedelta(minutes=2))
    told = page(person)
    order = [told.index(words) for words in ("Suppressed everywhere", "Where is my order?", "Never sent")]
    assert order == sorted(order)
    assert "unsubscribed from this group" in told


def test_acts_are_offered_to_who_may_do_them() -> None:
    person = factories.contact()
    assert "Suppress now" not in page(person)
    assert "Suppress now" in page(person, "subscriptions.change_contact")
    assert "Record consent" in page(person, "subscriptions.add_contact")
    consent.suppress(contact=person, source="admin", happened_at=timezone.now())
    suppressed = page(person, "subscriptions.change_contact", "subscriptions.add_contact")
    assert "Lift the suppression" in suppressed
    assert "Record consent" not in suppressed


def test_the_page_takes_the_same_queries_for_one_and_for_thirty_lines(django_assert_max_num_queries: Any) -> None:
    person = factories.contact()
    viewer = client(VIEW)
    for lines in (1, 29):
        for line in range(lines):
            factories.message(contact=person, state="delivered", handed_over_at=timezone.now())
            factories.subscribed(person)
            said(person, f"hello {lines} {line}", "none", timezone.now())
        # Session, user, preference, two kinds of rights, contact, hand-overs, standing (3), story (4).
        with django_assert_max_num_queries(15):
            viewer.get(f"/people/{person.pk}")
