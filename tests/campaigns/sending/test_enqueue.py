"""Single messages: tests to our proved phones, codes that prove them, answers."""

from datetime import timedelta

import factories
import pytest
from django.utils import timezone

from campaigns.models import Campaign, Message
from campaigns.sending import enqueue, looks, numbers
from subscriptions.models import OurPhone, SubscriptionGroup

pytestmark = pytest.mark.django_db
PHONE = "+12125550101"


@pytest.fixture
def group() -> SubscriptionGroup:
    made = factories.group()
    factories.number(group=made)
    return made


def _ours(*, phone: str = PHONE, proved: bool = True) -> OurPhone:
    at = timezone.now() if proved else None
    return OurPhone.objects.create(phone=phone, label="Ana", code="123456", proved_at=at, added_by=factories.user())


def _test(campaign: Campaign, *phones: OurPhone) -> list[Message]:
    return enqueue.test_send(campaign=campaign, to=phones, by=factories.user(), now=timezone.now())


def test_a_test_goes_to_our_phone_as_the_campaign_would(group: SubscriptionGroup) -> None:
    campaign = factories.campaign(group=group, picture=factories.rendition())
    (message,) = _test(campaign, _ours())
    assert (message.kind, message.sent_as, message.to_phone, message.run) == ("test", "mms", PHONE, None)
    assert message.revision == campaign.revisions.get()


def test_a_phone_where_no_mms_goes_gets_the_link(group: SubscriptionGroup) -> None:
    campaign = factories.campaign(group=group, picture=factories.rendition())
    (message,) = _test(campaign, _ours(phone="+447700900123"))
    assert message.sent_as == "link"


def test_a_text_alone_is_a_text(group: SubscriptionGroup) -> None:
    (message,) = _test(factories.campaign(group=group), _ours())
    assert message.sent_as == "text"


def test_an_unproved_phone_is_refused_by_name(group: SubscriptionGroup) -> None:
    with pytest.raises(enqueue.NotSendable, match="Ana") as refused:
        _test(factories.campaign(group=group), _ours(proved=False))
    assert refused.value.code == "phone_not_proved"
    assert not Message.objects.exists()


def test_nothing_is_no_test(group: SubscriptionGroup) -> None:
    with pytest.raises(enqueue.NotSendable) as refused:
        _test(factories.campaign(group=group, text=""), _ours())
    assert refused.value.code == "no_content"


def test_without_a_number_the_person_to_ask_is_named() -> None:
    group = factories.group(contact_person="Noor")
    with pytest.raises(enqueue.NotSendable, match="Noor") as refused:
        _test(factories.campaign(group=group), _ours())
    assert refused.value.code == "no_number"


def test_the_quickest_number_takes_it(group: SubscriptionGroup) -> None:
    quick = factories.number(group=group, kind="short_code", value="55501", rate="30.00")
    (message,) = _test(factories.campaign(group=group), _ours())
    assert message.number == quick


def test_a_picture_needs_a_number_with_the_flag(group: SubscriptionGroup) -> None:
    factories.number(group=group, rate="50.00", is_mms_enabled=False)
    (message,) = _test(factories.campaign(group=group, picture=factories.rendition()), _ours())
    assert message.number.is_mms_enabled


def test_a_test_that_its_number_does_not_carry_is_refused_with_the_figures(group: SubscriptionGroup) -> None:
    factories.number(group=group, kind="toll_free", value="+18885550142", rate="50.00")
    campaign = factories.campaign(group=group, picture=factories.rendition(bytes=524_000))
    with pytest.raises(enqueue.NotSendable, match=r"\+1 888-555-0142 carries 525,000") as refused:
        _test(campaign, _ours())
    assert (refused.value.code, refused.value.limit) == ("too_large_total", 525_000)
    assert not Message.objects.exists()


def test_a_test_as_a_text_with_a_link_weighs_nothing(group: SubscriptionGroup) -> None:
    group.numbers.update(kind="toll_free", value="+18885550142")
    campaign = factories.campaign(group=group, picture=factories.rendition(bytes=900_000))
    (message,) = _test(campaign, _ours(phone="+447700900123"))
    assert message.sent_as == "link"


def test_a_phone_unproved_meanwhile_gets_nothing(group: SubscriptionGroup) -> None:
    ours = _ours()
    (message,) = _test(factories.campaign(group=group), ours)
    OurPhone.objects.update(proved_at=None)
    Message.objects.update(state="claimed", claim="mine")
    verdict = looks.take(message_ids=[message.pk], claim_token="mine")[message.pk]
    assert (verdict.go, verdict.skip) == (False, "phone_not_proved")


def _prove(group: SubscriptionGroup) -> OurPhone:
    return enqueue.prove_phone(phone=PHONE, label="Ana", group=group, by=factories.user(), now=timezone.now())


def test_a_new_phone_is_texted_its_code(group: SubscriptionGroup) -> None:
    ours = _prove(group)
    assert len(ours.code) == enqueue.CODE_DIGITS
    assert ours.code in Message.objects.get().body


def test_asked_again_a_little_later_it_gets_another_code(group: SubscriptionGroup) -> None:
    first = _prove(group)
    OurPhone.objects.update(code_sent_at=timezone.now() - timedelta(minutes=2))
    assert _prove(group).pk == first.pk
    assert Message.objects.count() == 2


def test_a_proved_phone_stays_proved_whoever_asks(group: SubscriptionGroup) -> None:
    _prove(group)
    OurPhone.objects.update(proved_at=timezone.now())
    assert _refusal(group) == "already_proved"
    assert OurPhone.objects.get().proved_at is not None


def test_codes_come_one_a_minute_and_few_a_day(group: SubscriptionGroup) -> None:
    _prove(group)
    assert _refusal(group) == "asked_just_now"
    for _ in range(enqueue.CODES_A_DAY - 1):
        OurPhone.objects.update(code_sent_at=timezone.now() - timedelta(minutes=2))
        _prove(group)
    OurPhone.objects.update(code_sent_at=timezone.now() - timedelta(minutes=2))
    assert _refusal(group) == "too_many_codes"


def test_nobody_sends_codes_to_the_whole_town(group: SubscriptionGroup) -> None:
    me, now = factories.user(), timezone.now()
    for place in range(enqueue.CODES_AN_HOUR):
        OurPhone.objects.create(phone=f"+1212555{place:04}", label="x", code="1", code_sent_at=now, added_by=me)
    with pytest.raises(enqueue.NotSendable) as refused:
        enqueue.prove_phone(phone=PHONE, label="Ana", group=group, by=me, now=now)
    assert (refused.value.code, refused.value.found) == ("too_many_codes", enqueue.CODES_AN_HOUR)


def test_a_suppressed_phone_gets_no_code(group: SubscriptionGroup) -> None:
    factories.contact(PHONE, suppressed_at=timezone.now())
    assert _refusal(group) == "suppressed"


def _refusal(group: SubscriptionGroup) -> str:
    with pytest.raises(enqueue.NotSendable) as refused:
        _prove(group)
    return refused.value.code


def test_no_phone_is_added_that_cannot_be_asked() -> None:
    with pytest.raises(enqueue.NotSendable):
        _prove(factories.group())
    assert not OurPhone.objects.exists()


def test_what_belongs_to_no_run_is_claimed_first(group: SubscriptionGroup) -> None:
    number = group.numbers.get()
    campaign_message = factories.message(run=factories.run(factories.campaign(group=group)), number=number)
    answer = enqueue.answer(
        kind=Message.Kind.CONFIRMATION, number=number, to_phone=PHONE, contact=None, text="Out", now=timezone.now()
    )
    order = []
    for _ in range(2):
        (got,) = numbers.claim(wants=[numbers.Want(number.pk, 1)], token="t", now=timezone.now())
        claimed = got.claimed
        order += [one.message_id for one in claimed]
    assert order == [answer.pk, campaign_message.pk]


def test_a_long_answer_knows_its_parts(group: SubscriptionGroup) -> None:
    answer = enqueue.answer(
        kind=Message.Kind.AUTO_REPLY,
        number=group.numbers.get(),
        to_phone=PHONE,
        contact=None,
        text="x" * 200,
        now=timezone.now(),
    )
    assert answer.parts == 2
