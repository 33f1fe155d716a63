"""Whether a database is the one that was last at work here: an ordinary start never stops anything, a backup does."""

import json
from datetime import timedelta
from pathlib import Path

import factories
import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns.lifecycle import halt
from campaigns.models import Instance
from campaigns.sending import drain, instance
from subscriptions.models import new_token

pytestmark = pytest.mark.django_db(transaction=True)


def step(watch: instance.Watch | None = None) -> str:
    return instance.step(now=timezone.now(), watch=watch or instance.Watch())


@pytest.fixture
def mark(settings: Settings) -> Path:
    return Path(settings.BOOT_MARK)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for."""
    monkeypatch.setattr(instance, "STILL_S", 0.0)


def backup() -> dict[str, object]:
    return Instance.objects.values().get()


def restore(row: dict[str, object]) -> None:
    Instance.objects.all().delete()
    Instance.objects.create(**row)


def test_the_first_start_of_a_fresh_installation_stops_nothing(mark: Path) -> None:
    assert step() == "ours"
    assert not halt.is_on()
    assert json.loads(mark.read_text())["count"] == 1


def test_nor_does_a_fresh_database_where_another_one_was(mark: Path) -> None:
    mark.write_text(json.dumps({"token": "gone", "count": 999}))
    assert step() == "ours"


def test_nor_an_installation_from_before_there_was_a_mark() -> None:
    factories.message()
    assert step() == "ours"


def test_an_ordinary_restart_stops_nothing() -> None:
    assert [step() for _ in range(5)] == ["ours"] * 5
    assert not halt.is_on()


def test_a_mark_that_could_not_be_written_for_a_while_stops_nothing(mark: Path, settings: Settings) -> None:
    step()
    settings.BOOT_MARK = mark / "not" / "a" / "folder"
    Instance.objects.update(count=50)
    settings.BOOT_MARK = mark
    assert step() == "ours"


def test_a_database_behind_the_mark_was_restored() -> None:
    step()
    kept = backup()
    step()
    restore(kept)
    assert step() == "restored"
    stop = halt.current()
    assert stop is not None
    assert stop.code == "restored"


def test_it_is_noticed_once_and_the_stop_stays_until_a_person_lets_go() -> None:
    step()
    kept = backup()
    step()
    restore(kept)
    assert [step(), step(), step()] == ["restored", "ours", "ours"]
    assert halt.is_on()
    halt.release(now=timezone.now())
    assert step() == "ours"
    assert not halt.is_on()


def test_the_same_backup_restored_again_is_noticed_again() -> None:
    step()
    kept = backup()
    step()
    for _ in range(2):
        restore(kept)
        assert step() == "restored"


def test_a_backup_of_before_there_was_a_count_is_noticed(mark: Path) -> None:
    factories.message()
    mark.write_text(json.dumps({"token": "the same", "count": 9}))
    assert step() == "restored"


def test_it_remembers_up_to_when_the_old_state_knows_what_left() -> None:
    step()
    kept = backup()
    step()
    restore(kept)
    step()
    row = Instance.objects.get()
    assert (row.knows_until, row.compared_at) == (kept["at"], None)


@pytest.mark.usefixtures("still")
def test_a_database_that_this_machine_does_not_know_is_a_clone(mark: Path) -> None:
    step()
    mark.unlink()
    assert step() == "cloned"
    assert (halt.current() or pytest.fail("no stop")).code == "cloned"


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("content", ["", "{", "[]", '{"token": 1}', '{"token": "x", "count": "y"}'])
def test_a_mark_that_cannot_be_read_is_none(mark: Path, content: str) -> None:
    step()
    mark.write_text(content)
    assert step() == "cloned"


def test_a_mark_of_another_database_is_none(mark: Path) -> None:
    step()
    mark.write_text(json.dumps({"token": new_token(), "count": 1}))
    assert step() == "watching"


def test_while_it_watches_nothing_moves_and_nothing_leaves(mark: Path) -> None:
    step()
    mark.unlink()
    before = Instance.objects.get().count
    ended = drain.run(should_stop=lambda: False, seconds=5)
    assert (ended.handed_over, Instance.objects.get().count, mark.exists()) == (0, before, False)


def test_a_machine_that_joins_others_at_work_stops_nothing(mark: Path) -> None:
    step()
    mark.unlink()
    watch = instance.Watch()
    assert step(watch) == "watching"
    Instance.objects.update(count=7, at=timezone.now() + timedelta(seconds=5))
    assert step(watch) == "ours"
    assert not halt.is_on()
    assert json.loads(mark.read_text())["count"] == 8
