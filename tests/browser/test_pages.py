"""Every page there is: usable by everybody (axe), in light and dark, wide and narrow, in both languages, and light."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, expect
from visitors import Visit

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WEIGHT_LIMIT_BYTES = 200_000
MEDIA = {"image", "media"}

# The finished campaign is the first of the demo world, the draft the second.
FINISHED, DRAFT = 1, 2
MARKETER = {
    "dashboard": "/",
    "campaigns": "/campaigns/",
    "no campaign found": "/campaigns/?q=nothing+like+this",
    "new campaign": "/campaigns/new",
    "basics": f"/campaigns/{DRAFT}/basics",
    "content": f"/campaigns/{DRAFT}/content",
    "audience": f"/campaigns/{DRAFT}/audience",
    "schedule": f"/campaigns/{DRAFT}/schedule",
    "review": f"/campaigns/{DRAFT}/review",
    "live": f"/campaigns/{FINISHED}/live?part=failed",
    "library": "/library/",
    "picture": "/library/1",
    "inbox": "/inbox/",
    "virtual phones": "/sandbox/",
    "preferences": "/preferences",
    "missing": "/nowhere",
    "not allowed": "/admin/",
}
MANAGER = {
    "people": "/people/",
    "person": "/people/1",
    "add a person": "/people/add",
    "consent": "/people/1/consent",
    "suppress": "/people/1/suppress",
    "import": "/people/import",
    "one virtual phone": "/sandbox/person-1",
    "admin": "/admin/",
    "admin groups": "/admin/subscriptions/subscriptiongroup/",
    "admin group": "/admin/subscriptions/subscriptiongroup/1/change/",
    "admin numbers": "/admin/subscriptions/sendernumber/",
    "admin number": "/admin/subscriptions/sendernumber/1/change/",
    "admin people": "/admin/subscriptions/contact/",
    "admin campaigns": "/admin/campaigns/campaign/",
    "admin messages": "/admin/campaigns/message/",
    "start for real": "/start-for-real",
}
PAGES = [
    ("", "log in", "/login"),
    *(("Marketer", name, path) for name, path in MARKETER.items()),
    *(("Account manager", name, path) for name, path in MANAGER.items()),
]
# The admin's own: a question mark beside its two lists (a label on a span without a role), empty heads over inlines.
DJANGOS_OWN = [".selector .help-tooltip"]
EMPTY_HEADS = {"empty-table-header": {"enabled": False}}
ALL = {"rules": EMPTY_HEADS}
LOOKS = [("light", NARROW, ALL), ("dark", WIDE, ALL)]
MAIN = ["dashboard", "campaigns", "new campaign", "content", "review", "live", "inbox"]
# Colours change with the theme, and what is shown with the width: the main pages are looked at the other way round too.
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
OTHER_LOOKS = [("dark", NARROW, CONTRAST), ("light", WIDE, CONTRAST)]


def every_page(function: Any) -> Any:
    ids = [f"{name.replace(' ', '-')}" for _role, name, _path in PAGES]
    return pytest.mark.parametrize("role, path", [(role, path) for role, _name, path in PAGES], ids=ids)(function)


@every_page
def test_a_page_is_for_everybody_in_light_and_dark_wide_and_narrow(visit: Visit, role: str, path: str) -> None:
    visitor = visit(role, refusals={403, 404}, reduced_motion="reduce")
    visitor.go(path)
    assert visitor.troubles == []
    found = []
    for theme, size, rules in LOOKS + (OTHER_LOOKS if path in {MARKETER[name] for name in MAIN} else []):
        visitor.page.evaluate(_THEME, theme)
        visitor.page.set_viewport_size(size)
        found += [f"reaches past the edge of {size['width']}: {one}" for one in visitor.page.evaluate(_TOO_WIDE)]
        found += [f"{theme}, {size['width']} wide: {one}" for one in violations(visitor.page, rules)]
    visitor.troubles.clear()  # axe sets styles of its own, which the policy refuses as it should
    assert found == []


@every_page
def test_a_page_is_in_french_and_no_wider_than_a_phone(visit: Visit, role: str, path: str) -> None:
    visitor = visit(role, refusals={403, 404}, viewport=NARROW, locale="fr-FR")
    visitor.go(path)
    assert visitor.page.locator("html").get_attribute("lang") == "fr"
    assert visitor.page.evaluate(_TOO_WIDE) == []


@pytest.mark.parametrize("name", MAIN)
def test_a_page_without_media_stays_under_200_kb(visit: Visit, name: str) -> None:
    visitor = visit("Marketer")
    answers: list[Response] = []
    visitor.page.on("response", lambda answer: answers.append(answer))
    visitor.go(MARKETER[name])
    visitor.page.wait_for_load_state("load")
    sizes = {answer.url: _weight(answer) for answer in answers if answer.request.resource_type not in MEDIA}
    assert sum(sizes.values()) < WEIGHT_LIMIT_BYTES, sizes


def test_a_role_that_may_not_is_told_what_is_missing(visit: Visit) -> None:
    viewer = visit("Viewer", refusals={403})
    viewer.go("/campaigns/new")
    expect(viewer.page.get_by_role("main")).to_contain_text(re.compile("right", re.IGNORECASE))


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds on the page as it stands: rule, place and reason."""
    options = {"resultTypes": ["violations"], "preload": False, **rules}
    response = Axe().run(page, context={"exclude": DJANGOS_OWN}, options=options).response
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]


def _weight(answer: Response) -> int:
    """What came over the wire: header and compressed body."""
    sizes = answer.request.sizes()
    return int(sizes["responseHeadersSize"]) + int(sizes["responseBodySize"])


# Colours that are still on their way from one theme to the other are nobody's fault.
_THEME = """async (theme) => {
    document.documentElement.dataset.bsTheme = theme;
    await new Promise(requestAnimationFrame);
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map((one) => one.finished));
}"""
# What reaches past the right edge, unless it scrolls in a box of its own.
_TOO_WIDE = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.body.querySelectorAll("*")]
        .filter((one) => one.getBoundingClientRect().right > room + 1)
        .map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`).slice(0, 8);
}"""
