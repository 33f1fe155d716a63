"""Start for real: nothing of the demo world stays, nothing real goes, and the owner can log in."""

from datetime import timedelta

import factories
import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from campaigns import roles, states
from campaigns.demo import logins, removal, world
from campaigns.models import Asset, Campaign, Fit, Message, Rendition
from subscriptions.models import ConsentEntry, Contact, OurPhone, ProviderAccount, SubscriptionGroup

pytestmark = pytest.mark.django_db

OWNER = {"username": "ada", "email": "ada@shop.example", "password": "a harbour in the fog"}


@pytest.fixture
def demo(db: None, fewer_people: None) -> None:
    world.load(now=timezone.now())


def rows_of_ours() -> dict[str, int]:
    return {
        model._meta.label: count
        for app in ("campaigns", "subscriptions")
        for model in apps.get_app_config(app).get_models()
        if (count := model._default_manager.count())
    }


@pytest.mark.usefixtures("demo")
def test_no_row_of_the_demo_world_stays() -> None:
    removal.start_for_real(**OWNER)
    assert rows_of_ours() == {}
    assert list(User.objects.values_list("username", flat=True)) == ["ada"]
    assert not Group.objects.filter(name=roles.DEMO).exists()


@pytest.mark.usefixtures("demo")
def test_copies_that_were_asked_for_go_too() -> None:
    rendition = Rendition.objects.first()
    assert rendition is not None
    Fit.objects.create(
        asset=rendition.asset, budget_bytes=300_000, state=states.Fit.DONE, rendition=rendition,
        asked_by=rendition.asset.created_by, asked_at=timezone.now(),
    )  # fmt: skip
    removal.start_for_real(**OWNER)
    assert rows_of_ours() == {}


@pytest.mark.usefixtures("demo")
def test_no_file_of_it_stays(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    names = [file.name for asset in Asset.objects.all() for file in (asset.original, asset.poster) if file]
    names += [rendition.file.name for rendition in Rendition.objects.all()]
    assert len(names) == 11  # a card without a photo has no poster
    with django_capture_on_commit_callbacks(execute=True):
        removal.start_for_real(**OWNER)
    assert [name for name in names if default_storage.exists(name)] == []


@pytest.mark.usefixtures("demo")
def test_the_owner_may_everything_and_logs_in(client: Client) -> None:
    owner = removal.start_for_real(**OWNER)
    assert owner.is_superuser
    assert owner.is_staff
    answer = client.post(reverse("login"), {"username": "ada", "password": OWNER["password"]})
    assert answer.status_code == 302


@pytest.mark.usefixtures("demo")
def test_a_name_of_the_demo_world_is_free_again() -> None:
    owner = removal.start_for_real(**{**OWNER, "username": "manager"})
    assert not owner.check_password(logins.PASSWORD)


@pytest.mark.usefixtures("demo")
def test_the_demo_world_does_not_come_back() -> None:
    removal.start_for_real(**OWNER)
    assert not world.load(now=timezone.now())


@pytest.mark.usefixtures("demo")
def test_a_real_person_and_their_opt_out_stay() -> None:
    person = factories.contact("+14155552671", suppressed_at=timezone.now())
    factories.subscribed(factories.contact("+14155552672"), SubscriptionGroup.objects.get(name="Promotions"))
    ConsentEntry.objects.create(
        contact=person,
        action="suppressed",
        source="admin",
        happened_at=timezone.now(),
        by=User.objects.get(username="manager"),
    )
    removal.start_for_real(**OWNER)
    assert set(Contact.objects.values_list("phone", flat=True)) == {"+14155552671", "+14155552672"}
    assert Contact.objects.get(phone="+14155552671").suppressed_at is not None
    assert ConsentEntry.objects.get().contact == person


@pytest.mark.usefixtures("demo")
def test_a_demo_user_whose_name_stands_under_what_stays_is_locked_out() -> None:
    manager = User.objects.get(username="manager")
    ConsentEntry.objects.create(
        contact=factories.contact("+14155552671"),
        action="suppressed",
        source="admin",
        happened_at=timezone.now(),
        by=manager,
    )
    removal.start_for_real(**OWNER)
    manager.refresh_from_db()
    assert not manager.is_active
    assert not manager.has_usable_password()
    assert not removal.is_here()


@pytest.mark.usefixtures("demo")
def test_a_name_of_somebody_who_stays_is_refused_and_all_stays() -> None:
    factories.user(username="ada")
    before = rows_of_ours()
    with pytest.raises(removal.StartRefused) as refused:
        removal.start_for_real(**OWNER)
    assert refused.value.code == "username_taken"
    assert rows_of_ours() == before


@pytest.mark.usefixtures("demo")
def test_a_group_of_a_real_account_keeps_its_campaign_and_ledger() -> None:
    number = factories.number(account=factories.account(kind="another"))
    kept = factories.run(factories.campaign(group=number.group))
    fiction = Contact.objects.filter(is_fictitious=True).first()
    assert fiction is not None
    message = factories.message(
        run=kept, contact=fiction, number=None, state=states.Message.SKIPPED, reason="fictitious"
    )
    removal.start_for_real(**OWNER)
    message.refresh_from_db()
    assert message.contact is None
    assert Campaign.objects.filter(pk=kept.campaign_id, state=kept.campaign.state).exists()
    assert ProviderAccount.objects.get() == number.account


@pytest.mark.usefixtures("demo")
def test_a_campaign_that_runs_is_named_and_stops_it() -> None:
    Campaign.objects.filter(name="Open late tonight").update(state=states.Campaign.RUNNING)
    with pytest.raises(removal.StartRefused) as refused:
        removal.start_for_real(**OWNER)
    assert refused.value.code == "still_sending"
    assert "Open late tonight" in str(refused.value)


@pytest.mark.usefixtures("demo")
def test_what_goes_is_told_before() -> None:
    told = removal.contents()
    assert (told.people, told.messages) == (Contact.objects.count(), Message.objects.count())
    assert (told.campaigns, told.pictures) == (2, 4)
    assert told.real_people == 0
    assert set(told.users) == {"marketer", "manager", "viewer"}


@pytest.mark.usefixtures("demo")
def test_the_command_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMSADMIN_OWNER_PASSWORD", OWNER["password"])
    call_command("start_for_real", "--username", "ada", "--email", "ada@shop.example", "--yes")
    assert User.objects.get().check_password(OWNER["password"])


@pytest.mark.usefixtures("demo")
def test_the_command_refuses_a_password_that_everybody_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMSADMIN_OWNER_PASSWORD", "password123")
    with pytest.raises(CommandError, match="common"):
        call_command("start_for_real", "--username", "ada", "--email", "ada@shop.example", "--yes")
    assert removal.is_here()


@pytest.mark.usefixtures("demo")
def test_the_command_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    with pytest.raises(CommandError, match="Nothing was removed"):
        call_command("start_for_real", "--username", "ada", "--email", "ada@shop.example")


@pytest.mark.usefixtures("demo")
def test_our_own_test_phones_of_the_demo_go() -> None:
    OurPhone.objects.create(
        phone="+12125550177",
        label="desk",
        code="1234",
        code_sent_at=timezone.now() - timedelta(days=1),
        added_by=User.objects.get(username="marketer"),
    )
    removal.start_for_real(**OWNER)
    assert not OurPhone.objects.exists()
