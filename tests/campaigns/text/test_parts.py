import itertools
import json
import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.text import parts

CASES = json.loads((pathlib.Path(__file__).parent / "measure_cases.json").read_text(encoding="utf-8"))
# Letters of both alphabets, pairs of both kinds, and anything at all, in lengths that cross several parts.
MIXED = st.text(st.sampled_from("aé€{\n’😀") | st.characters(exclude_categories=["Cs"]), max_size=400)
LONG = st.lists(st.sampled_from(["a" * 66, "€", "a" * 50, "{", "’", "😀"]), max_size=30).map("".join)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_measures_the_shared_cases(case):
    measured = parts.measure(case["text"])

    assert {key: getattr(measured, key) for key in ("encoding", "characters", "units", "parts")} == {
        key: case[key] for key in ("encoding", "characters", "units", "parts")
    }


@settings(deadline=None)
@given(MIXED | LONG)
def test_parts_join_to_the_text(text):
    assert "".join(parts.split(text)) == text


@settings(deadline=None)
@given(MIXED | LONG)
def test_there_are_as_many_parts_as_measured(text):
    assert len(parts.split(text)) == parts.measure(text).parts


@settings(deadline=None)
@given(MIXED | LONG)
def test_no_part_is_over_its_room(text):
    pieces, encoding = parts.split(text), parts.measure(text).encoding
    room = (parts.ALONE if len(pieces) < 2 else parts.JOINED)[encoding]

    assert all(_units(piece, encoding) <= room for piece in pieces)


@settings(deadline=None)
@given(MIXED | LONG)
def test_no_part_ends_early(text):
    pieces, encoding = parts.split(text), parts.measure(text).encoding

    assert all(
        _units(piece + following[0], encoding) > parts.JOINED[encoding]
        for piece, following in itertools.pairwise(pieces)
    )


@settings(deadline=None)
@given(MIXED)
def test_each_part_is_sound_utf16(text):
    for piece in parts.split(text):
        assert piece.encode("utf-16-be").decode("utf-16-be") == piece


def test_gsm_alphabet_has_127_characters_and_10_extensions():
    assert (len(set(parts.GSM_BASIC)), len(set(parts.GSM_EXTENSION))) == (127, 10)


def test_names_the_first_character_outside_gsm():
    assert parts.measure("It’s 5 – 6").forced_by == parts.Foreign("’", 2, "RIGHT SINGLE QUOTATION MARK")


def test_gsm_text_is_forced_by_nothing():
    assert parts.measure("It's 5 - 6 €").forced_by is None


def test_character_without_a_name_is_called_by_its_number():
    assert parts.measure("\ue000").forced_by == parts.Foreign("\ue000", 0, "U+E000")


def test_lists_each_foreign_character_once_in_order():
    assert [found.character for found in parts.foreign("a’b–c’d")] == ["’", "–"]


def _units(text, encoding):
    if encoding == "ucs2":
        return len(text.encode("utf-16-be")) // 2
    return sum(2 if character in parts.GSM_EXTENSION else 1 for character in text)
