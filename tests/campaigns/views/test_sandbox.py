"""The virtual phones: what arrived is shown, what is written arrives, and none of it exists without the sandbox."""

import carrier_process
import factories
import media_samples
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from inbound_world import carrier, sandbox_secret
from pytest_django.fixtures import Settings

from campaigns import roles
from campaigns.inbound import sandbox
from campaigns.models import Inbound
from subscriptions.models import SenderNumber

__all__ = ["carrier", "sandbox_secret"]
PHONE = "+12125550101"
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\r\nTEL:+12125550100\r\nEND:VCARD\r\n"


def _as(role: str) -> Client:
    client = Client()
    client.force_login(factories.user(role))
    return client


@pytest.fixture
def number(db: None) -> SenderNumber:
    return factories.number(group=factories.group(name="Promotions"))


def _deliver(carrier: carrier_process.CarrierProcess, number: SenderNumber, text: str, **more: object) -> str:
    """A message to the phone, delivered."""
    asked = {
        "account": number.account.token,
        "from": number.value,
        "to": PHONE,
        "text": text,
        "media_url": None,
        "kind": "sms",
        "reference": f"r{text[:9]}",
        "callback_url": "",
        **more,
    }
    made = carrier.client.ask("POST", "/v1/messages", asked)["id"]
    carrier_process.wait_for(
        lambda: carrier.client.ask("GET", f"/v1/messages/{made}")["status"] in {"delivered", "failed"}, what="the end"
    )
    return str(made)


# --- Without a carrier -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "part", f"{PHONE}", f"{PHONE}/part", "files/ME1"])
def test_without_the_sandbox_there_is_no_such_page(settings: Settings, path: str) -> None:
    settings.SANDBOX = False
    assert _as(roles.ACCOUNT_MANAGER).get(f"/sandbox/{path}").status_code == 404


@pytest.mark.usefixtures("sandbox_secret")
@pytest.mark.parametrize("path", ["", PHONE])
def test_a_carrier_that_is_away_is_said_in_words(number: SenderNumber, path: str) -> None:
    answer = _as(roles.ACCOUNT_MANAGER).get(f"/sandbox/{path}")
    assert answer.status_code == 200
    assert "The sandbox carrier does not answer" in answer.content.decode()


@pytest.mark.usefixtures("sandbox_secret")
def test_nothing_is_lost_when_it_cannot_be_sent(number: SenderNumber) -> None:
    answer = _as(roles.ACCOUNT_MANAGER).post(f"/sandbox/{PHONE}", {"to": number.value, "text": "My words"})
    page = answer.content.decode()
    assert "so nothing was sent" in page
    assert "My words" in page


@pytest.mark.usefixtures("sandbox_secret")
def test_its_files_are_away_too(number: SenderNumber) -> None:
    assert _as(roles.ACCOUNT_MANAGER).get("/sandbox/files/ME1").status_code == 502


@pytest.mark.usefixtures("sandbox_secret")
@pytest.mark.parametrize("key", ["nobody", "+1", "person-0", "person-9999999999999999999999", "ours-7", "2125550101"])
def test_what_is_no_phone_is_not_found(number: SenderNumber, key: str) -> None:
    assert _as(roles.ACCOUNT_MANAGER).get(f"/sandbox/{key}").status_code == 404


@pytest.mark.usefixtures("sandbox_secret")
def test_rights_are_asked_for(number: SenderNumber) -> None:
    client = Client()
    client.force_login(factories.user())
    assert client.get("/sandbox/").status_code == 403
    assert Client().get(f"/sandbox/{PHONE}")["Location"].startswith("/login")


@pytest.mark.usefixtures("sandbox_secret")
def test_a_viewer_looks_and_does_not_write(number: SenderNumber) -> None:
    person = factories.contact(PHONE)
    viewer = _as(roles.VIEWER)
    page = viewer.get(f"/sandbox/person-{person.pk}").content.decode()
    assert 'name="word"' not in page
    assert "you need the right to make campaigns" in page
    assert viewer.post(f"/sandbox/person-{person.pk}", {"to": number.value, "word": "STOP"}).status_code == 403


@pytest.mark.usefixtures("sandbox_secret")
def test_a_number_is_neither_shown_nor_taken_from_who_may_not_see_it(number: SenderNumber) -> None:
    person = factories.contact(PHONE)
    viewer = _as(roles.VIEWER)
    page = viewer.get(f"/sandbox/person-{person.pk}").content.decode()
    assert ("•••• ••01" in page, "0101" in page) == (True, False)
    assert viewer.get(f"/sandbox/{PHONE}").status_code == 404


@pytest.mark.usefixtures("sandbox_secret")
@pytest.mark.parametrize(
    "sent, words",
    [
        ({}, "Write something"),
        ({"text": "  "}, "Write something"),
        ({"text": "x" * 1_601}, "1600"),
        ({"text": "Hi", "to": "+19995550100"}, "valid choice"),
        ({"word": "DROP"}, "DROP"),
    ],
)
def test_what_cannot_be_written_is_said_in_words(number: SenderNumber, sent: dict[str, str], words: str) -> None:
    answer = _as(roles.MARKETER)
    person = factories.contact(PHONE)
    page = answer.post(f"/sandbox/person-{person.pk}", {"to": number.value, **sent}).content.decode()
    assert words in page


@pytest.mark.usefixtures("sandbox_secret")
@pytest.mark.parametrize("size", [5_000_001, 26_000_000])
def test_a_file_that_is_too_large_is_refused_in_words(number: SenderNumber, size: int) -> None:
    file = SimpleUploadedFile("big.jpg", b"\xff\xd8\xff" + b"j" * size, "image/jpeg")
    answer = _as(roles.ACCOUNT_MANAGER).post(f"/sandbox/{PHONE}", {"to": number.value, "file": file})
    assert "up to 5 MB" in answer.content.decode()


@pytest.mark.usefixtures("sandbox_secret")
def test_a_reply_needs_the_pages_own_token(number: SenderNumber) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user(roles.ACCOUNT_MANAGER))
    assert client.post(f"/sandbox/{PHONE}", {"to": number.value, "word": "STOP"}).status_code == 403


# --- With the carrier ------------------------------------------------------------------------------------------


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_stop_from_a_phone_unsubscribes(carrier: carrier_process.CarrierProcess, number: SenderNumber) -> None:
    held = factories.subscribed(factories.contact(PHONE), number.group)
    sandbox.keep_in_touch(now=timezone.now())
    answer = _as(roles.ACCOUNT_MANAGER).post(f"/sandbox/{PHONE}", {"to": number.value, "word": "STOP"})
    assert answer["Location"] == f"/sandbox/{PHONE}"
    carrier_process.wait_for(Inbound.objects.exists, what="the webhook")
    held.refresh_from_db()
    assert held.state == "unsubscribed"


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_picture_from_a_phone_goes_out_as_what_it_is(
    carrier: carrier_process.CarrierProcess, number: SenderNumber
) -> None:
    sandbox.keep_in_touch(now=timezone.now())
    file = SimpleUploadedFile("whatever.txt", media_samples.png(), "text/plain")
    client = _as(roles.ACCOUNT_MANAGER)
    client.post(f"/sandbox/{PHONE}", {"to": number.value, "text": "Look\r\nhere", "file": file})
    (entry,) = carrier.client.ask("GET", f"/v1/phones/{PHONE}/messages")["messages"]
    assert entry["media"][0]["content_type"] == "image/png"
    assert entry["text"] == "Look\nhere"
    page = client.get(f"/sandbox/{PHONE}").content.decode()
    assert f'src="/sandbox/files/{entry["media"][0]["id"]}"' in page
    carrier_process.wait_for(Inbound.objects.exists, what="the webhook")


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_the_conversation_shows_what_arrived_and_how(
    carrier: carrier_process.CarrierProcess, number: SenderNumber
) -> None:
    factories.contact(PHONE, first_name="Zelda")
    _deliver(carrier, number, "Hello <b>you</b> https://shop.example/a", callback_url="http://127.0.0.1:9/hook")
    client = _as(roles.ACCOUNT_MANAGER)
    page = client.get(f"/sandbox/{PHONE}").content.decode()
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in page
    assert '<a href="https://shop.example/a"' in page
    assert "Zelda" in page
    assert "message.delivered" in page
    assert "Zelda" in client.get("/sandbox/").content.decode()


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_what_failed_is_in_the_record_and_not_on_the_phone(
    carrier: carrier_process.CarrierProcess, number: SenderNumber
) -> None:
    _deliver(carrier, number, "Never seen", kind="mms", media_url="http://127.0.0.1:9/x.jpg")
    page = _as(roles.ACCOUNT_MANAGER).get(f"/sandbox/{PHONE}").content.decode()
    assert 'class="bubble"' not in page
    assert "40002" in page


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_new_message_appears_and_then_nothing_more(
    carrier: carrier_process.CarrierProcess, number: SenderNumber
) -> None:
    client = _as(roles.ACCOUNT_MANAGER)

    def seen(page: str) -> list[str]:
        return [piece.split('"')[0] for piece in page.split('name="seen" value="')[1:]]

    before = seen(client.get(f"/sandbox/{PHONE}").content.decode())
    _deliver(carrier, number, "Just now")
    assert "Just now" in client.get(f"/sandbox/{PHONE}/part", {"seen": before}).content.decode()
    carrier_process.wait_for(
        lambda: all(receipt["state"] != "waiting" for receipt in carrier.client.receipts()), what="all receipts"
    )
    now = seen(client.get(f"/sandbox/{PHONE}").content.decode())
    assert client.get(f"/sandbox/{PHONE}/part", {"seen": now}).status_code == 204


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "claimed, data, served, as_file",
    [
        ("image/gif", media_samples.gif(), "image/gif", False),
        (
            "text/vcard",
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\r\nTEL:+12125550100\r\nEND:VCARD\r\n",
            "text/vcard",
            True,
        ),
        ("text/html", media_samples.HTML, "application/octet-stream", True),
    ],
)
def test_files_are_handed_through_locked_down(
    carrier: carrier_process.CarrierProcess, number: SenderNumber, claimed: str, data: bytes, served: str, as_file: bool
) -> None:
    sandbox.keep_in_touch(now=timezone.now())
    client = _as(roles.ACCOUNT_MANAGER)
    file = SimpleUploadedFile("x", data, claimed)
    client.post(f"/sandbox/{PHONE}", {"to": number.value, "file": file})
    (entry,) = carrier.client.ask("GET", f"/v1/phones/{PHONE}/messages")["messages"]
    answer = client.get(f"/sandbox/files/{entry['media'][0]['id']}")
    assert answer.content == data
    assert answer["Content-Type"].partition(";")[0] == served
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert ("Content-Disposition" in answer) is as_file
    carrier_process.wait_for(Inbound.objects.exists, what="the webhook")


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_phones_are_found_by_number_and_by_name(carrier: carrier_process.CarrierProcess, number: SenderNumber) -> None:
    factories.contact(PHONE, first_name="Zelda")
    factories.contact("+12125550102", first_name="Quentin")
    _deliver(carrier, number, "Hello")
    client = _as(roles.ACCOUNT_MANAGER)
    assert "Zelda" in client.get("/sandbox/", {"q": "(212) 555-0101"}).content.decode()
    assert "Zelda" not in client.get("/sandbox/", {"q": "5550199"}).content.decode()
    never_texted = client.get("/sandbox/", {"q": "quentin"}).content.decode()
    assert "Quentin" in never_texted
    assert "Zelda" not in never_texted
