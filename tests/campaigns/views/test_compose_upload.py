import io

import composer_pages
import media_samples
import pytest
from composer_pages import file_of, jpeg, post
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from campaigns.composing import drafts
from campaigns.models import Asset, Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer() -> User:
    return composer_pages.marketer()


@pytest.fixture
def me(client: Client, marketer: User) -> Client:
    client.force_login(marketer)
    return client


@pytest.fixture
def draft() -> Campaign:
    return composer_pages.draft()


def test_without_a_token_nothing_is_taken(marketer: User, draft: Campaign) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(marketer)

    assert post(careful, draft, text="Mine", file=jpeg()).status_code == 403
    assert not Asset.objects.exists()


def test_an_upload_becomes_the_file_and_text_is_saved_with_it(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, json=True, text="With a picture", file=jpeg(), act="upload")

    assert answer.status_code == 200
    assert (file_of(draft), drafts.content(draft).text) == ("beach.jpg", "With a picture")
    assert "beach.jpg" in answer.json()["parts"]["file"]


def test_each_answer_brings_the_version_for_the_next_one(me: Client, draft: Campaign) -> None:
    first = post(me, draft, json=True, text="One", file=jpeg(), act="upload").json()

    second = post(me, draft, json=True, text="Two", version=first["version"])

    assert second.status_code == 200
    assert drafts.content(draft).text == "Two"


@pytest.mark.parametrize(
    "content, words",
    [
        (media_samples.HTML, "This is really a HTML file"),
        (b"", "The file is empty."),
        (media_samples.jpeg()[:900], "The file ends too early"),
        (media_samples.vcf(phone="none"), "Line 5: This is not a phone number: none"),
    ],
)
def test_a_refused_upload_says_why_and_leaves_the_draft_untouched(
    me: Client, draft: Campaign, content: bytes, words: str
) -> None:
    upload = SimpleUploadedFile("beach.jpg", content) if content else io.BytesIO(b"")
    if not content:
        upload.name = "beach.jpg"

    answer = post(me, draft, text="typed meanwhile", file=upload, act="upload")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "typed meanwhile" in page
    draft.refresh_from_db()
    assert (draft.version, file_of(draft)) == (1, "")


def test_fifty_megabytes_are_refused_in_words_and_the_draft_is_untouched(me: Client, draft: Campaign) -> None:
    big = SimpleUploadedFile("big.jpg", b"\xff\xd8\xff" + bytes(50_000_000))

    answer = post(me, draft, json=True, text="typed", file=big, act="upload")

    assert answer.status_code == 422
    assert answer.json()["problems"] == ["big.jpg was not taken: The file has 50 MB; files up to 25 MB are taken in."]
    assert not Asset.objects.exists()
    draft.refresh_from_db()
    assert (draft.version, file_of(draft)) == (1, "")
    assert drafts.content(draft).text == "Hi {{ ${first_name} | default: 'there' }}"


def test_far_too_much_is_answered_in_the_same_words(me: Client, draft: Campaign, settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100_000

    answer = post(me, draft, json=True, file=SimpleUploadedFile("z.jpg", bytes(5_000_000)), act="upload")

    assert answer.status_code == 422
    assert "files up to 100 KB" in answer.json()["problems"][0]


def test_a_second_file_asks_before_it_replaces_the_first(me: Client, draft: Campaign) -> None:
    post(me, draft, file=jpeg(), act="upload")
    draft.refresh_from_db()

    asked = post(me, draft, file=jpeg("other.jpg", width=50), act="upload")

    assert "Replace beach.jpg with other.jpg?" in asked.content.decode()
    assert file_of(draft) == "beach.jpg"
    draft.refresh_from_db()
    post(me, draft, act=f"use:{Asset.objects.get(label='other.jpg').pk}")
    assert file_of(draft) == "other.jpg"


def test_a_script_that_asked_already_replaces_at_once(me: Client, draft: Campaign) -> None:
    post(me, draft, file=jpeg(), act="upload")
    draft.refresh_from_db()

    post(me, draft, json=True, file=jpeg("other.jpg", width=50), act="upload", replace="on")

    assert file_of(draft) == "other.jpg"


def test_remove_takes_the_file_out_and_keeps_it_in_the_library(me: Client, draft: Campaign) -> None:
    post(me, draft, file=jpeg(), act="upload")
    draft.refresh_from_db()

    post(me, draft, act="remove")

    assert file_of(draft) == ""
    assert Asset.objects.count() == 1
