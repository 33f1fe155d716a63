import pytest
from django.template.loader import render_to_string

from campaigns.media import vcard
from campaigns.templatetags import contacts


@pytest.mark.parametrize(
    "types, label, place",
    [
        (("CELL", "PREF"), "mobile", ""),
        (("WORK", "VOICE"), "work", "work"),
        (("HOME",), "home", "home"),
        (("VOICE",), "phone", ""),
        ((), "phone", ""),
    ],
)
def test_a_number_has_a_word_before_it(types: tuple[str, ...], label: str, place: str) -> None:
    assert (str(contacts.number_label(types)), str(contacts.place_label(types))) == (label, place)


@pytest.mark.parametrize(
    "number, shown, dialled",
    [
        ("+12125550123", "+1 212-555-0123", "+12125550123"),
        ("(202) 555-0143,12", "(202) 555-0143,12", "2025550143,12"),
        ("55501", "55501", "55501"),
        ("*611#", "*611#", "*611%23"),
    ],
)
def test_a_number_is_shown_and_dialled(number: str, shown: str, dialled: str) -> None:
    assert (contacts.as_dialled(number), contacts.to_dial(number)) == (shown, dialled)


@pytest.mark.parametrize(
    "name, letters",
    [("Maya Fields", "MF"), ("maya", "M"), ("Dr. Ada King Byron", "DB"), ("(Shop) 24", "2"), ("—", "—")],
)
def test_without_a_photo_the_letters_of_the_name_stand(name: str, letters: str) -> None:
    assert contacts.initials(name) == letters


def test_an_address_is_read_in_lines() -> None:
    assert contacts.address_lines("\n\n1 Pier\nNorfolk\nVA\n23510\nUSA") == ["1 Pier", "Norfolk, VA 23510", "USA"]
    assert contacts.address_lines("Box 7") == ["Box 7"]


def test_the_screen_shows_all_of_a_card_and_runs_none_of_it() -> None:
    card = vcard.Card(
        "<script>alert(1)</script>",
        (vcard.Labelled("+12125550123", ("WORK",)),),
        emails=(vcard.Labelled("a@example.com", ("HOME",)),),
        addresses=(vcard.Labelled("\n\n1 Pier\nNorfolk\n\n\n"),),
        organisation="Tide & Water",
        title="Manager",
        url="https://example.com",
        note="one\ntwo",
    )
    shown = render_to_string("campaigns/_contact_screen.html", {"card": card.facts()})
    for words in ("+1 212-555-0123", "a@example.com", "1 Pier", "Tide &amp; Water", "Manager", "one<br>two", "work"):
        assert words in shown
    assert "<script" not in shown
