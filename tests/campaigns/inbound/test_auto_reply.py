"""The group's answer: to whom, how often, with what in it."""

from datetime import timedelta

import factories
import inbound_world
import pytest
from django.utils import timezone

from campaigns.inbound import auto_reply
from campaigns.models import Message
from subscriptions import consent
from subscriptions.models import SenderNumber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]
PHONE = "+12125550101"


@pytest.fixture
def number() -> SenderNumber:
    return factories.number(group=factories.group(auto_reply="Thanks!"))


def _answers() -> list[str]:
    return list(Message.objects.filter(kind="auto_reply").order_by("pk").values_list("body", flat=True))


def _say(number: SenderNumber, words: str) -> None:
    number.group.auto_reply = words
    number.group.save()


def test_whatever_is_no_keyword_is_answered(number: SenderNumber) -> None:
    inbound_world.write(number, PHONE, "Nice!")
    assert _answers() == ["Thanks!"]


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
def test_keywords_have_answers_of_their_own(number: SenderNumber, word: str) -> None:
    inbound_world.write(number, PHONE, word)
    assert "Thanks!" not in _answers()


def test_a_group_without_words_is_silent(number: SenderNumber) -> None:
    _say(number, "")
    inbound_world.write(number, PHONE, "Nice!")
    assert _answers() == []


def test_who_left_is_not_answered(number: SenderNumber) -> None:
    factories.unsubscribed(factories.contact(PHONE), number.group)
    inbound_world.write(number, PHONE, "Nice!")
    assert _answers() == []


def test_who_is_suppressed_is_not_answered(number: SenderNumber) -> None:
    person = factories.subscribed(factories.contact(PHONE), number.group).contact
    consent.suppress(contact=person, source="admin", happened_at=timezone.now())
    inbound_world.write(number, PHONE, "Nice!")
    assert _answers() == []


def test_two_machines_come_to_an_end(number: SenderNumber) -> None:
    for _ in range(auto_reply.AT_MOST + 3):
        inbound_world.write(number, PHONE, "Nice!")
    assert len(_answers()) == auto_reply.AT_MOST


def test_after_an_hour_it_answers_again(number: SenderNumber) -> None:
    for _ in range(auto_reply.AT_MOST):
        inbound_world.write(number, PHONE, "Nice!")
    Message.objects.update(created_at=timezone.now() - timedelta(hours=1, minutes=1))
    inbound_world.write(number, PHONE, "Nice!")
    assert len(_answers()) == auto_reply.AT_MOST + 1


def test_it_knows_who_wrote_and_what(number: SenderNumber) -> None:
    factories.contact(PHONE, first_name="Zoë", attributes={"store": "the sea"})
    _say(number, "{{ ${first_name} }}, {{ custom_attribute.${store} }}: {{ sms.${inbound_message_body} }}")
    inbound_world.write(number, PHONE, "Nice!")
    assert _answers() == ["Zoë, the sea: Nice!"]


def test_an_attribute_that_this_person_lacks_silences_nothing(number: SenderNumber) -> None:
    _say(number, "See you at {{ custom_attribute.${store} | default: 'our store' }}")
    inbound_world.write(number, PHONE, "Nice!")
    assert _answers() == ["See you at our store"]


def test_what_was_written_to_us_is_not_run(number: SenderNumber) -> None:
    _say(number, "You wrote: {{ sms.${inbound_message_body} }}")
    inbound_world.write(number, PHONE, "{{ ${phone_number} }}")
    assert _answers() == ["You wrote: {{ ${phone_number} }}"]


def test_broken_words_answer_nothing_and_lose_nothing(number: SenderNumber) -> None:
    _say(number, "Hi {{ ${first_name")
    assert inbound_world.write(number, PHONE, "Nice!").text == "Nice!"
    assert _answers() == []
