"""Pages that stand only for a while, asked as all others are: what asks first, what locks, what runs, what is over."""

import contextlib
import sqlite3
from collections.abc import Iterator

import media_samples
import page_faults
import pytest
import running_product
import visitors
from playwright.sync_api import Browser, expect
from visitors import File, Visit

JPEG = File("beach.jpg", "image/jpeg", media_samples.jpeg())
PNG = File("logo.png", "image/png", media_samples.png())
TOLL_FREE = "+18005550199"
# Where no script takes a form over, the server asks on a page of its own.
SCRIPT = "**/composer*.js"
_UPLOAD = """(form) => {
    form.insertAdjacentHTML("beforeend", '<input type="hidden" name="act" value="upload">');
    form.submit();
}"""


@pytest.fixture(scope="module")
def running(product: running_product.Product, browser: Browser) -> Iterator[int]:
    """A campaign launched first and looked at when it runs: from a number so slow that no machine sees its end."""
    _tell(product, "UPDATE subscriptions_sendernumber SET rate = 0.2 WHERE value = ?", TOLL_FREE)
    visitor = visitors.new_visitor(browser.new_context(locale="en-US"), product.base_url)
    visitor.log_in("Marketer")
    number = visitor.compose("Under way", file=JPEG, text="On and on", city="", group="Service messages")
    visitor.launch()
    yield number
    visitor.go(f"/campaigns/{number}/cancel")
    visitor.page.locator("form").get_by_role("button", name="Cancel campaign").click()
    expect(visitor.page.locator("#messages")).to_contain_text("cancelled")
    visitor.page.context.close()
    _tell(product, "UPDATE subscriptions_sendernumber SET rate = 3 WHERE value = ?", TOLL_FREE)
    assert visitor.troubles == []


def _tell(product: running_product.Product, statement: str, *values: object) -> None:
    """Change a row behind the product's back, where no page leads there."""
    with contextlib.closing(sqlite3.connect(product.database, timeout=20)) as database, database:
        database.execute(statement, values)


def _sound(visitor: visitors.Visitor) -> None:
    assert visitor.troubles == []
    assert page_faults.found(visitor.page) == []
    visitor.troubles.clear()


def test_a_campaign_that_counts_down(visit: Visit, running: int) -> None:
    visitor = visit("Marketer")
    visitor.go(f"/campaigns/{running}/live")
    expect(visitor.page.locator("[data-countdown]")).to_be_visible()
    _sound(visitor)


def test_an_import_that_asks(visit: Visit) -> None:
    visitor = visit("Account manager")
    page = visitor.page
    visitor.go("/people/import")
    rows = b"phone,first name,size\n+12125550188,Ana,M\nabc,Bad,L\n"
    page.locator("[name=file]").set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": rows})
    page.locator("[name=group]").select_option(label="Promotions")
    page.locator("[name=source]").fill("sign-up form")
    page.locator("[name=consent_date]").fill("2026-01-02")
    page.locator("[name=wording]").fill("I agree to get texts")
    visitor.press("Check the file")
    page.wait_for_url("**/people/import/*")
    expect(page.get_by_role("main")).to_contain_text("Nothing is imported yet")
    _sound(visitor)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_second_file_that_asks(visit: Visit, scripts: bool) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    number = visitor.new_campaign("Asks")
    visitor.upload(JPEG)
    if scripts:
        visitor.choose(PNG)
        expect(page.locator("#ask-replace")).to_be_visible()
    else:
        _without_the_script(visitor, number)
        visitor.choose(PNG)
        page.locator("#compose").evaluate(_UPLOAD)
        expect(page.locator(".note").get_by_text("Replace beach.jpg with logo.png?")).to_be_visible()
    _sound(visitor)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_draft_that_somebody_else_changed(visit: Visit, scripts: bool) -> None:
    visitor = visit("Marketer", refusals={409})
    page = visitor.page
    number = visitor.new_campaign("Stale")
    if not scripts:
        _without_the_script(visitor, number)
    other = visit("Account manager")
    other.go(f"/campaigns/{number}/content")
    other.write("Theirs")
    visitor.text_box.fill("Mine")
    if not scripts:
        visitor.press("Save draft")
    expect(page.locator("#stale textarea")).to_have_value("Theirs")
    _sound(visitor)


def _without_the_script(visitor: visitors.Visitor, number: int) -> None:
    visitor.page.route(SCRIPT, lambda route: route.fulfill(content_type="text/javascript", body=""))
    visitor.go(f"/campaigns/{number}/content")


def test_a_log_in_that_is_locked(visit: Visit) -> None:
    visitor = visit("", refusals={429})
    page = visitor.page
    visitor.go("/login")
    for _ in range(5):
        page.get_by_label("Username").fill("nobody-at-all")
        page.get_by_label("Password").fill("wrong")
        page.get_by_label("Password").press("Enter")
        page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_have_text("Too many attempts")
    _sound(visitor)


@pytest.mark.parametrize(
    ("kind", "days", "words"),
    [("gif", 1, "Reply STOP"), ("vcf", 1, "Keep this contact"), ("gif", -1, "kept for a limited time")],
    ids=["picture", "card", "over"],
)
def test_the_page_behind_a_link(
    visit: Visit, product: running_product.Product, kind: str, days: int, words: str
) -> None:
    visitor = visit("", refusals={410})
    visitor.go(f"/m/{_link(product, kind, days)}")
    expect(visitor.page.locator("main")).to_contain_text(words)
    _sound(visitor)


def _link(product: running_product.Product, kind: str, days: int) -> str:
    """A link to a file of the demo world that is over in so many days: none of its own is, yet."""
    token = f"link-{kind}-{days}"
    _tell(
        product,
        "INSERT INTO campaigns_medialink (token, rendition_id, clicks, created_at, expires_at) "
        "SELECT ?, min(id), 0, datetime('now'), datetime('now', ?) FROM campaigns_rendition WHERE kind = ?",
        *(token, f"{days} days", kind),
    )
    return token


def test_a_campaign_that_runs_and_the_question_before_it_is_cancelled(visit: Visit, running: int) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.go(f"/campaigns/{running}/live")
    expect(page.locator(".live-sum dl")).to_contain_text("Pace now", timeout=visitors.START_WAIT_MS)
    _sound(visitor)
    visitor.go(f"/campaigns/{running}/cancel")
    expect(page.get_by_role("main")).to_contain_text("who are still waiting will not get it")
    _sound(visitor)


def test_a_number_that_a_running_campaign_needs(visit: Visit, running: int) -> None:
    visitor = visit("Account manager")
    visitor.go("/admin/subscriptions/sendernumber/?q=8005550199")
    visitor.press(TOLL_FREE, role="link")
    visitor.page.locator("[name=is_mms_enabled]").uncheck()
    visitor.page.locator("[name=_save]").click()
    expect(visitor.page.get_by_role("main")).to_contain_text("Under way")
    _sound(visitor)
