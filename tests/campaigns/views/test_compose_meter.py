"""The size meter: whose limit the red line is, what is counted against it, and where its marks lie."""

import json
import re
from typing import Any

import composer_pages
import factories
import pytest
from django.test import Client

from campaigns.composing import limits
from campaigns.media import size
from campaigns.models import Campaign
from campaigns.views import compose_meter

pytestmark = pytest.mark.django_db

PRODUCT = limits.Limit(1_000_000, 0, "", "")
TOLL_FREE = limits.Limit(525_000, 2_000, "", "", number="+18885550142", kind="toll_free", provider="sandbox")


@pytest.fixture
def me(client: Client) -> Client:
    client.force_login(composer_pages.marketer())
    return client


@pytest.fixture
def draft() -> Campaign:
    """A draft of a group that has a toll-free number beside its long code, with a file of 500,000 bytes."""
    group = factories.number(group=factories.group(brand="", opt_out_rule="never")).group
    factories.number(group=group, kind="toll_free", value="+18885550142")
    factories.subscribed(to=group)
    return factories.campaign(text="Hi", group=group, picture=factories.rendition(bytes=500_000))


def page(me: Client, draft: Campaign, name: str = "content") -> str:
    return str(me.get(f"/campaigns/{draft.pk}/{name}").content.decode())


def meter(total_bytes: int, limit: limits.Limit) -> compose_meter.Meter:
    return compose_meter.Meter(size.SizeVerdict(total_bytes, 0, 0, total_bytes, "fits", ()), limit)


def placed(total_bytes: int, limit: limits.Limit) -> dict[str, tuple[bool, bool]]:
    return {one.name: (one.is_drawn, one.has_words) for one in meter(total_bytes, limit).marks}


@pytest.mark.parametrize("name", ["content", "review"])
def test_the_red_line_is_the_smallest_numbers_and_says_so(me: Client, draft: Campaign, name: str) -> None:
    assert "Limit 525 KB, because of the toll-free number +1\u00a0888\u2011555\u20110142." in page(me, draft, name)


def test_file_text_and_envelope_are_counted_to_the_byte(me: Client, draft: Campaign) -> None:
    words = "File 500,000 bytes + text 2 bytes + envelope 4,000 bytes = 504,002 of 525,000 bytes"
    assert words in page(me, draft)


def test_our_own_rule_counts_file_and_text_alone(me: Client, draft: Campaign) -> None:
    draft.group.numbers.filter(kind="toll_free").update(is_mms_enabled=False)

    shown = page(me, draft)

    assert "File 500,000 bytes + text 2 bytes = 500,002 of 1,000,000 bytes" in shown
    assert "Limit 1,000 KB: no carrier takes more." in shown


def test_another_group_has_another_red_line(me: Client, draft: Campaign) -> None:
    other = factories.number().group
    sent = {"name": "X", "purpose": "announcement", "group": other.pk, "version": draft.version}

    assert me.post(f"/campaigns/{draft.pk}/basics", sent).status_code == 302

    assert "because of the toll-free" not in page(me, draft)


def test_the_script_is_told_what_the_server_counts_with(me: Client, draft: Campaign) -> None:
    found = re.search(r'<script id="mirror" type="application/json">(.*?)</script>', page(me, draft))
    assert found
    told: dict[str, Any] = json.loads(found[1])
    names = ("hard", "advice", "safe", "partBytes", "mediaBytes")
    assert [told[name] for name in names] == [525_000, 600_000, 300_000, 2_000, 500_000]


def test_over_the_red_line_the_page_says_whose_it_is_and_what_to_do(me: Client, draft: Campaign) -> None:
    draft.group.contact_person = "Ana Torres"
    draft.group.save()
    draft.revisions.get().rendition.__class__.objects.update(bytes=530_000)

    shown = page(me, draft)

    assert "is-over" in shown
    over = (
        "The message has 534 KB, 9 KB over the 525 KB that the toll-free number +1\u00a0888\u2011555\u20110142 carries."
    )
    assert f"{over} Make the file fit, or ask Ana Torres about that number." in shown
    assert re.search(r'btn-primary" name="act" value="fit:large"', shown)


def test_a_copy_that_fitted_another_group_can_be_made_to_fit_again(me: Client, draft: Campaign) -> None:
    asset = factories.asset()
    factories.rendition(asset=asset, bytes=2_000_000)
    picture = factories.rendition(asset=asset, purpose="fitted", budget_bytes=600_000, bytes=599_000)
    draft.revisions.update(rendition=picture)

    assert re.search(r'btn-primary" name="act" value="fit:large"', page(me, draft))


@pytest.mark.parametrize(
    "total_bytes, limit, expected",
    [
        (0, PRODUCT, {"hard": (True, True), "advice": (True, True), "safe": (True, True)}),
        (0, TOLL_FREE, {"hard": (True, True), "advice": (False, False), "safe": (True, True)}),
        (1_500_000, PRODUCT, {"hard": (True, True), "advice": (True, True), "safe": (True, True)}),
        (2_400_000, PRODUCT, {"hard": (True, True), "advice": (True, False), "safe": (True, True)}),
        (9_000_000, PRODUCT, {"hard": (True, True), "advice": (True, False), "safe": (True, False)}),
        (9_000_000, TOLL_FREE, {"hard": (True, True), "advice": (False, False), "safe": (True, False)}),
    ],
)
def test_marks_over_the_red_line_go_and_words_that_would_touch_are_hidden(
    total_bytes: int, limit: limits.Limit, expected: dict[str, tuple[bool, bool]]
) -> None:
    assert placed(total_bytes, limit) == expected


def test_words_that_hid_stay_hidden_while_the_message_grows() -> None:
    seen = [placed(total_bytes, PRODUCT)["advice"][1] for total_bytes in range(0, 12_000_000, 50_000)]
    assert seen == sorted(seen, reverse=True)


def test_the_exact_figures_stand_on_hover_before_any_script_ran(client: Client) -> None:
    client.force_login(factories.user("Marketer"))
    draft = factories.campaign(text="Hi", picture=factories.rendition(bytes=600_001))
    page = client.get(f"/campaigns/{draft.pk}/content").content.decode()
    title = page.partition("<title data-title>")[2].partition("</title>")[0]
    assert title.startswith("File 600,001 bytes + text")
