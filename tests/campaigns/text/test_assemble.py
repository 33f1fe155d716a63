import pytest

from campaigns.text import assemble

BRAND, LINE, LINK = "Harbour", "Reply STOP to end", "https://h.example/m/abc"


@pytest.mark.parametrize(
    "text, link, expected",
    [
        ("Sale today", None, "Harbour: Sale today\nReply STOP to end"),
        ("Sale today", LINK, f"Harbour: Sale today\nReply STOP to end\n{LINK}"),
        ("Welcome to HARBOUR!", None, "Welcome to HARBOUR!\nReply STOP to end"),
        ("Harbourside sale", None, "Harbour: Harbourside sale\nReply STOP to end"),
        ("Sale. reply  stop to end", None, "Harbour: Sale. reply  stop to end"),
        ("", None, "Reply STOP to end"),
        ("", LINK, f"Harbour\nReply STOP to end\n{LINK}"),
        (" a\r\nb\rc \n", None, "Harbour: a\nb\nc\nReply STOP to end"),
        ("a\fb", None, "Harbour: a\fb\nReply STOP to end"),
    ],
)
def test_puts_the_pieces_in_order(text, link, expected):
    assert assemble.assemble(text, brand=BRAND, opt_out_line=LINE, link=link) == expected


def test_leaves_out_what_the_group_does_not_want():
    assert assemble.assemble("Hi", brand="", opt_out_line="", link=None) == "Hi"


def test_a_brand_is_words_and_no_pattern():
    assert assemble.assemble("Visit AxB", brand="A.B", opt_out_line="") == "A.B: Visit AxB"
