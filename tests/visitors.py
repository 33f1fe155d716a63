"""A person at a browser in front of the running product: what they do on each page, in the words of the page.

Whatever goes wrong behind their back (a script error, a refused resource, a policy violation, a foreign host) is
written down in `troubles`, and the fixture that made the visitor asks for it at the end.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

PASSWORD = "try-it-out"
UPLOAD_WAIT_MS = 30_000
START_WAIT_MS = 90_000
_STATUS = re.compile(r"the server responded with a status of (\d+)")


@dataclass(frozen=True)
class File:
    """A file in somebody's hand."""

    name: str
    type: str
    content: bytes


@dataclass
class Visitor:
    """One browser tab of one person. `refusals` are the statuses that this visit provokes on purpose."""

    page: Page
    base_url: str
    refusals: frozenset[int] = frozenset()
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        status = _STATUS.search(message.text)
        if status is None or int(status.group(1)) not in self.refusals:
            self.troubles.append(f"{self.page.url}: {message.text}")

    def _look(self, request: Request) -> None:
        if not request.url.startswith((self.base_url, "data:", "blob:")):
            self.troubles.append(f"{self.page.url}: asked {request.url}")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base_url}{path}")

    def press(self, name: str | re.Pattern[str], *, role: str = "button") -> None:
        self.page.get_by_role(role, name=name).click()

    def log_in(self, role: str) -> None:
        self.go("/login")
        self.press(f"Log in as {role}")
        self.page.wait_for_url(f"{self.base_url}/")

    @property
    def text_box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Text", exact=True)

    @property
    def saved(self) -> Locator:
        return self.page.locator("#saved")

    def new_campaign(self, name: str, *, group: str = "Promotions") -> int:
        """Answer the three questions; returns the campaign's number, with its content page open."""
        self.go("/campaigns/new")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_role("radio", name="Promotion", exact=True).check()
        self.page.get_by_role("radio", name=group).check()
        self.press("Go on to the content")
        self.page.wait_for_url("**/content")
        return self.campaign()

    def campaign(self) -> int:
        """The number of the campaign whose page is open."""
        found = re.search(r"/campaigns/(\d+)/", self.page.url)
        assert found, self.page.url
        return int(found.group(1))

    def choose(self, file: File) -> None:
        """Choose a file, as with the file dialog."""
        self.page.locator("#file-input").set_input_files(
            {"name": file.name, "mimeType": file.type, "buffer": file.content}
        )

    def upload(self, file: File) -> None:
        """Choose a file and wait until it stands there, cleaned."""
        self.choose(file)
        expect(self.page.locator("#file .file-name")).to_have_text(file.name, timeout=UPLOAD_WAIT_MS)

    def describe(self, words: str) -> None:
        """Say what is to be seen on the file, and wait until that is kept."""
        with self.page.expect_response(lambda answer: answer.url.endswith("/content") and answer.ok):
            self.page.get_by_label("What is to be seen").fill(words)
            self.page.get_by_label("What is to be seen").blur()
        expect(self.saved).to_contain_text("Saved at")

    def write(self, text: str) -> None:
        """Type the text and wait until it is saved by itself."""
        with self.page.expect_response(lambda answer: answer.url.endswith("/content") and answer.ok):
            self.text_box.fill(text)
        expect(self.saved).to_contain_text("Saved at")

    def only_city(self, city: str) -> None:
        """On the audience page: narrow it to one city, and wait for the count that belongs to it."""
        row = self.page.locator("[data-row]").first
        with self.page.expect_response(_saved_audience(city)):
            row.get_by_label("What").select_option(label="city")
            row.get_by_label("Value").fill(city)
        expect(self.saved).to_contain_text("Saved at")

    def to_step(self, name: str) -> None:
        """Open a step by its name at the top."""
        self.page.locator("#steps").get_by_role("link", name=name).click()
        self.page.wait_for_url(f"**/{name.lower()}")

    def compose(
        self, name: str, *, file: File | None, text: str, city: str, group: str = "Promotions", fit: bool = False
    ) -> int:
        """All the way to the review page, by the buttons; `fit` presses *Make it fit* on the way."""
        number = self.new_campaign(name, group=group)
        if file:
            self.upload(file)
            if file.type != "text/vcard":
                self.describe("What the campaign is about")
        if fit:
            self.press("Make it fit")
            expect(self.page.locator("#file")).to_contain_text("Made to fit", timeout=UPLOAD_WAIT_MS)
        if text:
            self.write(text)
        self.press("Go on to the audience")
        self.page.wait_for_url("**/audience")
        if city:
            self.only_city(city)
        self.press("Go on to the schedule")
        self.page.wait_for_url("**/schedule")
        self.press("Go on to the review")
        self.page.wait_for_url("**/review")
        return number

    def launch(self) -> int:
        """Press *Launch…* on the review page and say yes; returns the number of people that the question named."""
        self.page.locator(".launch-button").click()
        button = self.page.get_by_role("button", name=re.compile("^Launch for"))
        people = int(re.sub(r"\D", "", button.inner_text()))
        button.click()
        self.page.wait_for_url("**/live")
        return people

    def wait_until_finished(self, number: int) -> None:
        """Look at the live page, which follows by itself, until the campaign is over."""
        if not self.page.url.endswith(f"/campaigns/{number}/live"):
            self.go(f"/campaigns/{number}/live")
        expect(self.page.locator(".live-facts")).to_contain_text("finished", timeout=START_WAIT_MS)

    def wait_for_sum(self, part: str, count: int) -> None:
        """Look at the open live page until this many are in this part."""
        words = re.compile(rf"\b{count:,}\s+{part}")
        expect(self.page.locator(".sum-line")).to_have_text(words, timeout=START_WAIT_MS)

    def open_phone(self, phone: str) -> None:
        """Take a virtual phone in hand, found by its number."""
        self.go(f"/sandbox/?q={phone.lstrip('+')}")
        self.page.locator(".sandbox-line").first.click()
        self.page.wait_for_url(re.compile("/sandbox/[^?]"))

    @property
    def bubbles(self) -> Locator:
        """What stands on the open phone, oldest first."""
        return self.page.locator(".phone-talk .bubble")

    def reply(self, text: str, *, file: File | None = None) -> None:
        """Write from the open phone."""
        if file:
            self.page.locator(".phone-write [type=file]").set_input_files(
                {"name": file.name, "mimeType": file.type, "buffer": file.content}
            )
        self.page.get_by_placeholder("Text message").fill(text)
        self.press("Send")
        expect(self.page.locator(".phone-entry.is-written .bubble").last).to_contain_text(text)

    def sum_line(self) -> tuple[int, dict[str, int]]:
        """The line that adds up: what was planned, and its parts by name."""
        words = self.page.locator(".sum-line").inner_text()
        planned, _equals, parts = words.partition("=")
        figures = re.findall(r"([\d,]+)\s+([^\d+]+)", parts)
        return _number(planned), {name.strip(): _number(figure) for figure, name in figures}


# Two cores carry the browser, the product and other tests.
expect.set_options(timeout=15_000)
Visit = Callable[..., Visitor]


def new_visitor(context: BrowserContext, base_url: str, *, refusals: frozenset[int] = frozenset()) -> Visitor:
    context.set_default_timeout(15_000)
    return Visitor(context.new_page(), base_url, refusals)


def _number(words: str) -> int:
    return int(re.sub(r"\D", "", words))


def _saved_audience(city: str) -> Callable[[Response], bool]:
    return lambda answer: answer.url.endswith("/audience") and city in (answer.request.post_data or "") and answer.ok
