import io
from typing import Any

import factories
import media_samples
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from campaigns import roles
from campaigns.assets import store
from campaigns.composing import drafts
from campaigns.lifecycle import campaigns
from campaigns.models import Asset, Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer() -> User:
    roles.ensure(using="default")
    return factories.user(roles.MARKETER)


@pytest.fixture
def me(client: Client, marketer: User) -> Client:
    client.force_login(marketer)
    return client


@pytest.fixture
def draft() -> Campaign:
    group = factories.number().group
    factories.subscribed(factories.contact(first_name="Ana"), group)
    return factories.campaign(text="Hi {{ ${first_name} | default: 'there' }}", group=group)


def post(me: Client, draft: Campaign, *, json: bool = False, **sent: Any) -> HttpResponse:
    data = {"text": drafts.content(draft).text, "version": draft.version, "act": "save", **sent}
    options = {"headers": {"Accept": "application/json"}} if json else {}
    return me.post(f"/campaigns/{draft.pk}/content", data, **options)  # type: ignore[arg-type, return-value]


def jpeg(name: str = "beach.jpg", **options: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, media_samples.jpeg(**options), "image/jpeg")


def has_file(draft: Campaign) -> str:
    picture = drafts.content(draft).rendition
    return picture.asset.label if picture else ""


def test_the_page_shows_the_exact_message_for_a_sample(me: Client, draft: Campaign) -> None:
    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()

    assert "Acme: Hi Ana\nReply STOP to end" in page


def test_nobody_without_the_right_sees_it(client: Client, draft: Campaign) -> None:
    client.force_login(factories.user())

    assert client.get(f"/campaigns/{draft.pk}/content").status_code == 403


def test_somebody_who_may_only_look_cannot_save(client: Client, draft: Campaign) -> None:
    roles.ensure(using="default")
    client.force_login(factories.user(roles.VIEWER))

    assert client.get(f"/campaigns/{draft.pk}/content").status_code == 200
    assert post(client, draft, text="Mine").status_code == 403
    assert drafts.content(draft).text != "Mine"


def test_without_a_token_nothing_is_taken(marketer: User, draft: Campaign) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(marketer)

    assert post(careful, draft, text="Mine", file=jpeg()).status_code == 403
    assert not Asset.objects.exists()


def test_saving_leads_back_to_the_same_look(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, text="New", as_link="on", sample="0")

    assert answer.headers["Location"] == f"/campaigns/{draft.pk}/content?sample=0&as_link=on"
    assert drafts.content(draft).text == "New"


def test_next_saves_and_goes_on(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, text="New", act="next")

    assert answer.headers["Location"] == f"/campaigns/{draft.pk}/audience"
    assert drafts.content(draft).text == "New"


def test_an_upload_becomes_the_file_and_text_is_saved_with_it(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, json=True, text="With a picture", file=jpeg(), act="upload")

    assert answer.status_code == 200
    assert (has_file(draft), drafts.content(draft).text) == ("beach.jpg", "With a picture")
    assert "beach.jpg" in answer.json()["parts"]["file"]  # type: ignore[attr-defined]


def test_each_answer_brings_the_version_for_the_next_one(me: Client, draft: Campaign) -> None:
    first = post(me, draft, json=True, text="One", file=jpeg(), act="upload").json()  # type: ignore[attr-defined]

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
    assert (draft.version, has_file(draft)) == (1, "")


def test_fifty_megabytes_are_refused_in_words_and_not_kept_in_memory(me: Client, draft: Campaign) -> None:
    big = SimpleUploadedFile("big.jpg", b"\xff\xd8\xff" + bytes(50_000_000))

    answer = post(me, draft, json=True, text="typed", file=big, act="upload")

    assert answer.status_code == 422
    assert answer.json()["problems"] == ["The file has 50 MB; files up to 25 MB are taken in."]  # type: ignore[attr-defined]
    assert not Asset.objects.exists()
    assert drafts.content(draft).text != "typed"


def test_far_too_much_is_answered_without_reading_it_all(me: Client, draft: Campaign, settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100_000

    answer = post(me, draft, json=True, file=SimpleUploadedFile("z.jpg", bytes(5_000_000)), act="upload")

    assert answer.status_code == 422
    assert "files up to 100 KB" in answer.json()["problems"][0]  # type: ignore[attr-defined]


def test_a_second_file_asks_before_it_replaces_the_first(me: Client, draft: Campaign) -> None:
    post(me, draft, file=jpeg(), act="upload")
    draft.refresh_from_db()

    asked = post(me, draft, file=jpeg("other.jpg", width=50), act="upload")

    assert "Replace beach.jpg with other.jpg?" in asked.content.decode()
    assert has_file(draft) == "beach.jpg"
    draft.refresh_from_db()
    post(me, draft, act=f"use:{Asset.objects.get(label='other.jpg').pk}")
    assert has_file(draft) == "other.jpg"


def test_a_script_that_asked_already_replaces_at_once(me: Client, draft: Campaign) -> None:
    post(me, draft, file=jpeg(), act="upload")
    draft.refresh_from_db()

    post(me, draft, json=True, file=jpeg("other.jpg", width=50), act="upload", replace="on")

    assert has_file(draft) == "other.jpg"


def test_remove_takes_the_file_out_and_keeps_it_in_the_library(me: Client, draft: Campaign) -> None:
    post(me, draft, file=jpeg(), act="upload")
    draft.refresh_from_db()

    post(me, draft, act="remove")

    assert has_file(draft) == ""
    assert Asset.objects.count() == 1


def test_make_it_fit_and_undo(me: Client, draft: Campaign, settings: Settings) -> None:
    settings.MMS_ADVICE_BYTES = 60_000
    asset = store.take_in(
        name="photo.jpg", chunks=[media_samples.photo_jpeg(1)], by=draft.created_by, now=timezone.now()
    )
    post(me, draft, act=f"use:{asset.pk}")
    draft.refresh_from_db()
    assert 'value="fit"' in me.get(f"/campaigns/{draft.pk}/content").content.decode()

    fitted = post(me, draft, json=True, act="fit")

    assert "Made to fit:" in fitted.json()["parts"]["file"]  # type: ignore[attr-defined]
    assert drafts.content(draft).rendition.bytes <= 60_000  # type: ignore[union-attr]
    draft.refresh_from_db()
    post(me, draft, act="undo_fit")
    assert drafts.content(draft).rendition == store.clean_copy(asset)


def test_a_gif_is_not_offered_what_cannot_be_done(me: Client, draft: Campaign, settings: Settings) -> None:
    settings.MMS_ADVICE_BYTES = 10

    page = post(me, draft, json=True, file=SimpleUploadedFile("a.gif", media_samples.gif()), act="upload").json()  # type: ignore[attr-defined]

    assert 'value="fit"' not in page["parts"]["file"]


def test_mend_makes_the_text_plain(me: Client, draft: Campaign) -> None:
    post(me, draft, text="You’ll love it – really", act="mend")

    assert drafts.content(draft).text == "You'll love it - really"


def test_a_chip_works_without_scripts(me: Client, draft: Campaign) -> None:
    post(me, draft, text="Hi", act="insert:first_name")

    assert drafts.content(draft).text == "Hi {{ ${first_name} | default: 'there' }}"


def test_a_broken_text_is_kept_as_typed_and_marked_in_place(me: Client, draft: Campaign) -> None:
    parts = post(me, draft, json=True, text="Dear {{ ${frist_name} }}!").json()["parts"]  # type: ignore[attr-defined]

    assert drafts.content(draft).text == "Dear {{ ${frist_name} }}!"
    assert "<mark>${frist_name}</mark>" in parts["check"]
    assert 'data-start="8" data-end="21"' in parts["check"]
    assert "has a problem" in parts["steps"]


def test_the_character_that_forces_another_alphabet_is_named(me: Client, draft: Campaign) -> None:
    check = post(me, draft, json=True, text="It’s here").json()["parts"]["check"]  # type: ignore[attr-defined]

    assert "right single quotation mark" in check
    assert 'value="mend"' in check


def test_the_second_of_two_tabs_is_told_and_loses_nothing(me: Client, draft: Campaign) -> None:
    quicker = factories.user(first_name="Ana", last_name="Torres")
    drafts.edit_content(campaign=draft, text="Theirs", version=1, by=quicker, now=timezone.now())

    answer = post(me, draft, text="Mine", version=1)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ana Torres changed this draft" in page
    assert "\nTheirs</textarea>" in page
    assert "\nMine</textarea>" in page
    assert drafts.content(draft).text == "Theirs"


def test_keeping_mine_is_one_more_press(me: Client, draft: Campaign) -> None:
    drafts.edit_content(campaign=draft, text="Theirs", version=1, by=factories.user(), now=timezone.now())

    stale = post(me, draft, json=True, text="Mine", version=1)
    post(me, draft, text="Mine", version=stale.json()["stale"]["version"])  # type: ignore[attr-defined]

    assert (stale.status_code, drafts.content(draft).text) == (409, "Mine")


def test_a_booked_campaign_is_not_changed_and_edit_takes_it_back(me: Client, marketer: User, draft: Campaign) -> None:
    campaigns.move(
        campaign=draft,
        to=campaigns.states.Campaign.SCHEDULED,
        now=timezone.now(),
        due_at=timezone.now(),
        fingerprint="f",  # type: ignore[attr-defined]
    )

    assert post(me, draft, text="Mine").status_code == 422
    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()
    assert "take it back to draft" in page
    assert "readonly" in page
    me.post(f"/campaigns/{draft.pk}/edit")
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_preview_stores_nothing(me: Client, draft: Campaign) -> None:
    answer = me.post(f"/campaigns/{draft.pk}/preview", {"text": "Only looking", "version": 1})

    assert "Only looking" in answer.json()["parts"]["phone"]
    assert drafts.content(draft).text != "Only looking"


def test_the_meter_says_bytes_zone_and_limit(me: Client, draft: Campaign) -> None:
    draft = factories.campaign(text="", picture=factories.rendition(bytes=1_000_001), group=draft.group)

    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()

    assert 'class="meter is-over"' in page
    assert "File 1,000,001 bytes + text 17 bytes = 1,000,018 of 1,000,000 bytes" in page


def test_a_sample_is_found_by_name(me: Client, draft: Campaign) -> None:
    factories.subscribed(factories.contact(first_name="Zoe"), draft.group)

    page = me.get(f"/campaigns/{draft.pk}/content?sample_q=zoe").content.decode()

    assert "Hi Zoe" in page


def test_numbers_are_masked_for_those_who_may_not_see_them(me: Client, draft: Campaign) -> None:
    person = draft.group.subscriptions.get().contact

    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()

    assert person.phone[-7:] not in page.replace(" ", "").replace("-", "").replace("&quot;", "").split('id="mirror"')[0]


@pytest.mark.parametrize("people", [1, 30])
def test_the_page_costs_the_same_for_one_and_for_thirty(
    me: Client, draft: Campaign, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(people - 1):
        factories.subscribed(to=draft.group)
    me.get(f"/campaigns/{draft.pk}/content")

    with django_assert_num_queries(12):
        me.get(f"/campaigns/{draft.pk}/content")
