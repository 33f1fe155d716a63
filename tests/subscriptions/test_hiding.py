"""Numbers inside a text: none stays readable, whatever it looks like, and nothing else is taken for one."""

import time

import pytest

from subscriptions import hiding

OWN = "+12125550123"
ABROAD = "+447700900123"
MASKED = "+1 •••• ••23"


@pytest.mark.parametrize(
    "spelled",
    [
        "+12125550123",
        "0012125550123",
        "1 212 555 0123",
        "(212) 555-0123",
        "212.555.0123",
        "212/555/0123",
        "2 1 2 5 5 5 0 1 2 3",
        "212a555b0123",
        "２１２５５５０１２３",
        "٢١٢٥٥٥٠١٢٣",
        "212\u200b555\u200b0123",
        "555-0123",
    ],
)
def test_the_rows_own_number_is_hidden_in_every_spelling(spelled: str) -> None:
    assert hiding.hide(f"You are {spelled}, yes?", own=OWN) == f"You are {MASKED}, yes?"


@pytest.mark.parametrize("spelled", ["07700 900123", "+44 7700 900 123", "00447700900123"])
def test_a_number_abroad_is_hidden_as_people_dial_it_there(spelled: str) -> None:
    assert hiding.hide(f"Ring {spelled}", own=ABROAD) == "Ring +44 •••• ••23"


@pytest.mark.parametrize("other", ["416-555-0177", "+1 (416) 555 0177", "tel:+14165550177", "1.416.555.0177"])
@pytest.mark.parametrize("own", ["", OWN, ABROAD])
def test_any_other_number_is_hidden(other: str, own: str) -> None:
    assert hiding.hide(f"My brother has {other}!", own=own).replace("tel:", "") == "My brother has +1 •••• ••77!"


def test_a_neighbour_of_the_own_number_is_hidden_too() -> None:
    assert hiding.hide("07700 900124", own=ABROAD) == "+44 •••• ••24"


def test_two_numbers_side_by_side_are_two() -> None:
    assert hiding.hide("4165550177 6045550188", own=OWN) == "+1 •••• ••77 +1 •••• ••88"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "See you at 10:30 on 2026-11-24",
        "Order 12345678, 1 000 000 points, $1,234,567.89",
        "Your code is 123456",
        "Call us free: 1-800-555-0199",
        "20% off until 31.12.2026",
        "https://example.com/m/abcDEF123",
    ],
)
def test_other_figures_stay(words: str) -> None:
    assert hiding.hide(words, own=OWN) == words


@pytest.mark.parametrize("own", [OWN, ABROAD, "", "12345"])
@pytest.mark.parametrize("piece", ["2 ", "12 ", "416 ", "4165550177 ", "+1", "(", "1(.-", "+44 7", "9", "٢ "])
def test_no_text_takes_long(piece: str, own: str) -> None:
    start = time.process_time()
    hiding.hide((piece * 1_600)[:1_600], own=own)
    assert time.process_time() - start < 0.5


def test_what_was_not_read_any_more_is_hidden() -> None:
    told = hiding.hide("7 7 0 0 8 0 0 1 2 " * 80 + "7700900124", own=ABROAD)
    assert "7700900124" not in told
