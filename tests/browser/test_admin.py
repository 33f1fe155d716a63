"""The account manager's side in a browser; that its pages are for everybody is asked in test_pages."""

import pytest
from playwright.sync_api import expect
from visitors import Visit


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(237, 240, 243)"), ("dark", "rgb(10, 14, 20)")])
def test_light_and_dark_follow_the_device(visit: Visit, scheme: str, ground: str) -> None:
    visitor = visit("Account manager", color_scheme=scheme)
    visitor.go("/admin/")
    expect(visitor.page.locator("body")).to_have_css("background-color", ground)


def test_countries_are_chosen_from_a_list_that_can_be_searched(visit: Visit) -> None:
    visitor = visit("Account manager")
    visitor.go("/admin/subscriptions/subscriptiongroup/2/change/")
    chosen = visitor.page.locator("#id_allowed_countries_to option")
    before = chosen.count()
    visitor.page.locator("#id_allowed_countries_input").fill("Jama")
    visitor.page.locator("#id_allowed_countries_from option", has_text="Jamaica").dblclick()
    expect(chosen).to_have_count(before + 1)


def test_a_mistake_is_told_without_scripts_too(visit: Visit) -> None:
    visitor = visit("Account manager", java_script_enabled=False)
    visitor.go("/admin/subscriptions/sendernumber/add/")
    visitor.page.locator("[name=kind]").select_option("short_code")
    visitor.page.locator("[name=value]").fill("12")
    visitor.page.locator("[name=_save]").click()
    expect(visitor.page.locator(".field-value .errorlist")).to_contain_text("3 to 8 digits")
