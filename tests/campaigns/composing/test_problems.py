from datetime import UTC, datetime
from typing import Any

import factories
import pytest
from django.utils import timezone

from campaigns.composing import problems
from campaigns.models import Campaign

pytestmark = pytest.mark.django_db


def ready(**columns: Any) -> Campaign:
    """A draft that nothing stands in the way of."""
    group = factories.number().group
    factories.subscribed(to=group)
    return factories.campaign(**{"text": "Hi", "group": group, **columns})


def codes(draft: Campaign, **options: Any) -> list[tuple[str, str, str]]:
    return [(one.code, one.severity, one.where) for one in problems.of(draft, **options)]


def test_a_sound_draft_has_none() -> None:
    assert codes(ready()) == []


def test_neither_text_nor_file() -> None:
    assert codes(ready(text=" ")) == [("no_content", "error", "content")]


def test_a_file_alone_is_enough() -> None:
    assert codes(ready(text="", picture=factories.rendition())) == []


@pytest.mark.parametrize(
    "media_bytes, expected",
    [
        (600_000, []),
        (600_001, [("over_advice", "advice", "content")]),
        (1_000_001, [("too_large_total", "error", "content")]),
    ],
)
def test_the_weight_of_the_file(media_bytes: int, expected: list[tuple[str, str, str]]) -> None:
    assert codes(ready(picture=factories.rendition(bytes=media_bytes))) == expected


@pytest.mark.parametrize("media_bytes, expected", [(520_900, []), (521_000, [("too_large_total", 525_000)])])
def test_the_group_decides_what_the_file_may_weigh(media_bytes: int, expected: list[tuple[str, int]]) -> None:
    draft = ready(picture=factories.rendition(bytes=media_bytes))
    factories.number(group=draft.group, kind="toll_free", value="+18885550142")

    found = problems.of(draft)

    assert [(one.code, one.limit) for one in found] == expected
    assert all(one.whose is not None and one.whose.number == "+18885550142" for one in found)


def test_every_mistake_of_the_text_is_listed_with_its_place() -> None:
    found = problems.of(ready(text="{{ ${nobody} }} and {{ ${none} }}"))

    assert [(one.code, one.start) for one in found] == [("unknown_field", 3), ("unknown_field", 23)]


def test_a_field_without_default_is_an_advice() -> None:
    assert codes(ready(text="Hi {{ ${first_name} }}")) == [("gap_without_default", "advice", "content")]


def test_a_field_that_everybody_has_needs_no_default() -> None:
    assert codes(ready(text="You are {{ ${phone_number} }}")) == []


def test_a_public_shortener_is_an_advice() -> None:
    assert codes(ready(text="Look: https://bit.ly/x")) == [("public_shortener", "advice", "content")]


def test_a_group_that_lost_its_number() -> None:
    draft = ready()
    draft.group.numbers.update(is_mms_enabled=False)

    assert codes(draft) == [("group_without_mms", "error", "content")]


def test_nobody_can_be_reached() -> None:
    group = factories.number().group
    factories.unsubscribed(to=group)

    assert codes(factories.campaign(group=group)) == [("nobody_reachable", "error", "audience")]


def test_a_filter_that_cannot_be_asked() -> None:
    assert codes(ready(audience={"nonsense": 1})) == [("broken_filter", "error", "audience")]


def test_a_time_was_not_said() -> None:
    assert codes(ready(when="at")) == [("no_schedule", "error", "schedule")]


@pytest.mark.parametrize(
    "local_at, code",
    [(datetime(2027, 1, 1, 8, tzinfo=UTC), "due_past"), (datetime(2027, 3, 14, 2, 30, tzinfo=UTC), "due_missing_hour")],
)
def test_a_time_that_has_passed_or_cannot_be(local_at: datetime, code: str) -> None:
    draft = ready(when="at", local_at=local_at, zone="America/Denver")

    assert codes(draft, now=datetime(2027, 1, 10, tzinfo=UTC)) == [(code, "error", "schedule")]


def test_what_blocks_comes_before_what_advises() -> None:
    draft = ready(text="Hi {{ ${first_name} }}", when="at")

    assert [one.severity for one in problems.of(draft, now=timezone.now())] == ["error", "advice"]


def test_a_picture_that_nobody_described_is_not_launched() -> None:
    picture = factories.rendition(asset=factories.asset(description=" "))
    assert codes(ready(picture=picture)) == [("no_description", "error", "content")]


def test_a_contact_card_says_by_itself_whose_it_is() -> None:
    card = factories.rendition(asset=factories.asset(kind="vcf", description=""), kind="vcf")
    assert codes(ready(picture=card)) == []


@pytest.mark.parametrize("look, code", [(0b1111_0011, "sent_alike"), (0x0F0F_0F0F, None)])
def test_a_picture_that_went_to_the_group_before_is_worth_a_word(look: int, code: str | None) -> None:
    draft = ready(picture=factories.rendition(asset=factories.asset(look=look)))
    old = factories.rendition(asset=factories.asset(look=0b1111_0000))
    factories.run(factories.campaign(group=draft.group, picture=old), started_at=timezone.now())
    assert codes(draft) == ([(code, "advice", "content")] if code else [])
