"""The content page with its scripts: the file, the meter, the preview, and that nothing typed is ever lost."""

import re
from pathlib import Path

import media_samples
import pytest
import visitors
from playwright.sync_api import expect
from visitors import File, Visit

JPEG = File("beach.jpg", "image/jpeg", media_samples.jpeg())
PNG = File("logo.png", "image/png", media_samples.png())


@pytest.fixture(scope="module")
def phone_photo() -> File:
    content = media_samples.photo_jpeg(5, quality=99)
    assert len(content) > 5_000_000
    return File("IMG_2041.jpg", "image/jpeg", content)


def test_over_the_limit_blocks_the_launch_not_the_draft_until_it_is_made_to_fit(
    visit: Visit, phone_photo: File
) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Phone photo")
    visitor.upload(phone_photo)
    visitor.describe("The beach from above")
    visitor.write("Look at this")
    meter = page.locator("[data-meter]")
    expect(meter).to_have_class(re.compile("is-over"))
    visitor.to_step("Review")
    expect(page.locator(".problem.is-stop").first).to_contain_text("KB")
    expect(page.locator(".launch-button")).to_have_count(0)
    visitor.to_step("Content")
    expect(visitor.text_box).to_have_value("Look at this")
    visitor.press("Make it fit")
    expect(page.locator("#file")).to_contain_text("Made to fit", timeout=visitors.UPLOAD_WAIT_MS)
    expect(meter).not_to_have_class(re.compile("is-over"))
    visitor.to_step("Review")
    expect(page.locator("#problems-title")).to_have_count(0)
    expect(page.locator(".launch-button")).to_be_visible()


def test_the_meter_and_the_phone_follow_the_typing(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Typing")
    visitor.upload(JPEG)
    before = page.locator("[data-total]").inner_text()
    page.route("**/preview", lambda route: route.abort("failed"))  # what is seen now is the script's own work
    visitor.text_box.fill("’" * 800)
    expect(page.locator("[data-total]")).not_to_have_text(before)
    expect(page.locator("[data-bubble]")).to_contain_text("’" * 800)
    expect(page.locator('[data-count="alphabet"]')).to_have_text("UCS-2")
    visitor.troubles = [one for one in visitor.troubles if "ERR_FAILED" not in one]


def test_the_meter_of_a_toll_free_group_counts_the_envelope_while_one_types(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Toll-free", group="Service messages")
    visitor.upload(JPEG)
    expect(page.locator("[data-meter]")).to_contain_text("Limit 525 KB, because of the toll-free number")
    page.route("**/preview", lambda route: route.abort("failed"))
    page.route("**/content", lambda route: route.abort("failed"))  # what is seen now is the script's own work
    visitor.text_box.fill("Hé")
    text_bytes = len("Tidewater: Hé\nReply STOP to end".encode())
    words = page.locator("[data-words]")
    expect(words).to_contain_text(f"+ text {text_bytes} bytes + envelope 4,000 bytes =")
    expect(words).to_contain_text("of 525,000 bytes")
    file_bytes, *_others, total_bytes, _limit = (
        int(figure.replace(",", "")) for figure in re.findall(r"[\d,]+", words.inner_text())
    )
    assert total_bytes == file_bytes + text_bytes + 4_000
    visitor.troubles = [one for one in visitor.troubles if "ERR_FAILED" not in one]


def test_the_preview_shows_the_picture_and_the_text_for_a_sample(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Sample")
    visitor.upload(JPEG)
    visitor.write("Hi {{ ${first_name} | default: 'there' }}, bye")
    first = page.locator("#sample option").first.inner_text().split()[0]
    expect(page.locator("[data-bubble]")).to_contain_text(f"Tidewater: Hi {first}, bye")
    assert page.locator(".phone-picture").evaluate("(image) => image.complete && image.naturalWidth") == 320
    page.get_by_text("Without MMS").click()
    expect(page.locator("[data-bubble]")).to_contain_text("/m/")
    expect(page.locator(".phone-picture")).to_have_count(0)


def test_a_second_file_replaces_the_first_after_asking(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Replace")
    visitor.upload(JPEG)
    visitor.choose(PNG)
    page.get_by_role("button", name="Keep the old one").click()
    expect(page.locator("#file .file-name")).to_have_text(JPEG.name)
    visitor.choose(PNG)
    page.locator("#ask-replace").get_by_role("button", name="Replace").click()
    expect(page.locator("#file .file-name")).to_have_text(PNG.name)


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_file_can_be_dropped_and_pasted(visit: Visit, way: str) -> None:
    visitor = visit("Marketer")
    visitor.new_campaign(way)
    visitor.page.evaluate(
        """([way, name, bytes]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
            const event = way === "drop"
                ? new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true })
                : new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
            document.body.dispatchEvent(event);
        }""",
        [way, PNG.name, list(PNG.content)],
    )
    expect(visitor.page.locator("#file .file-name")).to_have_text(PNG.name)


def test_fifty_megabytes_are_refused_before_they_are_sent(visit: Visit, tmp_path: Path) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Fifty")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.locator("#file-input").set_input_files(_fifty_megabytes(tmp_path))
    expect(page.locator("#upload-problems")).to_contain_text("25 MB")
    assert sent == []


def test_a_file_that_is_no_picture_is_refused_in_words_and_the_draft_stays(visit: Visit) -> None:
    visitor = visit("Marketer", refusals={422})
    visitor.new_campaign("Fake")
    visitor.upload(JPEG)
    visitor.write("Still here")
    visitor.choose(File("fake.jpg", "image/jpeg", b"<html>not a picture</html>"))
    visitor.page.locator("#ask-replace").get_by_role("button", name="Replace").click()
    expect(visitor.page.locator("#upload-problems p")).to_have_count(1)
    visitor.page.reload()
    expect(visitor.page.locator("#file .file-name")).to_have_text(JPEG.name)
    expect(visitor.text_box).to_have_value("Still here")


def test_leaving_at_once_and_coming_back_loses_nothing(visit: Visit) -> None:
    visitor = visit("Marketer")
    number = visitor.new_campaign("Leaving")
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.text_box.fill("Not saved yet")
    visitor.go("/campaigns/")
    visitor.go(f"/campaigns/{number}/content")
    expect(visitor.text_box).to_have_value("Not saved yet")
    expect(visitor.saved).to_contain_text("Saved at")


def test_without_a_connection_the_words_are_kept_and_saved_later(visit: Visit) -> None:
    visitor = visit("Marketer")
    number = visitor.new_campaign("Offline")
    visitor.page.context.set_offline(True)
    visitor.text_box.fill("In the tunnel")
    expect(visitor.saved).to_contain_text("no connection")
    visitor.page.context.set_offline(False)
    expect(visitor.saved).to_contain_text("Saved at")
    visitor.troubles = [one for one in visitor.troubles if "ERR_INTERNET_DISCONNECTED" not in one]
    visitor.go(f"/campaigns/{number}/content")
    expect(visitor.text_box).to_have_value("In the tunnel")


def test_logged_out_meanwhile_one_is_told_and_goes_on_after_logging_in_elsewhere(visit: Visit) -> None:
    visitor = visit("")
    visitor.log_in("Marketer")
    number = visitor.new_campaign("Logged out")
    visitor.page.context.clear_cookies()
    visitor.text_box.fill("Written while logged out")
    expect(visitor.page.locator("#signed-out")).to_be_visible()
    elsewhere = visitors.new_visitor(visitor.page.context, visitor.base_url)
    elsewhere.log_in("Marketer")
    expect(visitor.saved).to_contain_text("Saved at")
    expect(visitor.page.locator("#signed-out")).to_be_hidden()
    elsewhere.go(f"/campaigns/{number}/content")
    expect(elsewhere.text_box).to_have_value("Written while logged out")
    visitor.troubles = [one for one in visitor.troubles if "403" not in one]


def test_the_second_of_two_tabs_is_told_and_loses_nothing(visit: Visit) -> None:
    first = visit("Marketer", refusals={409})
    number = first.new_campaign("Two tabs")
    second = visit("Account manager")
    second.go(f"/campaigns/{number}/content")
    second.write("From the second")
    first.text_box.fill("From the first")
    expect(first.page.locator("#stale [data-stale-text]")).to_have_value("From the second")
    expect(first.text_box).to_have_value("From the first")
    first.page.get_by_role("button", name="Keep mine").click()
    expect(first.saved).to_contain_text("Saved at")
    second.page.reload()
    expect(second.text_box).to_have_value("From the first")


def test_a_reload_after_somebody_else_was_quicker_asks_again_instead_of_saving_over_them(visit: Visit) -> None:
    first = visit("Marketer", refusals={409})
    number = first.new_campaign("Reload")
    second = visit("Account manager")
    second.go(f"/campaigns/{number}/content")
    second.write("From the second")
    first.page.on("dialog", lambda dialog: dialog.accept())
    first.text_box.fill("From the first")
    theirs = first.page.locator("#stale [data-stale-text]")
    expect(theirs).to_have_value("From the second")
    first.page.reload()
    expect(theirs).to_have_value("From the second")
    expect(first.text_box).to_have_value("From the first")
    second.page.reload()
    expect(second.text_box).to_have_value("From the second")


def _fifty_megabytes(folder: Path) -> Path:
    path = folder / "film.jpg"
    with path.open("wb") as file:
        file.write(b"\xff\xd8\xff\xe0")
        file.truncate(50_000_000)
    return path
