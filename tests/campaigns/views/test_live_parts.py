from django.test import RequestFactory
from django.utils.safestring import mark_safe

from campaigns.views import live_parts
from campaigns.views.live_parts import Part

OUTER = Part("outer", mark_safe("<p>outer</p>"), "aa")
INNER = Part("inner", mark_safe("<p>inner</p>"), "bb", within="outer")


def answer(*seen: str) -> tuple[int, str]:
    response = live_parts.answer(RequestFactory().get("/", {"seen": list(seen)}), parts=[OUTER, INNER])
    return response.status_code, response.content.decode()


def test_nothing_new_is_no_content() -> None:
    assert answer("outer:aa", "inner:bb") == (204, "")


def test_only_the_part_that_changed_comes() -> None:
    _status, html = answer("outer:aa", "inner:old")

    assert 'id="inner" hx-swap-oob="true"' in html
    assert 'id="outer"' not in html


def test_an_inner_part_comes_along_with_its_outer_one_and_not_twice() -> None:
    _status, html = answer("outer:old", "inner:old")

    assert html.count("hx-swap-oob") == 1
    assert 'id="outer" hx-swap-oob="true"' in html


def test_a_swapped_part_carries_what_it_will_be_compared_with() -> None:
    assert 'name="seen" value="inner:bb"' in answer("outer:aa")[1]


def test_a_form_token_is_no_change() -> None:
    request = RequestFactory().get("/")
    template = "components/_confirm_form.html"
    made = [live_parts.make(request, id="x", template=template, context={"csrf_token": token}) for token in ("a", "b")]

    assert made[0].digest == made[1].digest


def test_other_words_are_a_change() -> None:
    request = RequestFactory().get("/")
    template = "components/_confirm_form.html"
    made = [live_parts.make(request, id="x", template=template, context={"words": words}) for words in ("a", "b")]

    assert made[0].digest != made[1].digest
