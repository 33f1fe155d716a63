"""What is wrong with a page as it stands in a browser: axe's rules and its width, light and dark, wide and narrow."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}

# The admin's own: a question mark beside its two lists (a label on a span without a role), empty heads over inlines.
_DJANGOS_OWN = [".selector .help-tooltip"]
_EMPTY_HEADS = {"empty-table-header": {"enabled": False}}
_ALL = {"rules": _EMPTY_HEADS}
# Colours change with the theme, and what is shown with the width.
_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

Look = tuple[str, ViewportSize, dict[str, Any]]
LOOKS: list[Look] = [("light", NARROW, _ALL), ("dark", WIDE, _ALL)]
EVERY_LOOK: list[Look] = [*LOOKS, ("dark", NARROW, _CONTRAST), ("light", WIDE, _CONTRAST)]


def found(page: Page, *, looks: list[Look] = LOOKS) -> list[str]:
    """Everything that is wrong, in words. Axe sets styles of its own: the policy refuses them, which the page hears."""
    faults = []
    for theme, size, rules in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # light or dark
        page.evaluate(_THEME, theme)
        faults += [f"{theme}: {one}" for one in [*too_wide(page), *_violations(page, rules)]]
    return faults


def too_wide(page: Page) -> list[str]:
    """What reaches past the right edge, unless it scrolls in a box of its own."""
    return [f"reaches past the edge: {one}" for one in page.evaluate(_TOO_WIDE)]


def _violations(page: Page, rules: dict[str, Any]) -> list[str]:
    options = {"resultTypes": ["violations"], "preload": False, **rules}
    response = Axe().run(page, context={"exclude": _DJANGOS_OWN}, options=options).response
    return [
        f"{page.viewport_size} {violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]


# Colours that are still on their way from one theme to the other are nobody's fault.
_THEME = """async (theme) => {
    if (document.documentElement.dataset.bsTheme) document.documentElement.dataset.bsTheme = theme;
    await new Promise(requestAnimationFrame);
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map((one) => one.finished));
}"""
_TOO_WIDE = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.body.querySelectorAll("*")]
        .filter((one) => one.getBoundingClientRect().right > room + 1)
        .map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`).slice(0, 8);
}"""
