"""A text that is too long is kept as typed, marked, and blocks the launch; far longer ones are refused in words."""

import composer_pages
import pytest
from composer_pages import post
from django.test import Client

from campaigns.composing import drafts
from campaigns.models import Campaign, Message

pytestmark = pytest.mark.django_db

OVER_RENDERED = "With this person's details the text has 1,700 characters; 1,600 is the most."
OVER_SOURCE = "The text with its merge fields has 4,001 characters; 4,000 is the most."
NOT_KEPT = (
    "The text has 50,001 characters; up to 50,000 are kept. It is not saved: shorten it here and nothing is lost."
)


@pytest.fixture
def me(client: Client) -> Client:
    client.force_login(composer_pages.marketer())
    return client


@pytest.fixture
def draft() -> Campaign:
    return composer_pages.draft()


def _shown(answer: object) -> str:
    return answer.content.decode().replace("&#x27;", "'")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("length", "words"), [(1_700, OVER_RENDERED), (4_001, OVER_SOURCE)])
def test_a_text_that_is_too_long_is_kept_marked_and_blocks_the_launch(
    me: Client, draft: Campaign, length: int, words: str
) -> None:
    text = "x" * length

    answer = post(me, draft, text=text)

    draft.refresh_from_db()
    content, review = (_shown(me.get(f"/campaigns/{draft.pk}/{step}")) for step in ("content", "review"))
    assert answer.status_code == 302
    assert drafts.content(draft).text == text
    assert f"\n{text}</textarea>" in content
    assert words in content
    assert words in review
    assert "launch-button" not in review
    assert me.post(f"/campaigns/{draft.pk}/launch", {"version": draft.version, "people": 1}).status_code == 409
    draft.refresh_from_db()
    assert (draft.state, Message.objects.count()) == ("draft", 0)


def test_the_longest_text_that_is_kept(me: Client, draft: Campaign) -> None:
    post(me, draft, text="é\r\n" * 25_000)

    assert drafts.content(draft).text == "é\n" * 25_000


def test_a_longer_one_is_refused_in_words_and_stays_in_the_box(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, text="x" * 50_001)

    page = _shown(answer)
    assert answer.status_code == 422
    assert NOT_KEPT in page[page.index('id="text-problems"') : page.index('id="check"')]
    assert f"\n{'x' * 50_001}</textarea>" in page
    assert drafts.content(draft).text == "Hi {{ ${first_name} | default: 'there' }}"


def test_a_script_is_told_the_same_beside_the_text(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, json=True, text="x" * 50_001)

    assert (answer.status_code, answer.json()) == (422, {"problems": [NOT_KEPT], "about": "text"})


def test_the_preview_of_one_says_so_too(me: Client, draft: Campaign) -> None:
    answer = me.post(f"/campaigns/{draft.pk}/preview", {"text": "x" * 50_001, "version": 1})

    assert (answer.status_code, answer.json()["problems"]) == (422, [NOT_KEPT])


def test_more_than_a_form_may_hold_is_told_too(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, json=True, text="x" * 1_000_001)

    assert (answer.status_code, answer.json()["about"]) == (413, "text")
    assert "far more than the 50,000 characters" in answer.json()["problems"][0]


def test_a_form_that_is_none_of_ours_is_not_taken_for_a_long_text(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, json=True, text="Hi", version="soon")

    assert answer.json() == {
        "problems": ["This form is not whole. Reload the page and try again."],
        "about": "upload",
    }
