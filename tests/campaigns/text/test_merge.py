import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.text import fields, merge, problems

FIELDS = fields.known(attributes=["store", "points", "fav shop"], inbound=True)


def render(source, **values):
    return merge.parse(source, fields=FIELDS).render(values)


def text(source, values=None):
    return merge.parse(source, fields=FIELDS).render(values or {}).text


def refusal(source, values):
    with pytest.raises(problems.MergeError) as caught:
        merge.parse(source, fields=FIELDS).render(values)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    "source, expected",
    [
        ("Hi {{ ${first_name} | default: 'there' }}!", "Hi Anna!"),
        ("{{${first_name}}}{{custom_attribute.${store}}}", "AnnaMain St"),
        ("{{ custom_attribute.${ fav shop } }}", "Quay"),
        ("{{sms.${inbound_media_url}}} {{sms.${inbound_message_body}}}", "https://h.example/1 ok"),
        ("a {{- ${first_name} -}} b", "aAnnab"),
        ("a {% comment %} {{ never | closed {% endcomment %}b{% # nor this %}", "a b"),
        ("{% if ${city} == 'Denver' and ${country} %}1{% elsif ${city} %}2{% else %}3{% endif %}", "2"),
        ("{% unless ${city} contains 'Den' %}far{% endunless %}", "far"),
        ("{% case ${language} %}{% when 'fr', 'fr' %}Salut{% else %}Hi{% endcase %}", "Salut"),
        ("{% assign n = ${first_name} | upcase %}{% capture m %}{{ n }}!{% endcapture %}{{ m }}", "ANNA!"),
        ("5 > 3 & {x} $5 ${} }}", "5 > 3 & {x} $5 ${} }}"),
        ("a\r\nb", "a\nb"),
        ("", ""),
    ],
)
def test_renders(source, expected):
    values = {
        "first_name": "Anna",
        "city": "Paris",
        "language": "fr",
        "custom_attribute.store": "Main St",
        "custom_attribute.fav shop": "Quay",
        "sms.inbound_media_url": "https://h.example/1",
        "sms.inbound_message_body": "ok",
    }
    assert text(source, values) == expected


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_default_stands_in_for_what_is_missing(value):
    rendered = render("Hi {{ ${first_name} | upcase | default: 'there' }}", first_name=value)

    assert rendered == merge.Rendered("Hi there", defaults_used=("first_name",), missing=())


@pytest.mark.parametrize("source", ["Hi {{ ${first_name} }}", "{{ ${first_name} | append: '!' }}"])
def test_names_the_fields_that_leave_a_gap(source):
    assert render(source).missing == ("first_name",)


def test_a_field_that_is_only_asked_about_leaves_no_gap():
    assert render("{% if ${first_name} %}Hi {{ ${first_name} }}{% else %}Hi{% endif %}") == merge.Rendered("Hi")


@pytest.mark.parametrize("empty", ["''", "blank", "empty", "nil"])
def test_a_missing_value_equals_nothing(empty):
    assert text(f"{{% if ${{city}} == {empty} %}}none{{% endif %}}") == "none"


@pytest.mark.parametrize("value", ["{{ ${phone_number} }}", "{% assign x = 1 %}", "${city}", "<b>&'\"", "ʘ000"])
def test_values_are_data_and_never_read(value):
    values = {"first_name": value, "phone_number": "+1555", "city": "Denver"}

    assert text("{{ ${first_name} }}{{ ${first_name} | append: '' }}", values) == value * 2


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=200))
def test_any_value_comes_out_as_it_went_in(value):
    assert text("[{{ ${first_name} }}]", {"first_name": value}) in (
        f"[{value}]",
        "[]" if value.isspace() else f"[{value}]",
    )


PIECES = ["{{", "}}", "{%", "%}", "if", "endif", "${city}", "${", "assign x =", *"{}%$|'\" a.[]()-:,ʘ1\n"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_source_is_read_or_refused_in_place(source):
    for problem in merge.check(source, fields=FIELDS):
        assert 0 <= problem.start <= problem.end <= len(source)


@pytest.mark.parametrize(
    "points, expected",
    [("250", "rich"), ("99", "poor"), (250, "rich"), ("12.5", "poor"), ("lots", "poor"), (None, "poor")],
)
def test_numbers_from_a_file_compare_as_numbers(points, expected):
    source = "{% if custom_attribute.${points} > 100 %}rich{% else %}poor{% endif %}"

    assert text(source, {"custom_attribute.points": points}) == expected


def test_a_number_from_a_file_equals_a_number():
    assert text("{% if custom_attribute.${points} == 100 %}yes{% endif %}", {"custom_attribute.points": "100"}) == "yes"


def test_a_code_with_a_leading_zero_stays_text():
    source = "{% if custom_attribute.${store} == '02139' %}yes{% endif %}{{ custom_attribute.${store} }}"

    assert text(source, {"custom_attribute.store": "02139"}) == "yes02139"


def test_dates_are_written_as_iso():
    assert text("{{ ${city} }}", {"city": datetime.date(2026, 12, 1)}) == "2026-12-01"


def test_says_which_fields_a_text_uses():
    template = merge.parse("{{ ${city} }}{% if custom_attribute.${store} %}{% endif %}", fields=FIELDS)

    assert template.fields == {"city", "custom_attribute.store"}


def test_reads_a_text_once():
    source = "Hi {{ ${first_name} }}, once"

    assert merge.parse(source, fields=FIELDS) is merge.parse(source, fields=set(FIELDS))


def test_a_text_for_other_fields_is_read_anew():
    source = "{{ custom_attribute.${store} }} again"
    merge.parse(source, fields=FIELDS)

    assert [problem.code for problem in merge.check(source, fields=fields.known())] == ["unknown_field"]


def test_refuses_a_rendered_text_over_1600_characters():
    problem = refusal("{{ ${first_name} }}", {"first_name": "a" * 1601})

    assert (problem.code, problem.limit, problem.found) == ("rendered_too_long", 1600, 1601)


def test_takes_a_rendered_text_of_1600_characters():
    assert len(text("{{ ${first_name} }}", {"first_name": "a" * 1600})) == 1600


def test_takes_a_source_of_4000_characters():
    assert merge.check("{% comment %}" + "a" * 3970 + "{% endcomment %}x", fields=FIELDS) == ()


def test_refuses_a_source_over_4000_characters():
    (problem,) = merge.check("a" * 4001, fields=FIELDS)

    assert (problem.code, problem.limit, problem.found, problem.start, problem.end) == (
        "source_too_long",
        4000,
        4001,
        4000,
        4001,
    )


def test_refuses_one_person_whose_values_cannot_be_compared():
    source = "Hi {% if ${city} < custom_attribute.${points} %}a{% endif %}"

    assert refusal(source, {"city": "Denver", "custom_attribute.points": 5}).code == "not_comparable"
