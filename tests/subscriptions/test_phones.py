import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions import phones

NEW_YORK = "+12125550123"


@pytest.mark.parametrize(
    "text",
    [
        "(212) 555-0123",
        "212.555.0123",
        "1 212 555 0123",
        "12125550123",
        "+1-212-555-0123",
        "0012125550123",
        "tel:+1-212-555-0123",
        "１２１２５５５０１２３",
        "٢١٢٥٥٥٠١٢٣",
        "12125550123.0",
        "'+12125550123",
        "\u202a+1\u00a0212\u00a0555\u00a00123\u202c",
    ],
)
def test_every_spelling_is_the_same_number(text: str) -> None:
    phone = phones.parse(text)
    assert (phone.e164, phone.country, phone.is_valid) == (NEW_YORK, "US", True)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "empty"),
        ("   ", "empty"),
        ("ana", "letters"),
        ("1-800-FLOWERS", "letters"),
        ("call 2125550123 now", "letters"),
        ("2.12555E+9", "scientific_notation"),
        ("212 555 0123 x5", "extension"),
        ("212-555-0123 ext. 12", "extension"),
        ("+1 212 555 0123 / +1 212 555 0124", "not_a_number"),
        ("+999123456789", "unknown_country"),
        ("12", "too_short"),
        ("5550123", "area_code_missing"),
        ("+1212555012345678", "too_long"),
        ("9" * 200, "too_long"),
        ("+1 724 123 4567", "not_in_use"),
        ("+1 999 555 0123", "not_in_use"),
        ("800 555 0123", "toll_free"),
        ("900 555 0123", "premium_rate"),
        ("500 555 0006", "personal_number"),
        ("600 555 0100", "voip"),
    ],
)
def test_what_cannot_be_texted_says_why(text: str, reason: str) -> None:
    phone = phones.parse(text)
    assert (phone.is_valid, phone.reason) == (False, reason)


@pytest.mark.parametrize(
    "e164, country",
    [("+14165550100", "CA"), ("+18765550100", "JM"), ("+12425550100", "BS"), ("+17875550100", "PR")],
)
def test_countries_that_share_plus_one_are_told_apart(e164: str, country: str) -> None:
    assert phones.parse(e164).country == country


def test_a_caribbean_mobile_has_its_own_zone_and_not_all_of_north_america() -> None:
    assert phones.parse("+18765550100").time_zones == ("America/Jamaica",)


def test_an_area_code_across_a_zone_border_gives_both_zones() -> None:
    assert phones.parse("+17095550100").time_zones == ("America/Halifax", "America/St_Johns")


def test_a_number_without_country_code_belongs_to_the_default_country() -> None:
    assert phones.parse("07700 900123", default_country="GB").e164 == "+447700900123"


@pytest.mark.parametrize("country", phones.FICTION_COUNTRIES)
def test_fiction_of_every_country_is_fiction_and_can_be_texted(country: str) -> None:
    numbers = [number for number, _ in zip(phones.fictional_numbers(country), range(500), strict=False)]
    assert len(set(numbers)) >= 95
    for number in numbers:
        phone = phones.parse(number)
        assert (phone.e164, phone.country, phone.is_valid, phone.is_fictional) == (number, country, True, True)
        assert phone.time_zones


@pytest.mark.parametrize("e164", ["+12125550200", "+12125550099", "+447700901000", "+46701740604", "+46701740700"])
def test_the_neighbours_of_fiction_are_real(e164: str) -> None:
    assert not phones.is_fictional(e164)


def test_fiction_of_an_unlisted_country_is_an_error() -> None:
    with pytest.raises(KeyError):
        next(phones.fictional_numbers("ZZ"))


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    phone = phones.parse(text)
    assert phone.is_valid == (phone.reason == "")
    assert not phone.e164 or phones.E164.fullmatch(phone.e164)


@pytest.mark.parametrize(
    "text, whole, part",
    [
        ("(212) 555-0123", NEW_YORK, "2125550123"),
        ("+44 7700 900123", "+447700900123", "447700900123"),
        ("447700900123", "+447700900123", "447700900123"),
        ("07700 900123", None, "7700900123"),
        ("555-01", None, "55501"),
        ("123", None, ""),
        ("ana", None, ""),
    ],
)
def test_a_search_finds_whole_numbers_and_parts(text: str, whole: str | None, part: str) -> None:
    forms = phones.search_forms(text)
    assert forms.part == part
    assert whole is None or whole in forms.exact


def test_a_masked_number_keeps_country_code_and_last_two_digits() -> None:
    masked = phones.mask("+447700900123")
    assert masked.startswith("+44 ")
    assert [sign for sign in masked if sign.isdigit()] == list("4423")


def test_a_number_is_written_as_its_country_reads_it() -> None:
    assert phones.written("+447700900123") == "+44 7700 900123"
