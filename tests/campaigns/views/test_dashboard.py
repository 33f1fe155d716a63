from datetime import timedelta
from typing import Any

import factories
import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Heartbeat, NumberLease, Run, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(factories.user("Viewer"))
    return client


def running(name: str = "Summer sale") -> Run:
    run = factories.run(factories.campaign(name=name, state="running", due_at=timezone.now()))
    Tally.objects.create(run=run, shard=0, state="delivered", count=8412)
    return run


def healthy() -> None:
    for process in ("worker", "drain", "carrier"):
        Heartbeat.objects.create(process=process, at=timezone.now() + timedelta(hours=1))


def words(client: Client, path: str = "/", **query: Any) -> str:
    return client.get(path, query).content.decode()


def seen(html: str) -> list[str]:
    return [piece.split('"')[0] for piece in html.split('name="seen" value="')[1:]]


def test_a_stranger_is_sent_to_the_log_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/login?next=/"


def test_without_the_right_the_page_says_which_one_and_whom_to_ask(client: Client) -> None:
    factories.user("Account manager", first_name="Ana", last_name="Marquez")
    client.force_login(factories.user())

    response = client.get("/")

    assert response.status_code == 403
    assert "look at campaigns" in response.content.decode()
    assert "Ana Marquez" in response.content.decode()


def test_live_progress_stands_as_a_sum_with_grouped_figures(viewer: Client) -> None:
    running()

    assert "<strong>8,412</strong> delivered" in words(viewer)


@pytest.mark.parametrize(
    "process, said",
    [
        ("worker", "The worker is not running"),
        ("drain", "The sender process is not running"),
        ("carrier", "The sandbox carrier is not running"),
    ],
)
def test_a_stopped_process_is_told_with_what_to_do(viewer: Client, process: str, said: str) -> None:
    healthy()
    Heartbeat.objects.filter(process=process).delete()

    html = words(viewer)

    assert said in html
    assert html.count("is not running") == 1
    assert "make run" in html


def test_a_run_whose_numbers_fell_away_asks_for_a_person(viewer: Client) -> None:
    healthy()
    number = factories.number(group=factories.group(name="Store news", contact_person="Dana"), is_active=False)
    run = factories.run(factories.campaign(group=number.group, name="Stuck", state="running", due_at=timezone.now()))
    Tally.objects.create(run=run, shard=number.pk, state="pending", count=12)

    html = " ".join(words(viewer).split())

    assert "“Stuck” waits: no number of “Store news” can send the rest of it now." in html


def test_all_well_is_quiet(viewer: Client) -> None:
    healthy()

    assert "Needs attention" not in words(viewer)


def test_the_carrier_is_watched_only_where_there_is_one(viewer: Client, settings: Any) -> None:
    settings.SANDBOX = False

    assert "sandbox carrier is not running" not in words(viewer)


def test_a_failing_number_is_named_with_what_the_provider_said(viewer: Client) -> None:
    number = factories.number(value="+14155550100")
    NumberLease.objects.create(number=number, errors_in_a_row=3, last_error="30007 filtered")

    html = words(viewer)

    assert "+14155550100" in html
    assert "30007 filtered" in html


def test_a_group_without_mms_names_the_person_to_ask(viewer: Client) -> None:
    factories.group(name="Europe", contact_person="Dana")

    html = words(viewer)

    assert "“Europe” has no active MMS-enabled number" in html
    assert "Ask Dana." in html


def test_a_held_campaign_leads_to_its_page(viewer: Client) -> None:
    run = running("Back in stock")
    run.campaign.hold_code = "audience_changed"
    run.campaign.save()

    html = words(viewer)

    assert "“Back in stock” is held" in html
    assert f"/campaigns/{run.campaign_id}/live" in html


def test_asking_again_brings_only_the_campaign_that_moved(viewer: Client) -> None:
    healthy()
    one, other = running("One"), running("Other")
    known = seen(words(viewer))
    Tally.objects.filter(run=one).update(count=9000)

    html = words(viewer, "/part", seen=known)

    assert f'id="run-{one.campaign_id}" hx-swap-oob="true"' in html
    assert f'id="run-{other.campaign_id}"' not in html
    assert 'id="running"' not in html


def test_asking_again_when_nothing_moved_brings_nothing(viewer: Client) -> None:
    healthy()
    running()
    known = seen(words(viewer))

    assert viewer.get("/part", {"seen": known}).status_code == 204


def test_a_campaign_that_starts_comes_with_the_whole_list(viewer: Client) -> None:
    healthy()
    known = seen(words(viewer))
    run = running()

    html = words(viewer, "/part", seen=known)

    assert 'id="running" hx-swap-oob="true"' in html
    assert f'id="run-{run.campaign_id}"' in html


@pytest.mark.parametrize(("is_running", "interval"), [(True, "every 2s"), (False, "every 10s")])
def test_it_asks_quickly_only_while_something_runs(viewer: Client, is_running: bool, interval: str) -> None:
    if is_running:
        running()

    assert f'hx-trigger="{interval}"' in words(viewer)


# Session, user, preference, rights of the user and of the groups; then open runs, closed runs, tallies, due,
# heartbeats, leases, groups, waiting people of running runs.
@pytest.mark.parametrize("rows", [1, 30])
def test_the_queries_do_not_grow_with_the_rows(viewer: Client, rows: int, django_assert_num_queries: Any) -> None:
    group = factories.number().group
    for place in range(rows):
        running(f"Running {place}")
        due_at = timezone.now() + timedelta(hours=place + 1)
        factories.campaign(state="scheduled", due_at=due_at, fingerprint="f", group=group)
        done = factories.campaign(state="finished", due_at=timezone.now(), group=group)
        factories.run(done, state="finished", finished_at=timezone.now())
        NumberLease.objects.create(number=factories.number(), errors_in_a_row=3)

    with django_assert_num_queries(15):
        viewer.get("/")
