import pytest

from campaigns.text import links


def test_finds_a_link_without_the_full_stop_after_it():
    text = "See https://shop.example/sale?a=1."

    (link,) = links.find(text)

    assert (link.url, text[link.start : link.end]) == ("https://shop.example/sale?a=1",) * 2


@pytest.mark.parametrize("text", ["http://bit.ly/x", "Go to BIT.LY/x", "https://www.tinyurl.com/abc"])
def test_knows_public_shorteners(text):
    assert [link.public_shortener for link in links.find(text)] == [True]


@pytest.mark.parametrize("text", ["https://habit.ly/x", "https://bit.ly.example/x", "https://shop.example/bit.ly/x"])
def test_other_hosts_are_no_shorteners(text):
    assert [link.public_shortener for link in links.find(text)] == [False]


@pytest.mark.parametrize("text", ["5.30 pm", "Mail a@bit.ly/x", "and/or", "v1.2 of it.", ""])
def test_what_is_no_link(text):
    assert links.find(text) == ()
