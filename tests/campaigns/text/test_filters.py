import pytest

from campaigns.text import fields, filters, merge

FIELDS = fields.known(attributes=["points"])


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("'Anna' | append: '!'", "Anna!"),
        ("'Anna' | prepend: 'Hi '", "Hi Anna"),
        ("'anna MARIA' | capitalize", "Anna maria"),
        ("'Anna' | downcase", "anna"),
        ("'straße' | upcase", "STRASSE"),
        ("' a ' | strip", "a"),
        ("'a-b-c' | remove: '-'", "abc"),
        ("'a-b-c' | replace: '-', '+'", "a+b+c"),
        ("'a-b-c' | replace_first: '-', '+'", "a+b-c"),
        ("'Good morning' | truncate: 7", "Good..."),
        ("'Good morning' | truncate: 5, ''", "Good "),
        ("'one two three' | truncatewords: 2", "one two..."),
        ("'one two three' | truncatewords: 3", "one two three"),
        ("'' | default: 'there'", "there"),
        ("false | default: 'there'", "there"),
        ("nil | default: 'there'", "there"),
        ("0 | default: 'there'", "0"),
        ("'5' | plus: 3", "8"),
        ("5 | minus: '3'", "2"),
        ("'0.1' | plus: 0.2", "0.3"),
        ("3 | times: 1.5", "4.5"),
        ("2.5 | round", "3"),
        ("2.345 | round: 2", "2.35"),
        ("'no number' | plus: 1", "1"),
        ("'2026-12-01' | date: '%A, %-d %B %Y'", "Tuesday, 1 December 2026"),
        ("'2026-12-01T15:04:05+00:00' | date: '%a %e %b %y %H:%M:%S %I %p %%'", "Tue  1 Dec 26 15:04:05 03 PM %"),
        ("'2026-12-01' | date: '%F %T %-m/%-I %m %d %-H %q'", "2026-12-01 00:00:00 12/12 12 01 0 %q"),
        ("'soon' | date: '%Y'", "soon"),
        ("true", "true"),
    ],
)
def test_filters(expression, expected):
    assert merge.parse(f"{{{{ {expression} }}}}", fields=FIELDS).render({}).text == expected


def test_sixteen_digits_are_no_number_to_count_with():
    assert filters.number_of("9999999999999999") is None


@pytest.mark.parametrize("value", [True, "nan", "inf", "1e999", float("inf"), float("nan"), 10**400, "९" * 40, None])
def test_what_is_no_number(value):
    assert filters.number_of(value) is None


def test_a_result_of_exactly_the_limit_is_built():
    apply = filters.FILTERS["append"].apply

    assert len(str(apply("a" * 9_999, "b"))) == filters.RESULT_LIMIT


@pytest.mark.parametrize("name, arguments", [("append", ["b"]), ("prepend", ["b"]), ("replace_first", ["a", "bb"])])
def test_a_result_one_over_the_limit_is_refused(name, arguments):
    with pytest.raises(filters.TooLongError):
        filters.FILTERS[name].apply("a" * 10_000, *arguments)


def test_a_letter_that_doubles_in_capitals_is_counted_after():
    with pytest.raises(filters.TooLongError):
        filters.FILTERS["upcase"].apply("ß" * 6_000)


def test_a_result_far_over_the_limit_is_refused_with_its_length():
    with pytest.raises(filters.TooLongError) as caught:
        filters.FILTERS["replace"].apply("a" * 5_000, "a", "b" * 5_000)

    assert caught.value.found == 25_000_000
