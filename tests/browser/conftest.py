"""One running product and one browser for the tests that an xdist worker is given of this folder.

They share its world, so each makes its own things, and the tests of a file stay together. Browser and product are gone
when the folder is done, since Playwright keeps an event loop in the thread that later tests would trip over.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import browsers
import pytest
import running_product
import visitors
from playwright.sync_api import Browser, StorageState, sync_playwright

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running_product.Product]:
    """The product; at the end nothing in its log may speak of a fault."""
    with running_product.running(tmp_path_factory.mktemp("product")) as running:
        yield running
    assert re.findall(r" (?:ERROR|CRITICAL) .*", running.said()) == [], running.said()


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=browsers.FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def sessions() -> dict[str, StorageState]:
    """The cookies of who has logged in before, by role: the log-in page is asked once for each."""
    return {}


@pytest.fixture
def visit(
    product: running_product.Product, browser: Browser, sessions: dict[str, StorageState]
) -> Iterator[visitors.Visit]:
    """Opens the product for somebody: `visit("Marketer")`; "" is nobody. At the end nothing may have gone wrong."""
    opened: list[visitors.Visitor] = []

    def open_for(role: str = "Marketer", *, refusals: Collection[int] = (), **options: Any) -> visitors.Visitor:
        if role and role not in sessions:
            door = visitors.new_visitor(browser.new_context(), product.base_url)
            door.log_in(role)
            sessions[role] = door.page.context.storage_state()
            door.page.context.close()
        state = {"storage_state": sessions[role]} if role else {}
        settings = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US", **state, **options}
        visitor = visitors.new_visitor(browser.new_context(**settings), product.base_url, refusals=frozenset(refusals))
        opened.append(visitor)
        return visitor

    yield open_for
    troubles = [trouble for visitor in opened for trouble in visitor.troubles]
    for visitor in opened:
        visitor.page.context.close()
    assert troubles == []
