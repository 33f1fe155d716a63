"""Who may not see numbers reads none in what was sent and written either, and learns none by asking cleverly."""

import re

import carrier_process
import factories
import inbound_world
import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone
from inbound_world import carrier, sandbox_secret

from campaigns import roles
from campaigns.inbound import sandbox
from campaigns.models import Campaign, Message
from subscriptions.models import Contact, OurPhone, SenderNumber

__all__ = ["carrier", "sandbox_secret"]
pytestmark = pytest.mark.django_db
PHONE = "+12125550123"
SPELLINGS = "Yours: +12125550123, (212) 555-0123; my brother's: 416 555 0177"
DIGITS = re.compile(r"0123|0177")
# Somebody who writes campaigns and may not see numbers: a group of another name, as roles.py says.
WRITER = (
    *("campaigns.view_campaign", "campaigns.add_campaign", "campaigns.change_campaign", "campaigns.launch_campaign"),
    *("subscriptions.view_contact", "subscriptions.view_ourphone"),
)


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def viewer() -> Client:
    return _as(factories.user(roles.VIEWER, is_staff=True))


@pytest.fixture
def number() -> SenderNumber:
    return factories.number(group=factories.group(auto_reply="Thanks!"))


@pytest.fixture
def person(number: SenderNumber) -> Contact:
    return factories.subscribed(factories.contact(PHONE, attributes={"also": "+14165550177"}), number.group).contact


def _told(answer: HttpResponseBase, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.content.decode()  # type: ignore[attr-defined]


def test_a_persons_story_hides_them(viewer: Client, person: Contact, number: SenderNumber, sandbox_secret: str) -> None:
    inbound_world.write(number, PHONE, SPELLINGS)
    Message.objects.update(body=SPELLINGS)
    factories.message(contact=person, state="delivered", body=SPELLINGS)

    told = _told(viewer.get(f"/people/{person.pk}"))

    assert told.count("Yours: +1 •••• ••23") == 3
    assert not DIGITS.search(re.sub(r"<[^>]*>", "", told))


def test_the_inbox_hides_them_and_finds_no_digits(
    viewer: Client, person: Contact, number: SenderNumber, sandbox_secret: str
) -> None:
    inbound_world.write(number, PHONE, SPELLINGS)
    Message.objects.update(body=SPELLINGS)

    assert not DIGITS.search(re.sub(r"<[^>]*>", "", _told(viewer.get("/inbox/"))))
    for asked, found in (("Yours", True), ("0123", False), ("12", False), ("٥٥٥", False), (PHONE, True)):
        assert ("Yours: +1" in _told(viewer.get("/inbox/", {"q": asked}))) is found, asked


@pytest.mark.django_db(transaction=True)
@pytest.mark.process
def test_a_virtual_phone_hides_them(carrier: carrier_process.CarrierProcess, number: SenderNumber) -> None:
    factories.subscribed(factories.contact(PHONE), number.group)
    viewer = _as(factories.user(roles.VIEWER))
    assert sandbox.keep_in_touch(now=timezone.now())
    body = {"account": number.account.token, "to": number.value, "text": SPELLINGS, "media": []}
    carrier.client.ask("POST", f"/v1/phones/{PHONE}/reply", body)

    (key,) = set(re.findall(r"/sandbox/([^/\"?]+)\"", _told(viewer.get("/sandbox/")))) - {"part"}
    for path in ("/sandbox/", "/sandbox/part", f"/sandbox/{key}", f"/sandbox/{key}/part"):
        told = _told(viewer.get(path))
        assert "Yours: +1 •••• ••23" in told, path
        assert not DIGITS.search(re.sub(r"<[^>]*>", "", told)), path


def test_the_admin_hides_them_and_finds_no_digits(
    viewer: Client, person: Contact, number: SenderNumber, sandbox_secret: str
) -> None:
    inbound = inbound_world.write(number, PHONE, SPELLINGS)
    message = factories.message(contact=person, state="delivered", body=SPELLINGS)

    for path in (f"message/{message.pk}/change/", "inbound/", f"inbound/{inbound.pk}/change/"):
        told = _told(viewer.get(f"/admin/campaigns/{path}"))
        assert "Yours: +1 •••• ••23" in told, path
        assert not DIGITS.search(re.sub(r"<[^>]*>", "", told)), path
    assert "Yours" not in _told(viewer.get("/admin/campaigns/inbound/", {"q": "0123"}))
    assert "Yours" in _told(viewer.get("/admin/campaigns/inbound/", {"q": "brother"}))


def test_whoever_may_see_them_does(person: Contact, number: SenderNumber, sandbox_secret: str) -> None:
    inbound_world.write(number, PHONE, SPELLINGS)
    manager = _as(factories.user(roles.ACCOUNT_MANAGER))

    for path in (f"/people/{person.pk}", "/inbox/"):
        assert SPELLINGS in _told(manager.get(path)).replace("&#x27;", "'")


# --- Asking cleverly -------------------------------------------------------------------------------------------


def _draft(text: str) -> Campaign:
    campaign = factories.campaign(text=text, group=factories.number().group)
    factories.subscribed(Contact.objects.filter(phone=PHONE).first() or factories.contact(PHONE), campaign.group)
    return campaign


def _condition(digits: str) -> str:
    return "Hi {% if ${phone_number} contains '" + digits + "' %}{{ 'x' | append: '" + "y" * 1_700 + "' }}{% endif %}"


@pytest.mark.parametrize("permissions, differs", [(WRITER, False), ((*WRITER, roles.SEE_PHONE_NUMBERS), True)])
def test_the_review_answers_no_question_about_a_number(permissions: tuple[str, ...], differs: bool) -> None:
    writer = _as(factories.user(permissions=permissions))
    true, false = (_told(writer.get(f"/campaigns/{_draft(_condition(digits)).pk}/review")) for digits in ("550", "999"))

    assert ("would be skipped" in true, "would be skipped" in false) == (differs, False)


def _launched(campaign: Campaign, user: User) -> HttpResponseBase:
    return _as(user).post(f"/campaigns/{campaign.pk}/launch", {"version": campaign.version, "people": 1})


@pytest.mark.parametrize(
    "text", ["{% if ${phone_number} contains '550' %}A{% else %}B{% endif %}", "Hi {{ ${phone_number} }}"]
)
def test_nobody_launches_a_question_about_numbers_they_may_not_see(text: str) -> None:
    campaign = _draft(text)
    campaign.when = Campaign.When.NOW
    campaign.save()
    refused = _launched(campaign, factories.user(permissions=WRITER))

    assert "Only somebody who may see phone numbers can send it" in _told(refused, 409)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.revisions.get().frozen_at) == ("draft", None)
    assert _launched(campaign, factories.user(permissions=(*WRITER, roles.SEE_PHONE_NUMBERS))).status_code == 302


def test_nobody_tests_a_question_about_numbers_they_may_not_see() -> None:
    campaign = _draft("Hi {{ ${phone_number} }}")
    writer = factories.user(permissions=WRITER)
    ours = OurPhone.objects.create(phone=PHONE, label="Ana", proved_at=campaign.edited_at, added_by=writer)

    answer = _as(writer).post(f"/campaigns/{campaign.pk}/test", {"to": [ours.pk], "version": 1}, follow=True)

    assert "Only somebody who may see phone numbers can send it" in answer.content.decode()
    assert not Message.objects.exists()
