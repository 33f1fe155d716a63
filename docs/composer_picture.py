"""Take the README's picture from the running demo: `python docs/composer_picture.py [address]` after `make run`."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import browsers  # noqa: E402  # the tests know where Chromium is and how it is started


def main(address: str) -> None:
    """Log in as the demo marketer, open the draft, save docs/composer.png at 1440 pixels."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browsers.executable(), args=browsers.FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 960}, device_scale_factor=1)
        page.goto(f"{address}/login")
        page.fill("#id_username", "marketer")
        page.fill("#id_password", "try-it-out")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/campaigns/?state=draft")
        page.locator("a.cell-title").first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(ROOT / "docs" / "composer.png"))
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
