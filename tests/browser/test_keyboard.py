"""The keyboard alone, from a new campaign to the launch button, and the keys that the pages name."""

import media_samples
import visitors
from playwright.sync_api import Locator, expect
from visitors import Visit

FURTHEST = 60


def tab_to(visitor: visitors.Visitor, place: Locator) -> None:
    """Press Tab until the focus is there."""
    for _step in range(FURTHEST):
        visitor.page.keyboard.press("Tab")
        if place.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {place}")


def test_the_keyboard_alone_leads_from_a_new_campaign_to_the_launch_button(visit: Visit) -> None:
    visitor = visit("Marketer")
    page, keys = visitor.page, visitor.page.keyboard
    # The browser hands over its file dialog from the first listener on, and takes its time to begin.
    page.on("filechooser", lambda _dialog: None)
    visitor.go("/campaigns/")
    tab_to(visitor, page.get_by_role("link", name="New campaign"))
    keys.press("Enter")
    page.wait_for_url("**/new")
    tab_to(visitor, page.get_by_label("Name"))
    keys.type("By keyboard")
    tab_to(visitor, page.get_by_role("radio", name="Promotion", exact=True))
    keys.press("Space")
    tab_to(visitor, page.get_by_role("radio", name="Promotions"))
    keys.press("Space")
    keys.press("Enter")
    page.wait_for_url("**/content")
    tab_to(visitor, page.locator("#file-input"))
    with page.expect_file_chooser() as opened:
        keys.press("Space")
    opened.value.set_files({"name": "sea.png", "mimeType": "image/png", "buffer": media_samples.png(123, 45)})
    expect(page.locator("#file .file-name")).to_have_text("sea.png")
    tab_to(visitor, page.get_by_label("What is to be seen"))
    keys.type("The sea")
    tab_to(visitor, visitor.text_box)
    keys.type("Hello from the keyboard")
    keys.press("Control+Enter")
    page.wait_for_url("**/audience")
    tab_to(visitor, page.get_by_label("France"))
    keys.press("Space")
    expect(visitor.saved).to_contain_text("Saved at")
    keys.press("Control+Enter")
    page.wait_for_url("**/schedule")
    keys.press("Control+Enter")
    page.wait_for_url("**/review")
    expect(page.locator("[data-bubble]")).to_contain_text("Hello from the keyboard")
    keys.press("Control+Enter")
    expect(page.locator(".launch-button")).to_be_focused()


def test_control_s_saves_at_once(visit: Visit) -> None:
    visitor = visit("Marketer")
    number = visitor.new_campaign("Control S")
    visitor.text_box.press_sequentially("Saved by key")
    with visitor.page.expect_response(lambda answer: answer.url.endswith(f"/{number}/content") and answer.ok):
        visitor.page.keyboard.press("Control+s")
    visitor.page.reload()
    expect(visitor.text_box).to_have_value("Saved by key")


def test_the_question_mark_lists_the_keys_and_is_a_sign_in_the_text(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Keys")
    visitor.text_box.press_sequentially("Why?")
    expect(page.locator("#keys")).to_be_hidden()
    expect(visitor.text_box).to_have_value("Why?")
    page.get_by_role("button", name="Save draft").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.get_by_role("button", name="Save draft")).to_be_focused()
    expect(visitor.saved).to_contain_text("Saved at")
