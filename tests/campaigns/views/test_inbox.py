"""The Inbox and the files in it: who sees what, what is found, what the world gets under an unguessable address."""

import html
from datetime import timedelta

import factories
import inbound_world
import media_samples
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from inbound_world import sandbox_secret
from pytest_django import DjangoAssertNumQueries

from campaigns import roles
from campaigns.models import Inbound, InboundMedia
from subscriptions.models import Contact, OurPhone, SenderNumber

__all__ = ["sandbox_secret"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]
PHONE = "+12125550101"
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\r\nTEL:+12125550100\r\nEND:VCARD\r\n"


@pytest.fixture
def number() -> SenderNumber:
    return factories.number(group=factories.group(name="Promotions", auto_reply="Thanks!"))


@pytest.fixture
def person(number: SenderNumber) -> Contact:
    return factories.subscribed(factories.contact(PHONE, first_name="Zelda"), number.group).contact


def _as(role: str) -> Client:
    client = Client()
    client.force_login(factories.user(role))
    return client


@pytest.fixture
def manager() -> Client:
    return _as(roles.ACCOUNT_MANAGER)


def _page(client: Client, query: str = "") -> str:
    answer = client.get(f"/inbox/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def _file(inbound: Inbound, *, kind: str = "jpeg", data: bytes = b"", **columns: object) -> InboundMedia:
    data = data or media_samples.jpeg()
    defaults = {
        "kind": kind,
        "mime": {"jpeg": "image/jpeg", "vcf": "text/vcard"}[kind],
        "bytes": len(data),
        "width": 320,
        "height": 240,
        "expires_at": timezone.now() + timedelta(days=1),
        "file": ContentFile(data, name="x.jpg"),
    }
    return InboundMedia.objects.create(inbound=inbound, **{**defaults, **columns})


def test_empty_it_teaches(manager: Client) -> None:
    assert "Nobody has written yet" in _page(manager)


def test_what_was_written_is_shown_with_person_and_deed(manager: Client, number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "STOP")
    page = _page(manager)
    assert "Zelda" in page
    assert "unsubscribed" in page
    assert "+1 212-555-0101" in page


def test_an_automatic_answer_is_told(manager: Client, number: SenderNumber) -> None:
    inbound_world.write(number, PHONE, "Nice!")
    assert "answered automatically" in _page(manager)


def test_the_answer_of_another_moment_is_not_taken_for_it(manager: Client, number: SenderNumber) -> None:
    inbound_world.write(number, PHONE, "Nice!")
    Inbound.objects.update(media_done_at=timezone.now() - timedelta(hours=1))
    assert "answered automatically" not in _page(manager)


def test_the_campaign_it_answers_is_linked(manager: Client, number: SenderNumber, person: Contact) -> None:
    run = factories.run(factories.campaign(group=number.group, name="Summer sale", state="finished"))
    factories.message(run=run, contact=person, number=number, handed_over_at=timezone.now())
    inbound_world.write(number, PHONE, "Nice!")
    assert f'href="/campaigns/{run.campaign.pk}/live">Summer sale' in _page(manager)


def test_who_may_not_see_numbers_sees_them_masked(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "Nice!")
    page = _page(_as(roles.VIEWER))
    assert "•••• ••01" in page
    assert "0101" not in page


def test_what_sounds_like_an_opt_out_is_marked_for_a_person(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "take me off your list")
    page = _page(_as(roles.MARKETER))
    assert "may be an opt-out" in page
    assert f'href="/people/{person.pk}"' in page


def test_an_opt_out_that_was_understood_is_not_marked(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "Please stop")
    assert "may be an opt-out" not in _page(_as(roles.MARKETER))


def test_without_the_right_it_is_refused_in_words() -> None:
    client = Client()
    client.force_login(factories.user())
    answer = client.get("/inbox/")
    assert answer.status_code == 403
    assert "read the inbox" in answer.content.decode()


def test_without_a_log_in_it_leads_to_the_log_in() -> None:
    assert Client().get("/inbox/")["Location"].startswith("/login")


@pytest.mark.parametrize(
    "search, found",
    [("sunny", True), ("zelda", True), ("(212) 555-0101", True), ("5550101", True), ("rainy", False), ("9999", False)],
)
def test_it_is_searched_by_text_name_and_number(
    manager: Client, number: SenderNumber, person: Contact, search: str, found: bool
) -> None:
    inbound_world.write(number, PHONE, "A sunny day")
    assert ("A sunny day" in _page(manager, f"?q={search.replace(' ', '+')}")) is found


def test_numbers_cannot_be_learned_digit_by_digit(number: SenderNumber, person: Contact) -> None:
    inbound_world.write(number, PHONE, "A sunny day")
    viewer = _as(roles.VIEWER)
    assert "A sunny day" not in _page(viewer, "?q=5550101")
    assert "A sunny day" in _page(viewer, "?q=%2B12125550101")


def test_it_is_filtered_by_deed_and_group(manager: Client, number: SenderNumber, person: Contact) -> None:
    other = factories.number()
    inbound_world.write(number, PHONE, "STOP")
    inbound_world.write(number, PHONE, "Good bye")
    inbound_world.write(other, PHONE, "Good day")
    assert "Good" not in _page(manager, "?action=unsubscribed")
    page = _page(manager, f"?group={other.group_id}")
    assert ("Good day" in page, "Good bye" in page) == (True, False)


@pytest.mark.parametrize("query", ["?before=x", "?before=99999999999999999999", "?group=x", "?action=drop", "?q=%25_"])
def test_nonsense_in_the_address_is_harmless(manager: Client, number: SenderNumber, query: str) -> None:
    inbound_world.write(number, PHONE, "Nice!")
    assert manager.get(f"/inbox/{query}").status_code == 200


def test_fifty_a_page_and_then_older(manager: Client, number: SenderNumber) -> None:
    for n in range(52):
        inbound_world.write(number, PHONE, f"text {n} end")
    page = _page(manager)
    assert page.count('class="inbox-row"') == 50
    assert "text 51 end" in page
    oldest = Inbound.objects.order_by("-pk")[49].pk
    assert f"before={oldest}" in page
    assert _page(manager, f"?before={oldest}").count('class="inbox-row"') == 2


@pytest.mark.parametrize("rows", [1, 30])
def test_queries_do_not_grow_with_rows(
    manager: Client, number: SenderNumber, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        _file(inbound_world.write(number, PHONE, "Nice!"))
    with django_assert_max_num_queries(12):
        _page(manager)


def _seen(page: str) -> list[str]:
    return [piece.split('"')[0] for piece in page.split('name="seen" value="')[1:]]


def test_nothing_new_is_no_content(manager: Client, number: SenderNumber) -> None:
    inbound_world.write(number, PHONE, "Nice!")
    answer = manager.get("/inbox/part", {"seen": _seen(_page(manager))})
    assert answer.status_code == 204


def test_a_new_one_appears(manager: Client, number: SenderNumber) -> None:
    seen = _seen(_page(manager))
    inbound_world.write(number, PHONE, "Just now")
    assert "Just now" in manager.get("/inbox/part", {"seen": seen}).content.decode()


def test_a_picture_that_arrived_changes_its_row_alone(manager: Client, number: SenderNumber) -> None:
    inbound = inbound_world.write(number, PHONE, "Look")
    inbound_world.write(number, PHONE, "Another")
    seen = _seen(_page(manager))
    one = _file(inbound)
    answer = manager.get("/inbox/part", {"seen": seen}).content.decode()
    assert one.token in answer
    assert "Another" not in answer


def test_markup_from_a_phone_is_text(manager: Client, number: SenderNumber) -> None:
    inbound_world.write(number, PHONE, "<script>alert(1)</script>")
    assert "<script>alert" not in _page(manager)


# --- The files -------------------------------------------------------------------------------------------------


@pytest.fixture
def one(number: SenderNumber) -> InboundMedia:
    return _file(inbound_world.write(number, PHONE, "Look"))


def test_the_world_gets_exactly_the_file(one: InboundMedia) -> None:
    client = Client()
    answer = client.get(f"/in/{one.token}")
    assert answer.status_code == 200
    assert answer.getvalue() == media_samples.jpeg()
    assert (answer["Content-Type"], answer["Content-Length"]) == ("image/jpeg", str(one.bytes))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Cache-Control"].startswith("private")
    assert not client.cookies


def test_a_head_gives_the_same_without_the_bytes(one: InboundMedia) -> None:
    answer = Client().head(f"/in/{one.token}")
    assert (answer.status_code, answer["Content-Length"], answer.content) == (200, str(one.bytes), b"")


def test_over_it_is_gone_for_the_world_and_not_for_us(manager: Client, one: InboundMedia) -> None:
    InboundMedia.objects.update(expires_at=timezone.now())
    assert Client().get(f"/in/{one.token}").status_code == 410
    kept = manager.get(f"/inbox/files/{one.token}")
    assert (kept.status_code, kept.getvalue()[:2]) == (200, b"\xff\xd8")


def test_it_may_not_be_cached_beyond_its_end(one: InboundMedia) -> None:
    InboundMedia.objects.update(expires_at=timezone.now() + timedelta(seconds=60))
    answer = Client().head(f"/in/{one.token}")
    assert int(answer["Cache-Control"].rpartition("=")[2]) <= 60


@pytest.mark.parametrize("token", ["nobody", ".."])
def test_another_address_is_not_found(one: InboundMedia, token: str) -> None:
    assert Client().get(f"/in/{token}").status_code == 404


def test_what_was_not_kept_has_no_address(number: SenderNumber) -> None:
    one = _file(inbound_world.write(number, PHONE), file="", problem="not_media")
    assert Client().get(f"/in/{one.token}").status_code == 404


def test_a_card_is_only_given_out_as_a_file(number: SenderNumber) -> None:
    one = _file(inbound_world.write(number, PHONE), kind="vcf", data=CARD)
    answer = Client().get(f"/in/{one.token}")
    assert answer["Content-Disposition"] == 'attachment; filename="contact.vcf"'
    assert answer["Content-Type"].startswith("text/vcard")
    answer.close()


def test_our_own_pages_ask_for_the_right(one: InboundMedia) -> None:
    assert Client().get(f"/inbox/files/{one.token}").status_code == 302
    client = Client()
    client.force_login(User.objects.create_user("nobody"))
    assert client.get(f"/inbox/files/{one.token}").status_code == 403


def test_a_post_is_refused(one: InboundMedia) -> None:
    assert Client().post(f"/in/{one.token}").status_code == 405


def test_a_phone_of_ours_is_called_by_its_label_once_it_is_proved(manager: Client, number: SenderNumber) -> None:
    by = User.objects.get()
    ours = OurPhone.objects.create(phone="+12125550142", label="Mara's phone", added_by=by, code="661283")
    inbound_world.write(number, ours.phone, "661283")

    page = html.unescape(_page(manager))

    assert "Mara's phone" in page
    assert "our phone, proved" in page
    assert "Unknown person" not in page
