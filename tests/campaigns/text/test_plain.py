import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.text import parts, plain


@pytest.mark.parametrize(
    "text, expected",
    [
        ("It’s “new” – wow…", 'It\'s "new" - wow...'),
        ("20\u00a0% off\u202f!", "20 % off !"),
        ("a\u200db\u200bc\ufeff", "abc"),
        ("cafe\u0301", "café"),
        ("a\tb `c` 2×3", "a b 'c' 2x3"),
        ("« oui »", '" oui "'),
    ],
)
def test_mends_the_usual_culprits(text, expected):
    assert plain.make_plain(text)[0] == expected


def test_mended_text_is_gsm():
    assert parts.measure(plain.make_plain("It’s “new” – wow…\u00a0a\u200db")[0]).encoding == "gsm7"


@pytest.mark.parametrize("text", ["ça va", "Привет", "👨‍👩‍👧 ok", "❤️", "1️⃣", "می‌خواهم", "It's plain"])
def test_leaves_what_carries_meaning(text):
    assert plain.make_plain(text) == (text, ())


def test_says_what_it_changed_and_how_often():
    changes = plain.make_plain("It’s Bob’s…")[1]

    assert changes == (
        plain.Change("’", "RIGHT SINGLE QUOTATION MARK", "'", 2),
        plain.Change("…", "HORIZONTAL ELLIPSIS", "...", 1),
    )


def test_never_ends_a_quoted_stand_in():
    source = "{{ ${first_name} | default: 'l’ami' }}"

    assert plain.make_plain(source)[0] == source


def test_mends_curly_quotes_used_as_quotes_in_a_field():
    assert plain.make_plain("{{ ${first_name} | default: ‘there’ }}")[0] == "{{ ${first_name} | default: 'there' }}"


@settings(deadline=None)
@given(st.text(st.sampled_from("a'\"{}%’“…\u200d\u00a0😀e\u0301|")))
def test_a_mended_text_needs_no_mending(text):
    once = plain.make_plain(text)[0]

    assert plain.make_plain(once) == (once, ())
