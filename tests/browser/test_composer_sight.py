"""What a writer sees of their work beside it: how far an upload is, the phone in the dark, a contact card in it."""

import re

import media_samples
from playwright.sync_api import expect
from visitors import File, Visit

CARD = File("harbour.vcf", "text/vcard", media_samples.vcf("ORG:Tidewater"))
PHOTO = File("pier.jpg", "image/jpeg", media_samples.photo_jpeg(1))
# Slow enough for a handful of steps; with all the room of a local wire there is nothing to see.
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 800_000}
# Writes down what the panel shows each time that it changes: it is gone again when anybody asks.
WATCH = """() => {
    const panel = document.querySelector(".upload");
    const [bar, words] = [panel.querySelector("progress"), panel.querySelector("[data-upload-words]")];
    window.shown = [];
    const note = () => window.shown.push([bar.value, words.textContent.replaceAll("\\u00a0", " ")]);
    new MutationObserver(() => { if (!panel.hidden) note(); })
        .observe(panel, { attributes: true, childList: true, characterData: true, subtree: true });
}"""


def test_an_upload_shows_how_far_it_is(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("On its way")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    page.evaluate(WATCH)
    visitor.upload(PHOTO)
    shown = page.evaluate("window.shown")
    sent = [value for value, words in shown if re.fullmatch(r"[\d.]+ KB of [\d.]+ KB", words)]
    assert sent == sorted(sent)
    assert len({value for value in sent if 0 < value < 100}) >= 3, shown
    assert shown[-1][1] == "Checking and cleaning…"
    expect(page.locator(".upload")).to_be_hidden()


def test_the_phone_can_be_looked_at_in_the_dark(visit: Visit) -> None:
    visitor = visit("Marketer", color_scheme="light")
    page = visitor.page
    visitor.new_campaign("At night")
    glass, room = page.locator("#phone .phone-screen"), page.locator("body")
    visitor.write("Good night")
    expect(glass).to_have_css("background-color", "rgb(255, 255, 255)")
    page.get_by_label("Phone in dark mode").check(force=True)
    expect(glass).to_have_css("background-color", "rgb(11, 12, 15)")
    expect(page.locator("#phone .bubble")).to_have_css("color", "rgb(242, 243, 245)")
    expect(room).to_have_css("background-color", "rgb(237, 240, 243)")
    page.get_by_label("Phone in dark mode").uncheck(force=True)
    expect(glass).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_contact_card_is_drawn_as_phones_show_it(visit: Visit) -> None:
    visitor = visit("Marketer")
    page = visitor.page
    visitor.new_campaign("Card")
    visitor.upload(CARD)
    visitor.write("Our card")
    card = page.locator("#phone .contact-card")
    expect(card.locator("b")).to_have_text("Ada Byron")
    expect(card).to_contain_text("Tidewater")
    expect(page.locator("#phone .phone-picture")).to_have_count(0)
    expect(page.locator("#phone [data-bubble]")).to_contain_text("Our card")


def test_a_text_too_long_even_for_a_draft_is_refused_beside_it(visit: Visit) -> None:
    visitor = visit("Marketer", refusals={422})
    page = visitor.page
    visitor.new_campaign("A novel")
    visitor.text_box.fill("x" * 50_001)
    expect(page.locator("#text-problems")).to_contain_text("50,001 characters; up to 50,000 are kept")
    expect(page.locator("#upload-problems p")).to_have_count(0)
    visitor.write("A note")
    expect(page.locator("#text-problems p")).to_have_count(0)
