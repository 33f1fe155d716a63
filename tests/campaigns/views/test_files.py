"""The bytes: private ones for people who are logged in, public ones for carriers, and the page for people."""

import base64
import re
from datetime import timedelta
from urllib.parse import urlsplit

import factories
import media_samples
import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from campaigns.assets import store
from campaigns.links import public
from campaigns.models import MediaLink, Rendition

pytestmark = pytest.mark.django_db


def picture(name: str = "a.jpg", content: bytes | None = None) -> Rendition:
    asset = store.take_in(name=name, chunks=[content or media_samples.jpeg()], by=factories.user(), now=timezone.now())
    return store.clean_copy(asset)


def link(rendition: Rendition | None = None) -> MediaLink:
    return public.media_link(run=None, rendition=rendition or picture(), now=timezone.now())


def path(of: MediaLink) -> str:
    return urlsplit(public.addresses(of)[0]).path


def whole(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def test_private_bytes_ask_for_a_log_in(client: Client) -> None:
    answer = client.get(f"/assets/{picture().token}")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")


def test_private_bytes_ask_for_the_right(client: Client) -> None:
    client.force_login(factories.user())

    assert client.get(f"/assets/{picture().token}").status_code == 403


def test_private_bytes_are_exact_and_locked_down(client: Client) -> None:
    client.force_login(factories.user(permissions=("campaigns.view_asset",)))
    rendition = picture()

    answer = client.get(f"/assets/{rendition.token}")

    assert whole(answer) == store.read(rendition)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert "private" in answer.headers["Cache-Control"]


def test_a_contact_card_is_saved_and_not_shown(client: Client) -> None:
    client.force_login(factories.user(permissions=("campaigns.view_asset",)))

    answer = client.get(f"/assets/{picture('ada.vcf', media_samples.vcf()).token}")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="ada.vcf"'
    assert answer.headers["Content-Type"] == "text/vcard"
    assert whole(answer)


def test_an_unknown_token_is_not_found(client: Client) -> None:
    client.force_login(factories.user(permissions=("campaigns.view_asset",)))

    assert client.get("/assets/nothing").status_code == 404


@pytest.mark.parametrize(
    "name, content, mime",
    [
        ("a.jpg", media_samples.jpeg(), "image/jpeg"),
        ("a.png", media_samples.png(), "image/png"),
        ("a.gif", media_samples.gif(), "image/gif"),
        ("a.vcf", media_samples.vcf(), "text/vcard"),
    ],
)
def test_carriers_get_exact_type_and_length(client: Client, name: str, content: bytes, mime: str) -> None:
    rendition = picture(name, content)

    answer = client.get(path(link(rendition)))

    assert whole(answer) == store.read(rendition)
    assert answer.headers["Content-Type"] == mime
    assert answer.headers["Content-Length"] == str(rendition.bytes)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_head_says_the_same_without_the_bytes(client: Client) -> None:
    of = link()

    answer = client.head(path(of))

    assert whole(answer) == b""
    assert answer.headers["Content-Length"] == str(of.rendition.bytes)
    assert answer.headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("asked", [{}, {"Accept-Language": "fr"}, {"Cookie": "sessionid=1"}, {"Range": "bytes=0-3"}])
def test_the_bytes_are_the_same_for_everybody(client: Client, asked: dict[str, str]) -> None:
    answer = client.get(path(link()), headers=asked)

    assert not answer.cookies
    assert "Vary" not in answer.headers
    assert "public" in answer.headers["Cache-Control"]
    assert whole(answer)


@pytest.mark.parametrize("method", ["get", "head"])
def test_who_has_the_bytes_already_is_told_so_and_not_sent_them_again(client: Client, method: str) -> None:
    of = link()
    etag = client.head(path(of)).headers["ETag"]

    answer = getattr(client, method)(path(of), headers={"If-None-Match": f'"other", W/{etag}'})

    assert answer.status_code == 304
    assert whole(answer) == b""
    assert answer.headers["ETag"] == etag
    assert "public" in answer.headers["Cache-Control"]
    assert "Vary" not in answer.headers


def test_who_has_other_bytes_gets_these(client: Client) -> None:
    answer = client.get(path(link()), headers={"If-None-Match": '"other"'})

    assert answer.status_code == 200
    assert whole(answer)


def test_a_range_of_other_bytes_is_answered_with_all_of_these(client: Client) -> None:
    of = link()

    answer = client.get(path(of), headers={"Range": "bytes=0-3", "If-Range": '"other"'})

    assert answer.status_code == 200
    assert len(whole(answer)) == of.rendition.bytes


@pytest.mark.parametrize(
    "asked, start, end",
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-5", -5, None), ("bytes=5-9999999", 5, None)],
)
def test_ranges(client: Client, asked: str, start: int, end: int | None) -> None:
    of = link()
    content = store.read(of.rendition)

    answer = client.get(path(of), headers={"Range": asked})

    assert answer.status_code == 206
    assert whole(answer) == content[start:end]
    assert answer.headers["Content-Length"] == str(len(content[start:end]))
    assert answer.headers["Content-Range"].endswith(f"/{len(content)}")


def test_a_range_beyond_the_end_is_refused(client: Client) -> None:
    answer = client.get(path(link()), headers={"Range": "bytes=9999999-"})

    assert answer.status_code == 416


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=-", f"bytes={'9' * 5_000}-"])
def test_what_is_no_single_range_gets_the_whole(client: Client, asked: str) -> None:
    of = link()

    answer = client.get(path(of), headers={"Range": asked})

    assert answer.status_code == 200
    assert len(whole(answer)) == of.rendition.bytes


def test_after_its_time_an_address_is_gone(client: Client) -> None:
    of = link()
    MediaLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(path(of)).status_code == 410
    assert client.get(f"/m/{of.token}").status_code == 410


@pytest.mark.parametrize("wrong", ["/media/nothing/picture.jpg", "/m/nothing"])
def test_unknown_addresses_are_not_found(client: Client, wrong: str) -> None:
    assert client.get(wrong).status_code == 404


def test_another_name_under_a_token_is_not_found(client: Client) -> None:
    assert client.get(f"/media/{link().token}/evil.html").status_code == 404


def test_the_page_shows_the_picture_and_counts_the_visit(client: Client) -> None:
    of = link()

    page = client.get(f"/m/{of.token}").content.decode()

    assert f'src="{path(of)}"' in page
    of.refresh_from_db()
    assert of.clicks == 1


def test_neither_a_look_ahead_nor_the_carrier_counts(client: Client) -> None:
    of = link()

    client.head(f"/m/{of.token}")
    whole(client.get(path(of)))

    of.refresh_from_db()
    assert of.clicks == 0


def test_the_page_of_a_contact_card_offers_to_keep_it(client: Client) -> None:
    page = client.get(f"/m/{link(picture('ada.vcf', media_samples.vcf())).token}").content.decode()

    assert "Ada Byron" in page
    assert "download" in page


def test_the_page_speaks_the_language_of_the_phone(client: Client) -> None:
    page = client.get(f"/m/{link().token}", headers={"Accept-Language": "fr-CA,fr;q=0.9"}).content.decode()

    assert '<html lang="fr">' in page


def test_bytes_that_the_storage_lost_are_not_found(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    public_link = link()
    public_link.rendition.file.storage.delete(public_link.rendition.file.name)

    assert client.get(path(public_link)).status_code == 404
    assert "is missing" in caplog.text


def test_the_page_of_a_contact_card_shows_face_name_organisation_and_numbers(client: Client) -> None:
    photo = base64.b64encode(media_samples.jpeg(600, 400)).decode()
    more = ("ORG:Engines", "TEL;TYPE=WORK:(202) 555-0144;ext=12", "EMAIL:ada@example.com", f"PHOTO;ENCODING=b:{photo}")
    page = client.get(f"/m/{link(picture('ada.vcf', media_samples.vcf(*more))).token}").content.decode()
    assert re.search(r'<img class="face" src="data:image/jpeg;base64,/9j/', page)
    for words in ("<h2 dir=\"auto\">Ada Byron</h2>", "Engines", 'href="tel:+12025550143"', 'href="tel:2025550144,12"',
                  'href="mailto:ada@example.com"'):  # fmt: skip
        assert words in page
