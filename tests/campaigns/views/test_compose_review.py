"""The review page: problems, counts, tests on our phones, the launch."""

import html
import re
from datetime import timedelta

import factories
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from campaigns import roles
from campaigns.composing import trial
from campaigns.models import Campaign, Message
from subscriptions.models import OurPhone

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client: Client) -> Client:
    roles.ensure(using="default")
    client.force_login(factories.user(roles.MARKETER))
    return client


@pytest.fixture
def draft() -> Campaign:
    group = factories.number().group
    factories.subscribed(factories.contact(city="Denver"), group)
    factories.subscribed(factories.contact(city="Boston"), group)
    factories.unsubscribed(to=group)
    return factories.campaign(text="Hi", group=group)


def path(draft: Campaign, page: str) -> str:
    return f"/campaigns/{draft.pk}/{page}"


def test_the_review_lists_every_problem_with_a_way_to_mend_it(me: Client, draft: Campaign) -> None:
    draft.group.numbers.update(is_mms_enabled=False)
    draft.revisions.update(text="{{ ${nobody} }}")

    page = me.get(path(draft, "review")).content.decode()

    assert "has no active MMS-enabled number any more" in page
    assert f'href="{path(draft, "basics")}"' in page
    assert f'href="{path(draft, "content")}#text"' in page
    assert "launch-button" not in page


def test_the_review_says_how_many_get_it_in_which_form(me: Client, draft: Campaign) -> None:
    group = draft.group
    group.allowed_countries = ["US", "GB"]
    group.save()
    factories.subscribed(factories.contact("+447700900123"), group)
    draft = factories.campaign(text="Hi", picture=factories.rendition(), group=group)

    page = me.get(path(draft, "review")).content.decode()

    assert '<dt>as MMS</dt><dd class="number">2</dd>' in page
    assert '<dt>as a text with a link</dt><dd class="number">1</dd>' in page


def counted(page: str) -> dict[str, str]:
    """The people of the review page by the words beside their number."""
    told = re.findall(r'<dt>(.*?)</dt><dd class="number">(.*?)</dd>', page)
    return {html.unescape(words): count for words, count in told}


def test_the_review_counts_who_is_left_out_by_reason(me: Client, draft: Campaign) -> None:
    for place in range(2):
        factories.subscribed(factories.contact(f"+4477009001{place:02}"), draft.group)

    found = counted(me.get(path(draft, "review")).content.decode())

    assert found["left out: unsubscribed from this group"] == "1"
    assert found["left out: the country is not on the group's allow-list"] == "2"


def test_who_goes_over_a_limit_is_counted_with_the_reason(me: Client, draft: Campaign) -> None:
    draft.revisions.update(text="{{ ${city} }}{{ custom_attribute.${note} | default: '' }}!")
    for _ in range(2):
        factories.subscribed(factories.contact(attributes={"note": "x" * 2_000}), draft.group)

    found = counted(me.get(path(draft, "review")).content.decode())

    assert found["with this person's details the text is over its limit"] == "2"


def test_beyond_its_bound_the_trial_says_how_many_it_looked_at(
    me: Client, draft: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "BOUND", 2)
    draft.revisions.update(text="Hi {{ ${first_name} }}")
    factories.subscribed(to=draft.group)

    page = me.get(path(draft, "review")).content.decode()

    assert "Put together for the first 2 people: nobody is skipped for a limit." in page


def test_the_review_counts_who_would_be_skipped_and_says_the_base(me: Client, draft: Campaign) -> None:
    draft.revisions.update(text="{{ ${city} }}{{ custom_attribute.${note} | default: '' }}!")
    factories.subscribed(factories.contact(attributes={"note": "x" * 2_000}), draft.group)

    page = me.get(path(draft, "review")).content.decode()

    assert "Of the first 3 people looked at, these would be skipped:" in page


def test_a_launch_states_the_number_and_leads_to_the_live_page(me: Client, draft: Campaign) -> None:
    assert "Launch for 2 people" in me.get(path(draft, "review")).content.decode()

    answer = me.post(path(draft, "launch"), {"version": 1, "people": 2})

    assert answer.headers["Location"] == path(draft, "live")
    draft.refresh_from_db()
    assert (draft.state, draft.confirmed_people) == ("scheduled", 2)


def test_the_launch_asks_once_and_says_whom_when_and_how(me: Client, draft: Campaign) -> None:
    group = draft.group
    group.allowed_countries = ["US", "GB"]
    group.save()
    factories.subscribed(factories.contact("+447700900123"), group)
    draft = factories.campaign(text="Hi", picture=factories.rendition(), group=group)

    asked = html.unescape(me.get(path(draft, "launch")).content.decode())

    assert f"It goes to 3 people from “{group.name}”." in asked
    assert "1 of them gets a text with a link" in asked
    assert "It starts 30 seconds after you press the button. Until then you can undo it." in asked
    assert "Launch for 3 people" in asked
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_question_of_a_booked_launch_says_the_moment_with_its_zone(me: Client, draft: Campaign) -> None:
    day = (timezone.now() + timedelta(days=30)).date()
    sent = {"version": 1, "when": "at", "date": day.isoformat(), "time": "09:00", "zone": "America/Denver"}
    me.post(path(draft, "schedule"), sent)

    asked = me.get(path(draft, "launch")).content.decode()

    assert re.search(rf"It starts on [^<]*{day.day} [^<]*{day.year}, 09:00, Denver time", asked)


def test_nothing_is_asked_where_a_problem_stands_in_the_way(me: Client, draft: Campaign) -> None:
    draft.revisions.update(text="")

    assert me.get(path(draft, "launch")).headers["Location"] == path(draft, "review")


def test_the_review_asks_the_same_in_a_dialog(me: Client, draft: Campaign) -> None:
    page = me.get(path(draft, "review")).content.decode()

    assert 'data-dialog="launch"' in page
    assert re.search(r'<dialog class="ask" id="launch"[^>]*>.*It goes to 2 people.*</dialog>', page, re.DOTALL)


def test_a_double_click_launches_once_and_ends_on_the_live_page(me: Client, draft: Campaign) -> None:
    me.post(path(draft, "launch"), {"version": 1, "people": 2})

    again = me.post(path(draft, "launch"), {"version": 1, "people": 2})

    assert again.headers["Location"] == path(draft, "live")


@pytest.mark.parametrize("sent", [{"version": 1, "people": 3}, {"version": 2, "people": 2}])
def test_a_launch_on_old_facts_is_refused(me: Client, draft: Campaign, sent: dict[str, int]) -> None:
    answer = me.post(path(draft, "launch"), sent)

    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_problem_blocks_the_launch_whoever_posts(me: Client, draft: Campaign) -> None:
    draft.revisions.update(text="")

    answer = me.post(path(draft, "launch"), {"version": 1, "people": 2})

    assert answer.status_code == 409
    assert "1 problem stands in the way" in answer.content.decode()


def test_launching_is_a_right_of_its_own(client: Client, draft: Campaign) -> None:
    rights = ("campaigns.view_campaign", "campaigns.change_campaign")
    client.force_login(factories.user(permissions=rights))

    assert client.post(path(draft, "launch"), {"version": 1, "people": 2}).status_code == 403
    assert "To launch you need the right" in client.get(path(draft, "review")).content.decode()


def test_a_campaign_taken_back_and_booked_again_keeps_its_time(me: Client, draft: Campaign) -> None:
    day = (timezone.now() + timedelta(days=30)).date().isoformat()
    me.post(path(draft, "schedule"), {"version": 1, "when": "at", "date": day, "time": "09:00", "zone": "UTC"})
    me.post(path(draft, "launch"), {"version": 2, "people": 2})
    me.post(path(draft, "edit"))

    me.post(path(draft, "launch"), {"version": 2, "people": 2})

    draft.refresh_from_db()
    assert draft.due_at is not None
    assert (draft.state, draft.due_at.isoformat()) == ("scheduled", f"{day}T09:00:00+00:00")


def our_phone(by: User, **columns: object) -> OurPhone:
    return OurPhone.objects.create(
        **{"phone": "+12125550142", "label": "Mara", "added_by": by, "proved_at": timezone.now(), **columns}
    )


def test_a_test_goes_to_phones_that_were_proved(me: Client, draft: Campaign) -> None:
    phone = our_phone(draft.created_by)

    me.post(path(draft, "test"), {"version": 1, "to": [phone.pk]})

    assert Message.objects.get(kind="test").to_phone == phone.phone


def boxes(page: str) -> dict[str, set[str]]:
    """The boxes of the phones by their value, each with the words that stand in it."""
    found = re.findall(r'<input class="form-check-input[^"]*" type="checkbox" name="to" value="(\d+)"([^>]*)>', page)
    return {value: set(more.split()) for value, more in found}


def test_only_proved_phones_are_ticked_from_the_start(me: Client, draft: Campaign) -> None:
    proved = our_phone(draft.created_by)
    waits = our_phone(draft.created_by, phone="+12125550143", proved_at=None)

    found = boxes(me.get(path(draft, "review")).content.decode())

    assert found == {str(proved.pk): {"checked"}, str(waits.pk): {"disabled"}}


def test_after_a_test_the_same_phones_stay_ticked(me: Client, draft: Campaign) -> None:
    one = our_phone(draft.created_by)
    other = our_phone(draft.created_by, phone="+12125550143")

    me.post(path(draft, "test"), {"version": 1, "to": [other.pk]})

    found = boxes(me.get(path(draft, "review")).content.decode())
    assert found == {str(one.pk): set(), str(other.pk): {"checked"}}


def test_a_test_to_nobody_is_refused_beside_the_boxes(me: Client, draft: Campaign) -> None:
    our_phone(draft.created_by)

    answer = me.post(path(draft, "test"), {"version": 1})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert re.search(r'id="test-problem" role="alert">.*Choose at least one phone', page, re.DOTALL)


def test_without_a_proved_phone_the_button_is_off_and_says_why(me: Client, draft: Campaign) -> None:
    our_phone(draft.created_by, proved_at=None)

    page = me.get(path(draft, "review")).content.decode()

    assert '<button class="btn" disabled aria-describedby="no-proved">' in page
    assert "No phone is proved yet" in page


def test_a_phone_that_is_not_proved_gets_no_test(me: Client, draft: Campaign) -> None:
    phone = our_phone(draft.created_by, proved_at=None)

    me.post(path(draft, "test"), {"version": 1, "to": [phone.pk]})

    assert not Message.objects.exists()


def test_a_new_phone_is_texted_a_code(me: Client, draft: Campaign) -> None:
    me.post(path(draft, "our-phones"), {"label": "Mara", "phone": "(212) 555-0142"})

    phone = OurPhone.objects.get()
    assert (phone.phone, phone.proved_at) == ("+12125550142", None)
    assert phone.code in Message.objects.get().body


def test_a_wrong_number_is_refused_beside_its_field(me: Client, draft: Campaign) -> None:
    answer = me.post(path(draft, "our-phones"), {"label": "Mara", "phone": "12"})

    assert answer.status_code == 422
    assert "not a number that can be texted" in answer.content.decode()
