"""Every page there is: usable by everybody (axe), in light and dark, wide and narrow, in both languages, and light."""

import re
from typing import Any

import page_faults
import pytest
from playwright.sync_api import Response, expect
from visitors import Visit

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
    "follow-up": f"/campaigns/{FINISHED}/follow-up",
    "library": "/library/",
    "picture": "/library/1",
    "contact card": "/library/cards/new?for=2",
    "inbox": "/inbox/",
    "virtual phones": "/sandbox/",
    "stop all sending": "/sending/stop",
    "carry on sending": "/sending/carry-on",
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
    "admin add a number": "/admin/subscriptions/sendernumber/add/",
    "admin accounts": "/admin/subscriptions/provideraccount/",
    "admin account": "/admin/subscriptions/provideraccount/1/change/",
    "admin add an outlet": "/admin/campaigns/outlet/add/",
    "admin people": "/admin/subscriptions/contact/",
    "admin person": "/admin/subscriptions/contact/1/change/",
    "admin our phones": "/admin/subscriptions/ourphone/",
    "admin campaigns": "/admin/campaigns/campaign/",
    "admin messages": "/admin/campaigns/message/",
    "admin message": "/admin/campaigns/message/1/change/",
    "admin history": "/admin/campaigns/history/",
    "admin users": "/admin/auth/user/",
    "admin user": "/admin/auth/user/1/change/",
    "admin add a user": "/admin/auth/user/add/",
    "start for real": "/start-for-real",
}
PAGES = [
    ("", "log in", "/login"),
    *(("Marketer", name, path) for name, path in MARKETER.items()),
    *(("Account manager", name, path) for name, path in MANAGER.items()),
]
MAIN = ["dashboard", "campaigns", "new campaign", "content", "review", "live", "inbox"]


def every_page(function: Any) -> Any:
    ids = [f"{name.replace(' ', '-')}" for _role, name, _path in PAGES]
    return pytest.mark.parametrize("role, path", [(role, path) for role, _name, path in PAGES], ids=ids)(function)


@every_page
def test_a_page_is_for_everybody_in_light_and_dark_wide_and_narrow(visit: Visit, role: str, path: str) -> None:
    visitor = visit(role, refusals={403, 404})
    visitor.go(path)
    assert visitor.troubles == []
    is_main = path in {MARKETER[name] for name in MAIN}
    assert page_faults.found(visitor.page, looks=page_faults.EVERY_LOOK if is_main else page_faults.LOOKS) == []
    visitor.troubles.clear()


@every_page
def test_a_page_is_in_french_and_no_wider_than_a_phone(visit: Visit, role: str, path: str) -> None:
    visitor = visit(role, refusals={403, 404}, viewport=page_faults.NARROW, locale="fr-FR")
    visitor.go(path)
    assert visitor.page.locator("html").get_attribute("lang") == "fr"
    assert page_faults.too_wide(visitor.page) == []


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


def _weight(answer: Response) -> int:
    """What came over the wire: header and compressed body."""
    sizes = answer.request.sizes()
    return int(sizes["responseHeadersSize"]) + int(sizes["responseBodySize"])
