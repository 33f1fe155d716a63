from typing import get_args

import pytest

from campaigns.forms import text_words
from campaigns.text import fields, problems


@pytest.mark.parametrize("code", get_args(problems.Code))
def test_every_code_has_a_sentence(code):
    assert "{found}" not in text_words.sentence(code, 1600, 1700)


def test_numbers_are_grouped():
    words = text_words.sentence("rendered_too_long", 1600, 1700)

    assert "1,700" in words


def test_what_was_found_is_never_a_pattern():
    assert "{limit}" in text_words.sentence("liquid_syntax", None, "{limit}")


def test_says_what_was_probably_meant():
    assert "Did you mean ${city}?" in text_words.sentence("unknown_field", "${city}", "${ctiy}")


@pytest.mark.parametrize("field", [*fields.STANDARD, *fields.INBOUND])
def test_every_field_of_ours_has_a_label(field):
    assert not set("_.") & set(text_words.label(field))


def test_a_custom_attribute_is_called_by_its_name():
    assert text_words.label("custom_attribute.fav shop") == "fav shop"
