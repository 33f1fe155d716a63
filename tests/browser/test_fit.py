"""A file is made to fit on the open page: followed while it is made, then looked at beside what it was."""

import media_samples
import pytest
import visitors
from playwright.sync_api import Locator, Page, expect
from visitors import File, Visit

LOGO = File("logo.png", "image/png", media_samples.transparent_png(300, 200))


@pytest.fixture(scope="module")
def photo() -> File:
    return File("IMG_7001.jpg", "image/jpeg", media_samples.photo_jpeg(8, quality=97))


def work(page: Page) -> Locator:
    return page.get_by_role("progressbar")


def made(page: Page) -> None:
    expect(page.locator("#file")).to_contain_text("Made to fit:", timeout=visitors.UPLOAD_WAIT_MS)


def split(page: Page) -> float:
    return float(page.locator(".compare-stage").evaluate("(one) => getComputedStyle(one).getPropertyValue('--split')"))


def test_progress_is_followed_and_nothing_jumps_when_the_copy_comes(visit: Visit, photo: File) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Followed")
    visitor.upload(photo)
    expect(page.locator("#acts .btn-primary")).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/fit") else None)
    page.get_by_role("button", name="Make it fit").press("Enter")
    expect(work(page)).to_be_visible()
    place = visitor.text_box.bounding_box()
    made(page)
    assert asked
    assert visitor.text_box.bounding_box() == pytest.approx(place, abs=1)
    assert page.evaluate("document.getElementById('file').contains(document.activeElement)")
    expect(page.locator("#fit-said")).to_contain_text("Made to fit:")
    expect(page.locator("#acts .btn-primary")).to_have_count(1)
    seen = len(asked)
    visitor.write("Nobody asks any more")
    assert len(asked) == seen
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Make it fit")).to_be_visible()


def test_the_slider_parts_before_and_after_by_keyboard(visit: Visit, photo: File) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Slider")
    visitor.upload(photo)
    visitor.press("Make it fit")
    made(page)
    slider = page.get_by_role("slider")
    before, after = (page.locator(f".compare-side.{side} img") for side in ("is-before", "is-after"))
    for picture in (before, after):
        expect(picture).to_have_js_property("complete", True)
    assert before.bounding_box() == pytest.approx(after.bounding_box(), abs=1)
    assert split(page) == 0.5
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    assert split(page) == 0.52
    slider.press("Home")
    assert split(page) == 0
    box = slider.bounding_box()
    assert box
    assert box["height"] >= 44
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 5)
    assert 0.7 < split(page) < 0.85


def test_a_copy_that_came_while_nobody_looked_is_there(visit: Visit, photo: File) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    number = visitor.new_campaign("Left alone")
    visitor.upload(photo)
    page.get_by_role("button", name="Safe").click()
    expect(work(page)).to_be_visible()
    visitor.go("/campaigns/")
    other = visit("Account manager")
    other.go(f"/campaigns/{number}/content")
    made(other.page)
    visitor.go(f"/campaigns/{number}/content")
    expect(page.get_by_role("button", name="Safe")).to_have_attribute("aria-pressed", "true")


def test_what_shines_through_is_flattened_with_one_click_and_back(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Flatten")
    visitor.upload(LOGO)
    visitor.press("Flatten on black")
    made(page)
    expect(page.locator(".phone-picture")).not_to_have_class("phone-picture is-see-through")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Flatten on white")).to_be_visible()


def test_without_scripts_it_is_asked_for_and_looked_at_again(visit: Visit, photo: File) -> None:
    visitor = visit("Marketer", java_script_enabled=False)
    page = visitor.page
    visitor.new_campaign("No script fits")
    visitor.choose(File("other.jpg", photo.type, photo.content[:-2] + b"\x00\x00\xff\xd9"))
    visitor.press("Upload the chosen file")
    visitor.press("Make it fit")
    expect(work(page)).to_be_visible()
    for _ in range(60):
        if page.get_by_text("Made to fit:").count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Look again").click()
    made(page)
    expect(page.get_by_role("slider")).to_have_count(0)
    before, after = (page.locator(f".compare-side.{side}").bounding_box() for side in ("is-before", "is-after"))
    assert before
    assert after
    assert before["x"] + before["width"] < after["x"]
