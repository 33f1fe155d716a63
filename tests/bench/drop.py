"""From the drop of a file to its verdict on the page, and from *Make it fit* to the copy, against the fence alone."""

import base64
import functools
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import browsers
import media_samples
import running_product
import visitors
from bench import measure
from playwright.sync_api import Page, sync_playwright

from campaigns.media import fence

ROUNDS = 5
BUDGET_BYTES = 590_000
# A real drop, then the time until the page shows that file with a verdict.
DROP = """async ([name, type, content]) => {
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type }));
    const place = document.getElementById("file");
    const began = performance.now();
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
    while (!place.querySelector(".file-verdict") || !place.querySelector(".file-name").textContent.includes(name)) {
        await new Promise(requestAnimationFrame);
    }
    return performance.now() - began;
}"""
FIT = """async () => {
    const place = document.getElementById("file");
    const began = performance.now();
    [...place.querySelectorAll("button")].find((one) => one.textContent.includes("Make it fit")).click();
    while (!place.querySelector("[data-fit-came]")) await new Promise(requestAnimationFrame);
    return performance.now() - began;
}"""


@functools.cache
def photo() -> bytes:
    """12 megapixels, about 9 MB."""
    return media_samples.photo_jpeg(12, quality=95)


def another(serial: int) -> bytes:
    """The same photo with other bytes: the very same would be known."""
    return photo()[:2] + b"\xff\xfe\x00\x06" + serial.to_bytes(4, "big") + photo()[2:]


def drop(visitor: visitors.Visitor, serial: int) -> float:
    """Milliseconds from the drop to the verdict, in a new campaign."""
    visitor.new_campaign(f"Drop {serial}")
    page: Page = visitor.page
    content = base64.b64encode(another(serial)).decode()
    return float(page.evaluate(DROP, [f"drop-{serial}.jpg", "image/jpeg", content]))


def row(name: str, values: list[float], bare_s: list[float]) -> measure.Row:
    return measure.Row(name, round(statistics.median(values), 1), "ms", round(statistics.median(bare_s) * 1000, 1))


def rows() -> Iterator[measure.Row]:
    drops, fits, reviews, bare_fits = [], [], [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_product.running(Path(folder)) as product,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browsers.executable(), args=browsers.FLAGS)
        visitor = visitors.new_visitor(browser.new_context(locale="en-US"), product.base_url)
        visitor.page.set_default_timeout(120_000)
        visitor.log_in("Marketer")
        for serial in range(ROUNDS):
            drops.append(drop(visitor, serial))
            fits.append(float(visitor.page.evaluate(FIT)))
            data = another(serial)
            reviews.append(measure.seconds(functools.partial(fence.review, data, name="a.jpg")))
            bare_fits.append(measure.seconds(functools.partial(fence.fit, data, budget_bytes=BUDGET_BYTES)))
        browser.close()
    yield row("page_drop_photo", drops, reviews)
    yield row("page_fit_photo", fits, bare_fits)
