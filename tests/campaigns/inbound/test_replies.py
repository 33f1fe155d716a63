"""What people write: keywords move consent where they are kept, codes prove phones, the stream holds all of it."""

from datetime import timedelta

import factories
import inbound_world
import pytest
from django.utils import timezone

from campaigns.inbound import replies
from campaigns.models import Callback, Event, Inbound, Message
from campaigns.sending import enqueue, looks, numbers
from subscriptions import consent
from subscriptions.models import ConsentEntry, Contact, OurPhone, SenderNumber, Subscription

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]
PHONE = "+12125550101"
STOPS = ["STOP", "stop", " Stop. ", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPT OUT"]


@pytest.fixture
def number() -> SenderNumber:
    return factories.number()


@pytest.fixture
def person(number: SenderNumber) -> Contact:
    return factories.subscribed(factories.contact(PHONE), number.group).contact


def _state(number: SenderNumber) -> str:
    return Subscription.objects.get(contact__phone=PHONE, group=number.group).state


def _confirmations() -> list[str]:
    return list(Message.objects.filter(kind="confirmation").order_by("pk").values_list("body", flat=True))


@pytest.mark.parametrize("word", STOPS)
def test_stop_in_every_form_unsubscribes(number: SenderNumber, person: Contact, word: str) -> None:
    inbound = inbound_world.write(number, PHONE, word)
    assert (_state(number), inbound.action) == ("unsubscribed", "unsubscribed")


def test_a_short_code_of_two_countries_is_that_of_the_senders_own() -> None:
    ours, theirs = (
        factories.number(kind="short_code", value="55501", country=country, account=account)
        for account in [factories.account()]
        for country in ("CA", "US")
    )
    for number in (ours, theirs):
        factories.subscribed(Contact.objects.filter(phone=PHONE).first() or factories.contact(PHONE), number.group)
    inbound_world.write(ours, PHONE, "STOP")
    left = Subscription.objects.filter(contact__phone=PHONE, state="unsubscribed")
    assert [one.group for one in left] == [theirs.group]


def test_stop_is_confirmed_once(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "STOP")
    inbound_world.write(number, PHONE, "STOP")
    assert len(_confirmations()) == 1


def test_the_confirmation_leaves_from_the_number_that_was_written_to(number: SenderNumber, person: Contact) -> None:
    factories.number(group=number.group, rate="50.00")
    inbound_world.write(number, PHONE, "STOP")
    sent = Message.objects.get(kind="confirmation")
    assert (sent.number, sent.to_phone, sent.sent_as, sent.state) == (number, PHONE, "text", "pending")


def test_the_groups_own_words_confirm(person: Contact, number: SenderNumber) -> None:
    number.group.stop_reply = "You are out."
    number.group.save()
    inbound_world.write(number, PHONE, "STOP")
    assert _confirmations() == ["You are out."]


def test_stop_and_its_raw_call_stand_or_fall_together(
    number: SenderNumber, person: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueue, "answer", _fail)
    with pytest.raises(RuntimeError):
        inbound_world.write(number, PHONE, "STOP")
    assert _state(number) == "subscribed"
    assert not Callback.objects.exists()


def _fail(**_given: object) -> None:
    raise RuntimeError("the disk is full")


def test_stop_of_a_stranger_is_kept_so_that_no_import_subscribes_them(number: SenderNumber) -> None:
    inbound_world.write(number, PHONE, "STOP")
    assert ConsentEntry.objects.get(contact__phone=PHONE).action == "withdrawn"


def test_stop_leaves_other_groups_alone(number: SenderNumber, person: Contact) -> None:
    other = factories.subscribed(person, factories.group())
    inbound_world.write(number, PHONE, "STOP")
    other.refresh_from_db()
    assert other.state == "subscribed"


def test_start_grants(number: SenderNumber) -> None:
    factories.unsubscribed(factories.contact(PHONE), number.group)
    inbound = inbound_world.write(number, PHONE, "START")
    assert (_state(number), inbound.action, len(_confirmations())) == ("subscribed", "subscribed", 1)


def test_start_makes_a_contact_of_a_stranger(number: SenderNumber) -> None:
    inbound_world.write(number, PHONE, "YES")
    assert _state(number) == "subscribed"
    assert Contact.objects.get(phone=PHONE).country == "US"


def test_a_question_is_no_start(number: SenderNumber) -> None:
    assert inbound_world.write(number, PHONE, "Yes?").action == "none"


def test_a_suppressed_person_is_not_told_that_they_are_subscribed(number: SenderNumber, person: Contact) -> None:
    consent.suppress(contact=person, source="admin", happened_at=timezone.now())
    inbound_world.write(number, PHONE, "STOP")
    Message.objects.all().delete()
    inbound_world.write(number, PHONE, "START")
    assert _confirmations() == []


def test_a_stop_that_comes_after_a_later_start_changes_nothing(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "STOP", at=(timezone.now() - timedelta(hours=2)).isoformat())
    inbound_world.write(number, PHONE, "START")
    Message.objects.all().delete()
    late = inbound_world.write(number, PHONE, "STOP", at=(timezone.now() - timedelta(hours=1)).isoformat())
    assert (_state(number), late.action, _confirmations()) == ("subscribed", "none", [])


def test_a_clock_that_is_ahead_cannot_date_a_stop_into_the_future(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "STOP", at=(timezone.now() + timedelta(days=1)).isoformat())
    assert ConsentEntry.objects.filter(action="withdrawn").get().happened_at <= timezone.now()


def test_help_answers_people_who_left_too(number: SenderNumber) -> None:
    factories.unsubscribed(factories.contact(PHONE), number.group)
    inbound = inbound_world.write(number, PHONE, "HELP")
    answer = Message.objects.get(kind="auto_reply")
    Message.objects.update(state="claimed", claim="mine")
    assert inbound.action == "help"
    assert looks.take(message_ids=[answer.pk], claim_token="mine")[answer.pk].go


def test_help_moves_no_consent(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "INFO")
    assert _state(number) == "subscribed"


def test_a_keyword_inside_a_sentence_is_none(number: SenderNumber, person: Contact) -> None:
    assert inbound_world.write(number, PHONE, "Please stop by on the weekend").action == "none"
    assert _state(number) == "subscribed"


def test_the_answer_speaks_the_keywords_language(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "STOP")
    assert _confirmations()[0].startswith("Acme: You are unsubscribed")


def test_a_provider_that_confirms_itself_is_not_doubled(
    number: SenderNumber, person: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = number.account
    gateway = _Confirms()
    event = inbound_world.written(number, PHONE, "STOP")
    kept = Callback.objects.create(account=account, event_key="k", body="{}", received_at=timezone.now())
    read = replies.base.InboundEvent("k", "i", PHONE, event["to"], "STOP", (), timezone.now())
    replies.understand(account=account, callback=kept, event=read, gateway=gateway, now=timezone.now())
    assert (_state(number), _confirmations()) == ("unsubscribed", [])


class _Confirms:
    """A gateway of which only this is asked."""

    class capabilities:
        handles_stop = True


def test_a_code_proves_our_phone(number: SenderNumber) -> None:
    enqueue.prove_phone(phone=PHONE, label="Ana", group=number.group, by=factories.user(), now=timezone.now())
    ours = OurPhone.objects.get()
    inbound_world.write(number, PHONE, f" {ours.code} ")
    ours.refresh_from_db()
    assert ours.proved_at is not None


def test_a_wrong_code_or_another_phone_proves_nothing(number: SenderNumber) -> None:
    enqueue.prove_phone(phone=PHONE, label="Ana", group=number.group, by=factories.user(), now=timezone.now())
    ours = OurPhone.objects.get()
    inbound_world.write(number, PHONE, "000000" if ours.code != "000000" else "111111")
    inbound_world.write(number, "+12125550102", ours.code)
    ours.refresh_from_db()
    assert ours.proved_at is None


def test_everything_is_written_to_the_event_stream_in_its_own_words(number: SenderNumber, person: Contact) -> None:
    for text in ("STOP", "START", "HELP", "Nice!"):
        inbound_world.write(number, PHONE, text)
    told = [event.payload["action"] for event in Event.objects.filter(name="InboundReceive").order_by("pk")]
    assert told == ["Unsubscribed", "Subscribed", "None", "None"]


def test_a_reply_belongs_to_the_campaign_it_answers(number: SenderNumber, person: Contact) -> None:
    run = factories.run(factories.campaign(group=number.group))
    factories.message(run=run, contact=person, number=number, handed_over_at=timezone.now() - timedelta(hours=1))
    assert inbound_world.write(number, PHONE, "Nice!").campaign == run.campaign


def test_a_reply_after_four_hours_belongs_to_none(number: SenderNumber, person: Contact) -> None:
    run = factories.run(factories.campaign(group=number.group))
    factories.message(run=run, contact=person, number=number, handed_over_at=timezone.now() - timedelta(hours=4.1))
    assert inbound_world.write(number, PHONE, "Nice!").campaign is None


@pytest.mark.parametrize("text", ["a\x00b", "cut emoji \ud83d", "x" * 5_000, "", "\u202egnp.exe"])
def test_no_text_can_break_the_intake(number: SenderNumber, text: str) -> None:
    assert len(inbound_world.write(number, PHONE, text).text) <= replies.TEXT_LIMIT


def test_a_number_that_is_not_ours_is_noted(number: SenderNumber) -> None:
    event = inbound_world.written(number, PHONE, "STOP", to="+19995550100")
    assert inbound_world.post(number.account, event) == 204
    assert not Inbound.objects.exists()
    assert Callback.objects.get().note == "no such number of this account"


def test_stop_reaches_the_group_that_wrote_from_a_number_which_moved_since(
    number: SenderNumber, person: Contact
) -> None:
    wrote = number.group
    factories.message(
        kind=Message.Kind.CONVERSATION, group=wrote, number=number, to_phone=PHONE, contact=person,
        state="delivered", handed_over_at=timezone.now(),
    )  # fmt: skip
    number.group = factories.group()
    number.save()
    inbound_world.write(number, PHONE, "STOP")
    assert set(Subscription.objects.filter(contact=person).values_list("group", "state")) == {
        (wrote.pk, "unsubscribed"), (number.group_id, "unsubscribed")
    }  # fmt: skip
    assert len(_confirmations()) == 1


def test_stop_leaves_groups_alone_that_never_wrote_from_this_number(number: SenderNumber, person: Contact) -> None:
    other = factories.number().group
    factories.subscribed(person, other)
    inbound_world.write(number, PHONE, "STOP")
    assert Subscription.objects.get(contact=person, group=other).state == "subscribed"


def test_a_flood_of_keywords_is_answered_only_so_often(number: SenderNumber) -> None:
    for _ in range(8):
        inbound_world.write(number, PHONE, "HELP")
    assert Message.objects.filter(to_phone=PHONE).count() == 5


def test_what_a_keyword_asks_for_is_done_even_when_it_is_answered_no_more(
    number: SenderNumber, person: Contact
) -> None:
    for _ in range(6):
        inbound_world.write(number, PHONE, "HELP")
    inbound_world.write(number, PHONE, "STOP")
    assert _state(number) == "unsubscribed"


def test_a_word_to_somebody_who_left_overtakes_waiting_answers(number: SenderNumber, person: Contact) -> None:
    for place in range(3):
        inbound_world.write(number, f"+1212555012{place}", "HELP")
    inbound_world.write(number, PHONE, "STOP")
    (got,) = numbers.claim(wants=[numbers.Want(number.pk, 1)], token="t" * 24, now=timezone.now())
    claimed = got.claimed
    assert Message.objects.get(pk=claimed[0].message_id).to_phone == PHONE
