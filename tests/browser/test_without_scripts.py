"""The same journey where no script runs: every page is a page, every button a form."""

from pathlib import Path

import media_samples
import pytest
import visitors
from playwright.sync_api import expect
from visitors import Visit


@pytest.fixture
def visitor(visit: Visit) -> visitors.Visitor:
    return visit("Marketer", java_script_enabled=False, refusals={413, 422})


def test_a_campaign_from_log_in_to_the_live_page_and_back(visit: Visit) -> None:
    visitor = visit("", java_script_enabled=False)
    page = visitor.page
    visitor.log_in("Marketer")
    number = visitor.new_campaign("Without scripts")
    page.locator("#file-input").set_input_files(
        {"name": "sea.jpg", "mimeType": "image/jpeg", "buffer": media_samples.jpeg(300, 200)}
    )
    page.get_by_role("button", name="Upload the chosen file").click()
    expect(page.locator("#file .file-name")).to_have_text("sea.jpg")
    visitor.text_box.fill("No script was harmed")
    page.get_by_label("What is to be seen").fill("The sea")
    page.get_by_role("button", name="Save draft").click()
    expect(visitor.text_box).to_have_value("No script was harmed")
    expect(page.locator("[data-bubble]")).to_contain_text("Tidewater: No script was harmed")
    page.get_by_role("button", name="Go on to the audience").click()
    page.get_by_label("France").check()
    page.get_by_role("button", name="Go on to the schedule").click()
    page.get_by_role("button", name="Go on to the review").click()
    people = visitor.launch()
    expect(page.locator("#live")).to_contain_text(f"{people} people were confirmed")
    page.get_by_role("button", name="Undo").click()
    visitor.go(f"/campaigns/{number}/review")
    expect(page.locator(".launch-button")).to_be_visible()


def test_a_chip_puts_its_field_into_the_text(visitor: visitors.Visitor) -> None:
    visitor.new_campaign("Chip")
    visitor.text_box.fill("Hi")
    visitor.page.get_by_role("button", name="first name").click()
    assert "${first_name}" in visitor.text_box.input_value()


def test_fifty_megabytes_are_refused_in_words_and_the_draft_stays(visitor: visitors.Visitor, tmp_path: Path) -> None:
    number = visitor.new_campaign("Fifty without")
    visitor.page.locator("#file-input").set_input_files(
        {"name": "sea.jpg", "mimeType": "image/jpeg", "buffer": media_samples.jpeg(310, 205)}
    )
    visitor.text_box.fill("Saved")
    visitor.page.get_by_role("button", name="Upload the chosen file").click()
    film = tmp_path / "film.jpg"
    with film.open("wb") as file:
        file.write(b"\xff\xd8\xff\xe0")
        file.truncate(50_000_000)
    visitor.text_box.fill("Typed since")
    visitor.page.locator("#file-input").set_input_files(film)
    visitor.page.get_by_role("button", name="Upload the chosen file").click()
    expect(visitor.page.locator("#upload-problems")).to_contain_text("25 MB")
    expect(visitor.text_box).to_have_value("Typed since")
    visitor.go(f"/campaigns/{number}/content")
    expect(visitor.text_box).to_have_value("Saved")
    expect(visitor.page.locator("#file .file-name")).to_have_text("sea.jpg")


def test_a_moment_that_does_not_exist_is_refused_in_words(visitor: visitors.Visitor) -> None:
    page = visitor.page
    number = visitor.new_campaign("Clock change")
    visitor.go(f"/campaigns/{number}/schedule")
    page.get_by_role("radio", name="At a date and time").check()
    page.locator("[name=date]").fill("2027-03-14")
    page.locator("[name=time]").fill("02:30")
    page.locator("[name=zone]").select_option("America/New_York")
    page.get_by_role("button", name="Go on to the review").click()
    expect(page.locator("#said .note.is-stop")).to_be_visible()
    assert page.url.endswith("/schedule")
