"""The launch and what follows it: one launch for two clicks, undo, STOP and cancel in a running campaign."""

import re

import running_product
import servers
import visitors
from playwright.sync_api import expect
from visitors import Visit


def test_a_double_click_launches_once(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    number = visitor.compose("Double click", file=None, text="Once", city="Miami")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.locator(".launch-button").click()
    page.get_by_role("button", name=re.compile("^Launch for")).dblclick()
    page.wait_for_url("**/live")
    assert len(posts) == 1
    visitor.press("Undo")
    visitor.go(f"/campaigns/{number}/review")
    expect(page.locator(".launch-button")).to_be_visible()


def test_the_double_click_that_opens_the_question_does_not_answer_it(visit: Visit) -> None:
    """The worst place for the dialog: its button right where *Launch…* was pressed."""
    visitor = visit("Marketer")
    page = visitor.page
    visitor.compose("Under the pointer", file=None, text="Once", city="Miami")
    opener = page.locator(".launch-button")
    opener.scroll_into_view_if_needed()
    box = opener.bounding_box()
    assert box
    answer = page.get_by_role("button", name=re.compile("^Launch for"), include_hidden=True)
    place = (
        "(one, box) => { one.style.position = 'fixed'; one.style.left = box.x + 'px'; one.style.top = box.y + 'px'; }"
    )
    answer.evaluate(place, box)
    page.mouse.dblclick(box["x"] + 20, box["y"] + 20)
    expect(page.locator("dialog#launch")).to_be_visible()
    page.wait_for_timeout(600)
    answer.click()
    page.wait_for_url("**/live")
    visitor.press("Undo")


def test_the_second_of_two_launches_leads_to_the_first(visit: Visit) -> None:
    first, second = visit("Marketer"), visit("Account manager")
    number = first.compose("Two launches", file=None, text="Once more", city="Dallas")
    second.go(f"/campaigns/{number}/review")
    first.launch()
    second.launch()
    expect(second.page.locator(".story-what", has_text="scheduled")).to_have_count(1)
    second.press("Undo")


def test_who_says_stop_while_it_runs_is_skipped_and_cancel_adds_up(
    visit: Visit, product: running_product.Product
) -> None:
    """A toll-free number sends three a second: time enough to say STOP in between."""
    marketer, phones = visit("Marketer"), visit("Account manager")
    page = marketer.page
    number = marketer.compose("Slow", file=None, text="Your order waits", city="", group="Service messages")
    people = marketer.launch()
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=visitors.START_WAIT_MS)
    phones.go(f"/campaigns/{number}/live?part=waiting")
    last = phones.page.locator("tbody tr").last
    phone = re.sub(r"\D", "", last.locator(".cell-more.number").inner_text())
    phones.open_phone(phone)
    ours = phones.page.locator("#to option").filter(has_text="Service").get_attribute("value")
    phones.page.locator("#to").select_option(ours)
    phones.press("STOP")
    expect(phones.bubbles.last).to_contain_text("you are unsubscribed")
    phones.go(f"/campaigns/{number}/live?q={phone}")
    expect(phones.page.locator("tbody tr")).to_contain_text("unsubscribed")
    assert [one for one in product.carrier.messages(f"to=%2B{phone}") if "Your order waits" in one["text"]] == []

    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"\d+ people who are still waiting"))
    marketer.press("Cancel campaign")
    expect(page.locator(".live-facts")).to_contain_text("cancelled")
    planned, parts = marketer.sum_line()
    assert planned == sum(parts.values())
    assert planned >= people

    def settled() -> bool:
        _planned, now = marketer.sum_line()
        return not {"waiting", "on the way"} & set(now)

    servers.wait_for(settled, seconds=60, what="everybody to be settled")
