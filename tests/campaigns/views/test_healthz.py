"""Signs of life and figures for machines: what they say, to whom, and what stands in the way."""

from datetime import timedelta
from typing import Any

import factories
import pytest
import sending_world
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns.forms import exposition
from campaigns.models import Heartbeat, Message, Run, Tally
from campaigns.reports import health
from campaigns.views import healthz

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healthz, "kept", healthz._Kept())
    monkeypatch.setattr(health, "_migrated", set())


@pytest.fixture
def alive() -> None:
    for process in health.processes():
        Heartbeat.objects.create(process=process, at=timezone.now())


def ready() -> tuple[int, dict[str, str]]:
    answer = Client().get("/healthz/ready")
    return answer.status_code, answer.json()["checks"]


def test_alive_is_said_without_a_question_to_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/healthz/live")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("alive")
def test_ready_when_everything_is_so() -> None:
    status, checks = ready()
    assert status == 200
    assert set(checks) == {"database", "migrations", "storage", "worker", "drain", "carrier"}
    assert set(checks.values()) == {"ok"}


@pytest.mark.usefixtures("alive")
def test_a_silent_process_is_named_with_how_long() -> None:
    Heartbeat.objects.filter(process="drain").update(at=timezone.now() - timedelta(seconds=61))
    status, checks = ready()
    assert status == 503
    assert checks["drain"].startswith("silent for 6")


def test_a_process_that_never_came_is_named() -> None:
    assert ready()[1]["worker"] == "no sign of life yet"


@pytest.mark.usefixtures("alive")
def test_a_storage_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_self: object, _name: str) -> bool:
        raise OSError("secret-bucket.example is away")

    monkeypatch.setattr(FileSystemStorage, "exists", away)
    status, checks = ready()
    assert (status, checks["storage"]) == (503, "does not answer")


@pytest.mark.usefixtures("alive")
def test_a_database_that_is_away_is_said_and_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("password authentication failed for user mmsadmin at db.example")

    monkeypatch.setattr(connection, "cursor", away)
    answer = Client().get("/healthz/ready")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "does not answer")
    assert b"example" not in answer.content


@pytest.mark.usefixtures("alive")
def test_a_migration_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_given: [1, 2])
    status, checks = ready()
    assert (status, checks["migrations"]) == (503, "2 to apply")


@pytest.mark.usefixtures("alive")
def test_who_asks_again_at_once_costs_nothing(django_assert_num_queries: Any) -> None:
    ready()
    with django_assert_num_queries(0):
        assert ready()[0] == 200


def scraped(**headers: str) -> dict[str, float]:
    answer = Client().get("/metrics", headers=headers)
    assert answer["Content-Type"] == exposition.CONTENT_TYPE
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in (line.rpartition(" ") for line in lines)}


@pytest.mark.usefixtures("alive")
def test_the_figures_are_those_of_the_tallies() -> None:
    run = sending_world.expanded(people=3, group=factories.group())
    Message.objects.filter(run=run).delete()
    Tally.objects.filter(run=run).update(count=2)
    found = scraped()
    assert found['mmsadmin_messages{state="pending"}'] == 2
    assert found['mmsadmin_messages{state="delivered"}'] == 0
    assert found['mmsadmin_runs{state="running"}'] == Run.objects.count()
    assert 0 <= found['mmsadmin_heartbeat_age_seconds{process="worker"}'] < 60
    assert 0 < found["mmsadmin_disk_used_ratio"] <= 1


def test_with_a_token_only_who_has_it_reads_them(settings: Settings) -> None:
    settings.METRICS_TOKEN = "long and secret ✓"
    assert Client().get("/metrics").status_code == 403
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    given = {"HTTP_AUTHORIZATION": "Bearer long and secret ✓"}
    assert Client().get("/metrics", **given).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("surroundings", "proxies"),
    [
        ({"REMOTE_ADDR": "203.0.113.9"}, 0),
        ({"REMOTE_ADDR": ""}, 0),
        ({"REMOTE_ADDR": "127.0.0.1"}, 1),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 0),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=203.0.113.9"}, 0),
    ],
)
def test_without_one_only_this_machine_does(settings: Settings, surroundings: dict[str, str], proxies: int) -> None:
    settings.PROXIES = proxies
    assert Client(**surroundings).get("/metrics").status_code == 403  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_itself_may(address: str) -> None:
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 200
