"""What cannot be answered as it came: words and a way on, for people and for scripts, and one line in the log."""

import io
import logging
import tracemalloc

import factories
import pytest
from addresses import ADDRESSES
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from campaigns import roles
from campaigns.composing import drafts
from campaigns.forms import right_words
from campaigns.models import Campaign
from campaigns.views import faults

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
SCRIPT = {"Accept": "application/json"}
LONG_NAME = "a" * 5_000 + ".jpg"


@pytest.fixture
def me(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def draft() -> Campaign:
    return factories.campaign(text="As it was saved", group=factories.number().group)


def _with_long_name(me: Client, address: str, headers: dict[str, str]) -> HttpResponse:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nMy words\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
        + LONG_NAME.encode()
        + b'"\r\n\r\nx\r\n--b--\r\n'
    )
    answer: HttpResponse = me.post(address, body, content_type="multipart/form-data; boundary=b", headers=headers)
    return answer


# --- Forms that cannot be read -----------------------------------------------------------------------------------


def test_a_file_with_too_long_a_name_is_said_beside_the_file(me: Client, draft: Campaign) -> None:
    answer = _with_long_name(me, f"/campaigns/{draft.pk}/content", BROWSER)

    assert answer.status_code == 422
    for words in ("The name of a file may be too long", "As it was saved", "Go back in your browser"):
        assert words in answer.content.decode()
    assert drafts.content(draft).text == "As it was saved"


def test_a_script_is_told_of_the_name_too(me: Client, draft: Campaign) -> None:
    answer = _with_long_name(me, f"/campaigns/{draft.pk}/content", SCRIPT)

    assert (answer.status_code, answer.json()["about"]) == (422, "upload")  # type: ignore[attr-defined]
    assert "may be too long" in answer.json()["problems"][0]  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_a_text_longer_than_any_form_is_said_beside_the_text(me: Client, draft: Campaign, form: str) -> None:
    sent = {"text": "x" * 1_100_000, "version": 1, "act": "save"}
    kind = {"content_type": "application/x-www-form-urlencoded"} if form == "urlencoded" else {}
    data = f"text={sent['text']}" if form == "urlencoded" else sent
    answer = me.post(f"/campaigns/{draft.pk}/content", data, headers=BROWSER, **kind)  # type: ignore[arg-type]

    assert answer.status_code == 413
    assert "far more than the 50,000 characters" in answer.content.decode()
    assert "As it was saved" in answer.content.decode()


@pytest.mark.parametrize("address", ["/people/add", "/campaigns/new", "/preferences"])
def test_elsewhere_a_form_that_cannot_be_read_has_its_page(me: Client, address: str) -> None:
    for answer in (me.post(address, {"text": "x" * 1_100_000}), _with_long_name(me, address, BROWSER)):
        assert answer.status_code == 400
        assert "Nothing was changed. Go back" in answer.content.decode()
    assert me.post(address, {"text": "x" * 1_100_000}, headers=SCRIPT).json() == {
        "problems": ["More was sent at once than is read here."]
    }


@pytest.mark.parametrize("headers", [{}, {"Host": "evil.example"}])
def test_an_address_that_cannot_be_read_has_its_page(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/people/%00" if not headers else "/login", headers=headers)

    assert answer.status_code == 400
    assert "This could not be read" in answer.content.decode()


# --- Long bodies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded"])
def test_of_a_long_body_that_no_view_takes_little_is_read_and_nothing_kept(kind: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    body = _Counted(bytes(20_000_000))
    tracemalloc.start()
    sent = {"wsgi.input": body, "CONTENT_LENGTH": "20000000", "CONTENT_TYPE": kind}
    answer = client.generic("POST", "/login", b"", **sent)  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.status_code == 400
    assert body.left > 15_000_000
    assert peak < 3_000_000


class _Counted(io.BytesIO):
    """A body that knows how much of it was read."""

    @property
    def left(self) -> int:
        return len(self.getbuffer()) - self.tell()


@pytest.mark.parametrize(
    "address, size, left", [("content", 13_000_000, 0), ("audience", 1_500_000, 0), ("audience", 9_000_000, 1)]
)
def test_the_answer_to_a_long_form_is_not_cut_off(
    me: Client, draft: Campaign, address: str, size: int, left: int
) -> None:
    body = _Counted(b"text=" + b"x" * size)
    kind = "application/x-www-form-urlencoded"
    sent = {"wsgi.input": body, "CONTENT_LENGTH": str(size + 5), "CONTENT_TYPE": kind}
    answer = me.generic("POST", f"/campaigns/{draft.pk}/{address}", b"", **sent)  # type: ignore[arg-type]

    assert answer.status_code == (413 if address == "content" else 400)
    assert bool(body.left) is bool(left)


def test_a_list_of_people_may_be_longer(me: Client) -> None:
    rows = b"phone,first_name\n" + (b"+12125550123,Ana" + b" " * 980 + b"\n") * 2_600
    file = SimpleUploadedFile("people.csv", rows, "text/csv")

    answer = me.post("/people/import", {"kind": "opt_out", "file": file})

    assert answer.status_code == 302


def test_how_much_was_sent_is_told_where_reading_was_stopped(me: Client, draft: Campaign, settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100_000
    file = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + bytes(1_200_000))

    answer = me.post(f"/campaigns/{draft.pk}/content", {"version": 1, "text": "", "act": "save", "file": file})

    assert "The file has 1,200" in answer.content.decode()


# --- Addresses of buttons ----------------------------------------------------------------------------------------


def test_whoever_opens_the_address_of_a_button_is_led_to_its_page(me: Client, draft: Campaign) -> None:
    led = 0
    for name, address in ADDRESSES:
        answer = me.get(address, headers=BROWSER)
        if answer.status_code == 302 and me.get(address).status_code == 405:
            led += 1
            assert me.get(answer["Location"]).status_code in {200, 302, 404}, name
        else:
            assert answer.status_code != 405 or name in {"logout", "webhook", "webhook_attempt"}, name
    assert led >= 15


def test_a_log_in_that_was_asked_for_by_a_button_leads_to_its_page(client: Client, draft: Campaign) -> None:
    factories.user(roles.MARKETER, username="mara")
    asked = client.post(f"/campaigns/{draft.pk}/test", {"version": 1}, headers=BROWSER)
    assert asked["Location"] == f"/login?next=/campaigns/{draft.pk}/test"

    answer = client.post(
        asked["Location"], {"username": "mara", "password": "secret words"}, headers=BROWSER, follow=True
    )

    assert answer.redirect_chain[-1] == (f"/campaigns/{draft.pk}/review", 302)
    assert "Nothing was done: that only happens when its button is pressed." in answer.content.decode()


def test_an_address_that_wants_something_else_has_its_page_and_scripts_get_none(me: Client) -> None:
    page = me.get("/logout", headers=BROWSER)

    assert (page.status_code, page["Allow"]) == (405, me.get("/logout")["Allow"])
    assert "belongs to a button" in page.content.decode()
    assert "nothing can be sent to it" in me.post("/inbox/", headers=BROWSER).content.decode()
    assert me.get("/logout").content == b""


# --- Rights ------------------------------------------------------------------------------------------------------


def test_a_missing_right_is_told_in_words(client: Client) -> None:
    client.force_login(factories.user(), backend="django.contrib.auth.backends.ModelBackend")

    assert "you need the right “import people”" in client.get("/people/import").content.decode()


def test_every_right_of_a_role_has_words_or_no_view_asks_for_it() -> None:
    asked = {right for right in roles.RIGHTS[roles.ACCOUNT_MANAGER] if right in right_words._WORDS}
    assert asked == set(right_words._WORDS)


@pytest.mark.parametrize("address", ["/people/import", "/admin/", "/campaigns/1/launch", "/nowhere"])
def test_an_expected_refusal_is_one_line_of_the_log(
    client: Client, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(factories.user(), backend="django.contrib.auth.backends.ModelBackend")
    with caplog.at_level(logging.INFO):
        assert client.get(address, follow=True).status_code in {403, 404, 405}

    assert [record for record in caplog.records if record.exc_info] == []
    assert any(record.name == "django.request" for record in caplog.records)


def test_a_fault_keeps_its_story(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "words", None)
    client = Client(raise_request_exception=False)

    assert client.get("/people/%00").status_code == 500
    assert any(record.exc_info for record in caplog.records)
