import time
import tracemalloc

import pytest

from campaigns.text import fields, merge, problems

FIELDS = fields.known(attributes=["store"])
TIMES_MANY = " | replace: 'a', 'aaaaaaaaaa'"


def found(source):
    """Return code and marked piece of each problem."""
    return [(problem.code, source[problem.start : problem.end]) for problem in merge.check(source, fields=FIELDS)]


@pytest.mark.parametrize(
    "source, code, marked",
    [
        ("Hi {{ ${frist_name} }}", "unknown_field", "${frist_name}"),
        ("Hi {{ ${store} }}", "unknown_field", "${store}"),
        ("Hi {{ first_name }}", "unknown_field", "first_name"),
        ("Hi {{ custom_attribute.${nope} }}", "unknown_field", "custom_attribute.${nope}"),
        ("{{ x }}{% assign x = 1 %}", "unknown_field", "x"),
        ("Hi ${first_name}", "field_without_braces", "${first_name}"),
        ("{{ 'Hi ${first_name}' }}", "field_in_quotes", "'Hi ${first_name}'"),
        ("{{ ${city} | shout }}", "unknown_filter", "shout"),
        ("{{ ${city} | size }}", "unknown_filter", "size"),
        ("{{ ${city} | upcase: 1 }}", "filter_arguments", "upcase"),
        ("{{ ${city} | date }}", "filter_arguments", "date"),
        ("{{ ${city} | default: 'a', allow_false: true }}", "filter_arguments", "allow_false"),
        ("{{ ${city}.size }}", "forbidden_lookup", "."),
        ("{{ ${city}[0] }}", "forbidden_lookup", "["),
        ("{{ (1..3) }}", "forbidden_range", "("),
        ("{% for x in y %}", "forbidden_tag", "{% for x in y %}"),
        ("{% raw %}{% endraw %}", "forbidden_tag", "{% raw %}"),
        ("{% include 'a' %}", "forbidden_tag", "{% include 'a' %}"),
        ("{% render 'a' %}", "forbidden_tag", "{% render 'a' %}"),
        ("{% liquid assign x = 1 %}", "forbidden_tag", "{% liquid assign x = 1 %}"),
        ("{{ 'now' | date: '%Y' }}", "no_clock", "'now'"),
        ("{{ now }}", "unknown_field", "now"),
        ("Hi {{ ${city} ", "unclosed_braces", "{{ ${city} "),
        ("{% if ${city} %}a", "unclosed_tag", "{% if ${city} %}"),
        ("{% comment %}a", "unclosed_tag", "{% comment %}"),
        ("a{% endif %}", "unexpected_tag", "{% endif %}"),
        ("{% if ${city} %}{% when 1 %}{% endif %}", "unexpected_tag", "{% when 1 %}"),
        ("{{ }}", "liquid_syntax", "{{ }}"),
        ("{{ 'a' 'b' }}", "liquid_syntax", "'b'"),
        ("{{ ${city} = 1 }}", "liquid_syntax", "="),
        ("{{ 'a' | upcase; }}", "liquid_syntax", ";"),
        ("{% if ${city} == %}a{% endif %}", "liquid_syntax", "{% if ${city} == %}"),
        ("{{ ʘ }}", "liquid_syntax", " ʘ"),
        ("{% if ${city} %}a{% else 1 %}{% endif %}", "liquid_syntax", "1"),
    ],
)
def test_marks_the_problem_where_it_stands(source, code, marked):
    assert (code, marked) in found(source)


def test_finds_every_problem_at_once_in_the_order_of_the_text():
    source = "{{ ${a} }} {{ ${b} | foo }}\n{% for %} {{ 'x' 'y' }} ${city} {% if %}"

    assert [code for code, _ in found(source)] == [
        "unknown_field",
        "unknown_field",
        "unknown_filter",
        "forbidden_tag",
        "liquid_syntax",
        "field_without_braces",
        "unclosed_tag",
        "liquid_syntax",
    ]


def test_an_unclosed_brace_does_not_hide_what_follows():
    assert found("{{ ${city} {{ ${nope} }}") == [("unclosed_braces", "{{ ${city} "), ("unknown_field", "${nope}")]


def test_a_long_piece_is_quoted_in_short():
    (problem,) = merge.check("{{ '${city}" + "a" * 200 + "' }}", fields=FIELDS)

    assert len(str(problem.found)) == 60


def test_stops_at_thirty_problems():
    assert len(found("{{ x }}" * 500)) == 30


def test_says_line_and_column():
    (problem,) = merge.check("Hi 😀\n  {{ ${nope} }}", fields=FIELDS)

    assert (problem.line, problem.column, problem.start) == (2, 6, 10)


def test_positions_are_right_after_fields_of_every_length():
    source = "{{ ${city} }}{{${first_name}}}{{ custom_attribute.${store} | upcase | foo }}"

    assert found(source) == [("unknown_filter", "foo")]


def test_says_what_was_probably_meant():
    (problem,) = merge.check("{{ ${store} }}", fields=FIELDS)

    assert problem.limit == "custom_attribute.${store}"


def test_five_filters_are_allowed():
    assert merge.check("{{ ${city}" + " | strip" * 5 + " }}", fields=FIELDS) == ()


def test_six_filters_are_refused_with_the_limit():
    (problem,) = merge.check("{{ ${city}" + " | strip" * 6 + " }}", fields=FIELDS)

    assert (problem.code, problem.limit, problem.found) == ("too_many_filters", 5, 6)


def test_ten_conditions_inside_each_other_are_allowed():
    assert merge.check("{% if ${city} %}" * 10 + "x" + "{% endif %}" * 10, fields=FIELDS) == ()


BOMBS = {
    "range": "{{ (1..100000000) | join: '' }}",
    "loops": "{% for i in (1..1000000000) %}{% endfor %}",
    "nested loops": "{% for i in (1..1000) %}{% for j in (1..1000) %}{% for k in (1..1000) %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "doubling": "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 30 + "{{ x }}",
    "replace in assigns": "{% assign x = 'a' %}" + f"{{% assign x = x{TIMES_MANY} %}}" * 9 + "{{ x }}",
    "replace by a long word": f"{{% assign x = '{'a' * 3000}' %}}{{{{ x | replace: 'a', x }}}}",
    "replace of nothing": f"{{% assign x = '{'a' * 3000}' %}}{{{{ x | replace: '', x }}}}",
    "eight replaces in one output": "{{ 'a'" + TIMES_MANY * 8 + " }}",
    "five replaces in one output": "{{ 'a'" + TIMES_MANY * 5 + " }}",
    "concat": "{% assign x = 'a' | split: '' %}" + "{% assign x = x | concat: x %}" * 22,
    "split and join": "{{ 'aaaa'" + " | split: '' | join: 'aaaaaaaaaa'" * 6 + " }}",
    "300 nested ifs": "{% if true %}" * 300,
    "capture doubling": "{% assign x = 'aaaaaaaaaa' %}" + "{% capture x %}{{x}}{{x}}{% endcapture %}" * 90,
    "many long outputs": f"{{% assign x = '{'a' * 1500}' %}}" + "{{x}}" * 400,
    "long condition": "{% if 1" + " or 1" * 780 + " %}{% endif %}",
    "deep brackets": "{{ a" + "[a" * 1900 + " }}",
    "white space": "{{" + " " * 3990,
    "white space in a tag": "{% if" + " " * 3980 + "a",
    "many opened braces": "{{" * 2000,
    "many dollars": "{{ " + "${" * 1990,
    "many quotes": "{{ " + "'" * 3981 + " }}",
    "unknown words": "{{ " + "a " * 1990 + "}}",
    "long product": "{% assign x = 999999999999999 %}" + "{% assign x = x | times: x %}" * 100 + "{{ x }}",
    "long number": "{{ " + "9" * 3900 + " | plus: 1 | times: 2 }}x" * 1000,
    "long fraction": "{{ '1' | round: 999999999 }}{{ '1e999999999' | plus: 1 }}x" + "x" * 1600,
    "wide date": "{{ '2026-01-01' | date: '" + "%A" * 1900 + "' }}",
    "wide truncate": "{{ 'a' | truncate: 999999999999 | append: 'b' }}" + "x" * 1700,
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_quickly_and_in_little_memory(source):
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(problems.MergeError):
            merge.parse(source, fields=FIELDS).render({})
        seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (seconds < 0.9, peak < 8_000_000) == (True, True), (seconds, peak)


def test_equal_values_of_a_when_do_not_multiply():
    when = "{% case 1 %}{% when " + ",".join("1" * 20) + " %}"
    source = when * 8 + "x" + "{% endcase %}" * 8

    assert merge.parse(source, fields=FIELDS).render({}).text == "x"
