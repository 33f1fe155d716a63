"""The contact-card studio with its scripts: the phone follows the typing, the square is dragged, the card goes on."""

import base64

import media_samples
import pytest
import visitors
from PIL import Image
from playwright.sync_api import Locator, expect
from visitors import Visit


def halves(width: int = 800, height: int = 400) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (2, 1), "red")
    image.paste("blue", (1, 0, 2, 1))
    return media_samples.encoded(image.resize((width, height), Image.Resampling.NEAREST), "PNG")


def choose(visitor: visitors.Visitor, name: str, kind: str, content: bytes) -> None:
    visitor.page.locator("#id_photo").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def share(visitor: visitors.Visitor, name: str) -> float:
    return float(visitor.page.locator(f'[data-crop][name="{name}"]').input_value())


def colour(canvas: Locator) -> object:
    """What stands in the middle of the photo on the phone."""
    drawn: str = canvas.evaluate("(one) => one.toDataURL()")
    return media_samples.opened(base64.b64decode(drawn.partition(",")[2])).convert("RGB").getpixel((120, 120))


def test_a_card_is_put_together_before_ones_eyes_and_goes_into_the_campaign(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("With a card")
    visitor.press("Make a contact card", role="link")
    screen = page.locator("#card-screen")
    page.get_by_label("First name").fill("Maya")
    page.get_by_label("Last name").fill("Fields")
    expect(screen.locator(".contact-name")).to_have_text("Maya Fields")
    expect(screen.locator(".contact-face")).to_have_text("MF")
    page.get_by_role("button", name="Add a number").click()
    page.keyboard.type("2125550123")
    expect(screen).to_contain_text("+1 212-555-0123")
    choose(visitor, "maya.png", "image/png", halves())
    expect(screen.locator("canvas.contact-face")).to_be_visible()
    assert (share(visitor, "x"), share(visitor, "width")) == (0.25, 0.5)
    square = page.locator("cropper-selection").bounding_box()
    assert square
    page.mouse.move(square["x"] + square["width"] / 2, square["y"] + square["height"] / 2)
    page.mouse.down()
    page.mouse.move(square["x"] + 3 * square["width"], square["y"], steps=4)
    page.mouse.up()
    assert (share(visitor, "x"), share(visitor, "y"), share(visitor, "width")) == (0.5, 0, 0.5)
    assert colour(screen.locator("canvas")) == (0, 0, 255)
    page.get_by_label("Title").fill("Manager")
    expect(screen.locator(".contact-role")).to_contain_text("Manager")
    assert colour(screen.locator("canvas")) == (0, 0, 255)
    visitor.press("Put the card into the campaign")
    expect(page.locator("#file .file-name")).to_have_text("Maya Fields.vcf")
    phone = page.locator("#phone")
    phone.locator(".contact-card").click()
    expect(phone.locator(".contact-name")).to_be_visible()
    photo = phone.locator(".contact-head img.contact-face")
    expect(photo).to_have_js_property("naturalWidth", 240)
    phone.get_by_text("Back").click()
    expect(phone.locator(".contact-name")).to_be_hidden()


def test_the_square_is_turned_moved_by_keys_and_kept_inside(visit: Visit) -> None:
    visitor = visit("Marketer", viewport={"width": 390, "height": 844})
    page = visitor.page
    visitor.go("/library/cards/new")
    choose(visitor, "maya.png", "image/png", halves())
    frame = page.locator(".crop-frame")
    expect(page.locator("cropper-selection")).to_be_visible()
    visitor.press("Turn")
    expect(page.locator('[data-crop][name="rotate"]')).to_have_value("90")
    assert (share(visitor, "y"), share(visitor, "height")) == (0.25, 0.5)
    frame.focus()
    for _step in range(30):
        page.keyboard.press("ArrowDown")
    assert (share(visitor, "y"), share(visitor, "height")) == (0.5, 0.5)
    page.keyboard.press("Shift+-")
    assert share(visitor, "height") == pytest.approx(0.45, abs=0.001)
    assert share(visitor, "width") == pytest.approx(0.9, abs=0.002)
    assert colour(page.locator("#card-screen canvas")) == (0, 0, 255)
    visitor.press("Take another or none")
    expect(page.locator("cropper-canvas")).to_have_count(0)
    expect(page.locator('[data-crop][name="x"]')).to_have_value("")


def test_what_the_browser_cannot_show_is_left_to_the_server(visit: Visit) -> None:
    visitor = visit("Marketer", refusals={422})
    page = visitor.page
    visitor.go("/library/cards/new")
    page.get_by_label("First name").fill("Maya")
    choose(visitor, "maya.jpg", "image/jpeg", b"this is no picture")
    expect(page.get_by_text("This browser cannot show this kind of picture")).to_be_visible()
    visitor.press("Show")
    expect(page.locator(".field-error").first).to_contain_text("This is not a picture. A photo is a JPEG")
    expect(page.get_by_label("First name")).to_have_value("Maya")


def test_a_card_is_made_without_scripts(visit: Visit) -> None:
    visitor = visit("Marketer", java_script_enabled=False)
    page = visitor.page
    visitor.go("/library/cards/new")
    page.get_by_label("First name").fill("Plain")
    page.get_by_label("Number", exact=True).first.fill("+1 212 555 0124")
    choose(visitor, "maya.png", "image/png", halves())
    visitor.press("Show")
    expect(page.locator(".contact-name")).to_have_text("Plain")
    expect(page.locator("#card-screen img.contact-face")).to_have_js_property("naturalWidth", 240)
    visitor.press("Put the card into the library")
    expect(page.locator("h1")).to_have_text("Plain.vcf")
