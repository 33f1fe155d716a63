"""The marketer's journey, once through all of it: from an empty page to a picture on a phone, and what comes back."""

import dataclasses
import re
from collections.abc import Iterator

import media_samples
import pytest
import running_product
import servers
import visitors
from playwright.sync_api import Browser, expect
from visitors import File, Visit

OUR_PHONE = "+12125550177"
CARD = media_samples.vcf("ORG:Tidewater")


@dataclasses.dataclass(frozen=True)
class Sent:
    """A campaign that was launched: its file, whom it went to, its words, and what the phones should get."""

    file: File
    city: str
    text: str
    arrives_as: str
    number: int = 0
    people: int = 0


def _photo() -> File:
    content = media_samples.photo_jpeg(5, quality=99)
    assert len(content) > 5_000_000
    return File("IMG_2041.jpg", "image/jpeg", content)


@pytest.fixture(scope="module")
def launched(product: running_product.Product, browser: Browser) -> Iterator[dict[str, Sent]]:
    """One campaign for each kind of file, all launched before anybody waits for one of them."""
    todo = {
        "JPEG too large": Sent(_photo(), "Seattle", "As large as the sea", "image/jpeg"),
        "GIF": Sent(File("waves.gif", "image/gif", media_samples.gif(5)), "Chicago", "It moves", "image/gif"),
        "PNG": Sent(File("map.png", "image/png", media_samples.png(300, 200)), "Boston", "The way", "image/png"),
        "VCF": Sent(File("harbour.vcf", "text/vcard", CARD), "Toronto", "Our card", "text/vcard"),
    }
    visitor = visitors.new_visitor(browser.new_context(locale="en-US"), product.base_url)
    visitor.log_in("Marketer")
    done = {}
    for name, sent in todo.items():
        number = visitor.compose(name, file=sent.file, text=sent.text, city=sent.city, fit=name.endswith("too large"))
        done[name] = dataclasses.replace(sent, number=number, people=visitor.launch())
    visitor.page.context.close()
    yield done
    assert visitor.troubles == []


@pytest.fixture
def phones(visit: Visit) -> visitors.Visitor:
    """Somebody who holds the virtual phones and may see their numbers."""
    return visit("Account manager")


def test_from_an_empty_page_to_a_phone_and_back(
    visit: Visit, phones: visitors.Visitor, product: running_product.Product, launched: dict[str, Sent]
) -> None:
    marketer = visit("Marketer")
    page = marketer.page
    beach = File("beach-day.jpg", "image/jpeg", media_samples.jpeg(640, 480))
    number = marketer.compose("Journey", file=beach, text="Hi, the sea is calling", city="Denver")
    expect(page.locator("#problems-title")).to_have_count(0)
    expect(page.locator(".phone-picture")).to_have_js_property("naturalWidth", 640)

    _prove_our_phone(marketer, phones)
    page.get_by_role("checkbox", name=re.compile("Mara's phone")).check()
    marketer.press("Send a test")
    expect(page.locator("#messages")).to_contain_text("A test is on its way")
    phones.open_phone(OUR_PHONE)
    expect(phones.bubbles.last).to_contain_text("the sea is calling")

    people = marketer.launch()
    expect(page.locator("#live")).to_contain_text("Sends in")
    marketer.wait_until_finished(number)
    marketer.wait_for_sum("delivered", people)
    planned, parts = marketer.sum_line()
    assert planned == sum(parts.values())

    received = [
        one for one in product.carrier.messages() if one["text"].startswith("Tidewater: Hi, the sea is calling")
    ]
    reached = sorted(one["to"] for one in received if one["to"] != OUR_PHONE)
    assert (len(reached), len(set(reached))) == (people, people)

    stopper, answerer = reached[0], reached[1]
    _say_stop(phones, stopper)
    marketer.go("/inbox/")
    row = page.locator(".inbox-row").filter(has_text="STOP").first
    expect(row).to_contain_text("Journey")
    expect(row).to_contain_text("unsubscribed")
    row.locator(".inbox-who a").click()
    may_we = page.get_by_role("region", name="May we text them?")
    expect(may_we.get_by_role("row").filter(has_text="Promotions")).to_contain_text("they opted out")

    phones.open_phone(answerer)
    phones.reply("Look at this!", file=File("back.png", "image/png", media_samples.png(200, 100)))
    marketer.go("/inbox/")
    picture = page.locator(".inbox-row").filter(has_text="Look at this!").locator("img")
    expect(picture).to_have_js_property("naturalWidth", 200)


@pytest.mark.parametrize("name", ["GIF", "PNG", "VCF", "JPEG too large"])
def test_every_kind_of_file_arrives_as_what_it_is(
    name: str,
    visit: Visit,
    phones: visitors.Visitor,
    product: running_product.Product,
    launched: dict[str, Sent],
) -> None:
    sent = launched[name]
    marketer = visit("Marketer")
    marketer.wait_until_finished(sent.number)
    marketer.wait_for_sum("delivered", sent.people)
    received = [one for one in product.carrier.messages() if sent.text in one["text"]]
    assert len(received) == len({one["to"] for one in received}) == sent.people
    phones.open_phone(received[0]["to"])
    expect(phones.bubbles.last).to_contain_text(sent.text)
    if name == "VCF":
        expect(phones.page.locator(".phone-talk .contact-card").last).to_be_visible()
    else:
        expect(phones.page.locator(".phone-talk .phone-picture").last).to_have_js_property("complete", True)
        assert phones.page.locator(".phone-talk .phone-picture").last.evaluate("(image) => image.naturalWidth") > 0
    (media,) = _media(product, received[0])
    assert media["content_type"] == sent.arrives_as
    assert media["bytes"] + len(received[0]["text"].encode()) <= 1_000_000


def _prove_our_phone(marketer: visitors.Visitor, phones: visitors.Visitor) -> None:
    """Add a phone of ours on the review page and reply with its code."""
    page = marketer.page
    page.get_by_label("Whose phone").fill("Mara's phone")
    page.get_by_label("Number", exact=True).fill("(212) 555-0177")
    marketer.press("Text it a code")
    expect(page.locator("#messages")).to_contain_text("A code is on its way")
    phones.open_phone(OUR_PHONE)
    code = re.search(r"\b\d{4,8}\b", phones.bubbles.last.inner_text())
    assert code
    phones.reply(code.group())

    def proved() -> bool:
        page.reload()
        return page.get_by_role("checkbox", name=re.compile("Mara's phone")).is_enabled()

    servers.wait_for(proved, seconds=30, what="the code to be understood")


def _say_stop(phones: visitors.Visitor, phone: str) -> None:
    """Press STOP on a phone, and see the confirmation arrive."""
    phones.open_phone(phone)
    expect(phones.page.locator(".phone-picture")).to_have_js_property("naturalWidth", 640)
    phones.press("STOP")
    expect(phones.bubbles.last).to_contain_text("you are unsubscribed")


def _media(product: running_product.Product, message: dict[str, object]) -> list[dict[str, object]]:
    talk = product.carrier.ask("GET", f"/v1/phones/{message['to']}/messages")["messages"]
    (entry,) = [one for one in talk if one["id"] == message["id"]]
    return entry["media"]
