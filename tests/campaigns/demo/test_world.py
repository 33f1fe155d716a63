"""The demo world: loaded once, with a ledger that adds up, on numbers that reach nobody."""

from collections import Counter

import factories
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone
from pytest_django import Settings

from campaigns import roles, states
from campaigns.composing import problems
from campaigns.demo import logins, people, world
from campaigns.lifecycle import tallies
from campaigns.models import Asset, Attempt, Campaign, Event, Message, Run, Tally
from subscriptions import phones
from subscriptions.models import Contact, SenderNumber, SubscriptionGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(db: None) -> None:
    assert world.load(now=timezone.now())


@pytest.fixture
def loaded(db: None, fewer_people: None) -> None:
    assert world.load(now=timezone.now())


def rows() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for app in ("campaigns", "subscriptions", "auth")
        for model in apps.get_app_config(app).get_models()
    }


@pytest.mark.usefixtures("loaded")
def test_a_second_time_changes_nothing() -> None:
    before = rows()
    assert not world.load(now=timezone.now())
    assert rows() == before


def test_it_leaves_an_installation_alone_that_has_a_user() -> None:
    factories.user()
    assert not world.load(now=timezone.now())
    assert Contact.objects.count() == 0


@pytest.mark.usefixtures("whole")
def test_the_people_are_five_hundred_fictions_of_twelve_countries() -> None:
    found = Counter(Contact.objects.filter(is_fictitious=True, is_valid=True).values_list("country", flat=True))
    assert found == people.COUNTRIES
    assert found.total() == 500


@pytest.mark.usefixtures("whole")
def test_every_number_is_reserved_for_fiction() -> None:
    taken = [
        *Contact.objects.values_list("phone", flat=True),
        *SenderNumber.objects.filter(value__startswith="+").values_list("value", flat=True),
    ]
    assert [phone for phone in taken if not phones.is_fictional(phone)] == []


@pytest.mark.usefixtures("loaded")
def test_the_groups_are_a_mixed_one_a_toll_free_one_and_one_without_mms() -> None:
    kinds = {
        tuple(sorted(group.numbers.values_list("kind", "is_mms_enabled"))) for group in SubscriptionGroup.objects.all()
    }
    assert kinds == {
        (("long_code", True), ("long_code", True), ("short_code", True)),
        (("toll_free", True),),
        (("alphanumeric", False),),
    }


@pytest.mark.usefixtures("loaded")
def test_there_is_one_log_in_for_each_role() -> None:
    for login in logins.ALL:
        user = User.objects.get(username=login.username)
        assert user.check_password(logins.PASSWORD)
        assert set(user.groups.values_list("name", flat=True)) == {login.role, roles.DEMO}


@pytest.mark.usefixtures("whole")
def test_the_ledger_of_the_finished_campaign_adds_up() -> None:
    run = Run.objects.get()
    assert run.state == states.Run.FINISHED
    assert run.planned == Message.objects.filter(run=run).count()
    kept = Counter(
        {
            (row["state"], row["reason"]): row["total"]
            for row in Tally.objects.filter(run=run).values("state", "reason").annotate(total=Sum("count"))
            if row["total"]
        }
    )
    assert kept == tallies.counted(run_id=run.pk)
    assert kept.total() == run.planned


@pytest.mark.usefixtures("loaded")
def test_whoever_was_sent_to_has_one_attempt_and_the_text_that_left() -> None:
    sent = Message.objects.exclude(state=states.Message.SKIPPED)
    assert Attempt.objects.count() == sent.count()
    assert not Attempt.objects.filter(outcome=Attempt.Outcome.OPEN).exists()
    assert not sent.filter(body="").exists()


@pytest.mark.usefixtures("whole")
def test_the_finished_campaign_shows_every_kind_of_end() -> None:
    run = Run.objects.get()
    ends = set(Message.objects.filter(run=run).values_list("state", flat=True))
    assert ends == {"delivered", "failed", "unconfirmed", "skipped"}
    assert set(Message.objects.filter(run=run).values_list("sent_as", flat=True)) == {"mms", "link"}


@pytest.mark.usefixtures("loaded")
def test_it_began_before_it_ended_and_both_are_over() -> None:
    run = Run.objects.get()
    assert run.started_at
    assert run.finished_at
    assert run.started_at < run.finished_at < timezone.now()


@pytest.mark.usefixtures("loaded")
def test_the_draft_has_a_moving_picture_and_liquid_without_a_fault() -> None:
    draft = Campaign.objects.get(state=states.Campaign.DRAFT)
    revision = draft.revisions.get()
    assert revision.rendition is not None
    assert revision.rendition.kind == Asset.Kind.GIF
    assert revision.rendition.frames > 1
    assert "{{" in revision.text
    assert [found for found in problems.of(draft) if found.room in {"text", "media"}] == []


@pytest.mark.usefixtures("loaded")
def test_all_four_kinds_of_file_are_in_the_library_and_fit() -> None:
    assert set(Asset.objects.filter(state=states.Asset.READY).values_list("kind", flat=True)) == set(Asset.Kind.values)
    assert all(asset.renditions.get().bytes < 600_000 for asset in Asset.objects.all())


@pytest.mark.usefixtures("loaded")
def test_the_campaign_left_its_trace_in_the_event_stream() -> None:
    moves = Event.objects.filter(name="CampaignStateChange").order_by("id").values_list("payload__to", flat=True)
    assert list(moves) == ["scheduled", "running", "finished"]


@pytest.mark.usefixtures("fewer_people")
def test_the_command_prints_the_log_ins(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    told = capsys.readouterr().out
    assert all(f"{login.username} / {logins.PASSWORD}" in told for login in logins.ALL)


def test_only_the_log_ins_means_only_the_log_ins() -> None:
    call_command("demo", "--logins")
    assert Contact.objects.count() == 0


def test_production_refuses_it(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo")
