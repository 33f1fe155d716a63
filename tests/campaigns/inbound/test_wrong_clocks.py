"""A provider's clock at either end of the calendar: a no counts, nothing is dated where no page can show it."""

from datetime import UTC, datetime, timedelta

import factories
import inbound_world
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations import executor
from django.test import Client
from django.utils import timezone
from inbound_world import sandbox_secret
from pytest_django.fixtures import Settings

from campaigns import roles
from campaigns.templatetags import frame
from subscriptions.models import ConsentEntry, Contact, SenderNumber, Subscription

__all__ = ["sandbox_secret"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]
PHONE = "+12125550101"
ENDS = ["0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00-11:00", "9999-12-31T23:59:59+00:00"]
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@pytest.fixture
def number() -> SenderNumber:
    return factories.number()


@pytest.fixture
def person(number: SenderNumber) -> Contact:
    return factories.subscribed(factories.contact(PHONE), number.group).contact


@pytest.mark.parametrize("at", ENDS)
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_a_stop_counts_and_its_pages_open_in_every_zone(
    number: SenderNumber, person: Contact, at: str, zone: str, settings: Settings
) -> None:
    settings.TIME_ZONE = zone
    before = timezone.now()
    inbound_world.write(number, PHONE, "STOP", at=at)

    held = Subscription.objects.get()
    assert held.state == "unsubscribed"
    assert before <= held.since <= timezone.now()
    client = Client()
    client.force_login(factories.user(roles.ACCOUNT_MANAGER, is_staff=True))
    for page in (f"/people/{person.pk}", "/people/", f"/admin/subscriptions/contact/{person.pk}/change/"):
        assert client.get(page).status_code == 200, page


def test_a_start_with_a_wrong_clock_does_not_outweigh_a_stop_of_yesterday(number: SenderNumber) -> None:
    inbound_world.write(number, PHONE, "STOP", at=(timezone.now() - timedelta(days=1)).isoformat())

    inbound_world.write(number, PHONE, "START", at=ENDS[0])

    assert Subscription.objects.get().state == "unsubscribed"


def test_a_stop_of_some_days_ago_is_dated_as_it_says(number: SenderNumber, person: Contact) -> None:
    said = timezone.now() - timedelta(days=5)

    inbound_world.write(number, PHONE, "STOP", at=said.isoformat())

    assert ConsentEntry.objects.latest("pk").happened_at == said


@pytest.mark.parametrize("of", [ConsentEntry, Subscription])
def test_the_database_keeps_no_consent_from_before_there_were_texts(
    of: type[ConsentEntry] | type[Subscription], person: Contact
) -> None:
    column = "happened_at" if of is ConsentEntry else "since"
    with pytest.raises(IntegrityError), transaction.atomic():
        of._default_manager.update(**{column: datetime(1992, 11, 30, tzinfo=UTC)})
    of._default_manager.update(**{column: datetime(1992, 12, 1, tzinfo=UTC)})


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_before_is_dated_by_when_it_was_recorded(person: Contact) -> None:
    executor.MigrationExecutor(connection).migrate([("subscriptions", "0002_numbers_stand_once")])
    ConsentEntry.objects.update(happened_at=FIRST)
    Subscription.objects.update(since=FIRST)
    again = executor.MigrationExecutor(connection)
    again.migrate(again.loader.graph.leaf_nodes())

    entry = ConsentEntry.objects.get()
    assert entry.happened_at == entry.recorded_at == Subscription.objects.get().since


@pytest.mark.parametrize("moment", [FIRST, LAST])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_no_page_falls_over_a_moment_at_the_end_of_the_calendar(moment: datetime, zone: str) -> None:
    with timezone.override(zone):
        assert str(moment.year) in frame.zoned(moment)
        assert str(moment.year) in frame.to_the_second(moment)
        assert ":" in frame.clock_time(moment)
        assert "<time" in frame.when(moment)
