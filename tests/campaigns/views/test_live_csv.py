"""The ledger as files: who may take them, what stands in them, and what they cost."""

import csv
import io
import zoneinfo
from datetime import UTC, datetime
from typing import Any

import factories
import pytest
import sending_world
from django.contrib.auth.models import User
from django.test import Client

from campaigns import roles
from campaigns.models import Event, Message, Preference, Run
from campaigns.reports import recipients
from subscriptions.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """Three people: delivered, failed, waiting."""
    run = sending_world.expanded(people=3, group=factories.group())
    first, second, _third = Message.objects.order_by("pk")
    at = datetime(2026, 6, 1, 12, 30, 15, 999, tzinfo=UTC)
    Message.objects.filter(pk=first.pk).update(
        state="delivered", handed_over_at=at, delivered_at=at, provider_id="SM1", tries=2, parts=3
    )
    Message.objects.filter(pk=second.pk).update(state="failed", reason="carrier_40301", handed_over_at=at)
    return run


def manager(**preference: str) -> Client:
    return client_of(factories.user(roles.ACCOUNT_MANAGER), **preference)


def client_of(user: User, **preference: str) -> Client:
    if preference:
        Preference.objects.create(user=user, **preference)
    client = Client()
    client.force_login(user)
    return client


def fetched(client: Client, run: Run, name: str = "people", delimiter: str = ",") -> list[dict[str, str]]:
    answer: Any = client.get(f"/campaigns/{run.campaign_id}/{name}.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=delimiter))


def test_one_row_for_each_person_with_all_that_is_known(run: Run) -> None:
    rows = fetched(manager(), run)
    delivered = Message.objects.order_by("pk")[0]
    assert len(rows) == 3
    assert rows[0] == {
        "First name": "Ana",
        "Last name": "",
        "Phone": delivered.to_phone,
        "Country": "US",
        "State": "delivered",
        "Reason": "",
        "Code": "",
        "Sent as": "text",
        "Parts": "3",
        "From": delivered.number.value if delivered.number else "",
        "Handed over": "2026-06-01 12:30:15+00:00",
        "Sent": "",
        "Delivered": "2026-06-01 12:30:15+00:00",
        "Settled": "",
        "Attempts": "2",
        "Provider's ID": "SM1",
    }
    assert (rows[1]["Reason"], rows[1]["Code"]) == (
        "the carrier says that the phone cannot be reached",
        "carrier_40301",
    )


def test_times_are_on_the_readers_clock(run: Run) -> None:
    rows = fetched(manager(zone="America/Denver"), run)
    at = datetime(2026, 6, 1, 12, 30, 15, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo("America/Denver"))
    assert rows[0]["Delivered"] == at.isoformat(sep=" ")


def test_a_french_reader_gets_french_words_and_the_separator_of_their_spreadsheet(run: Run) -> None:
    rows = fetched(manager(language="fr"), run, delimiter=";")
    assert [row["État"] for row in rows][1] == "en échec"
    assert rows[0]["Prénom"] == "Ana"


def test_who_may_not_see_numbers_gets_masks(run: Run) -> None:
    rights = ("campaigns.view_campaign", "campaigns.export")
    rows = fetched(client_of(factories.user(permissions=rights)), run)
    phone = Message.objects.order_by("pk")[0].to_phone
    assert rows[0]["Phone"] == f"+1 •••• ••{phone[-2:]}"
    assert phone not in str(rows)


@pytest.mark.parametrize("name", ["people", "sums"])
@pytest.mark.parametrize("role", [roles.VIEWER, roles.MARKETER])
def test_without_the_right_to_export_there_is_no_file(run: Run, role: str, name: str) -> None:
    client = client_of(factories.user(role))
    assert client.get(f"/campaigns/{run.campaign_id}/{name}.csv").status_code == 403
    assert f"{name}.csv" not in client.get(f"/campaigns/{run.campaign_id}/live").content.decode()
    assert f"{name}.csv" in manager().get(f"/campaigns/{run.campaign_id}/live").content.decode()


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1"])
def test_nothing_in_it_is_run_by_a_spreadsheet(run: Run, evil: str) -> None:
    Contact.objects.update(last_name=evil)
    assert {row["Last name"] for row in fetched(manager(), run)} == {f"'{evil}"}


def test_separators_quotes_and_lines_inside_a_name_stay_inside(run: Run) -> None:
    Contact.objects.update(last_name='O"Neil, "Jr";\nline')
    assert {row["Last name"] for row in fetched(manager(), run)} == {'O"Neil, "Jr";\nline'}


def test_it_is_read_in_chunks_while_it_is_written(
    run: Run, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(recipients, "CHUNK", 2)
    answer: Any = manager().get(f"/campaigns/{run.campaign_id}/people.csv")
    with django_assert_num_queries(3):
        chunks = list(answer.streaming_content)
    assert [chunk.count(b"\r\n") for chunk in chunks] == [0, 1, 2, 1]


def test_the_sums_add_up(run: Run) -> None:
    Run.objects.update(planned=3)
    rows = fetched(manager(), run, "sums")
    assert [(row["State"], row["People"]) for row in rows] == [("waiting", "3"), ("Total", "3"), ("Planned", "3")]


def test_who_took_it_stands_in_the_event_stream(run: Run) -> None:
    fetched(manager(), run)
    assert Event.objects.get(name="LedgerExport").payload["what"] == "people"
