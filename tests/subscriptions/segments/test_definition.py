from typing import Any

import pytest

from subscriptions import segments


def test_a_filter_is_always_written_the_same_way() -> None:
    raw = {"countries": ["us", " CA", "US"], "attributes": [{"name": " store ", "op": "is", "value": " Denver "}]}
    kept = segments.clean(raw).as_json()
    assert kept == {"countries": ["CA", "US"], "attributes": [{"name": "store", "op": "is", "value": "Denver"}]}
    assert segments.clean(kept).as_json() == kept


def test_nothing_is_everybody() -> None:
    assert segments.clean({}) == segments.Definition()


def condition(**changes: Any) -> dict[str, Any]:
    return {"attributes": [{"name": "store", "op": "is", "value": "Denver", **changes}]}


@pytest.mark.parametrize(
    "raw, code",
    [
        (None, "not_a_filter"),
        ([], "not_a_filter"),
        ({"countries": "US"}, "not_a_filter"),
        ({"attributes": ["store"]}, "not_a_filter"),
        ({"states": ["NY"]}, "unknown_part"),
        ({"countries": ["USA"]}, "not_a_country"),
        ({"countries": ["ÄÖ"]}, "not_a_country"),
        (condition(name=""), "name"),
        (condition(name="x" * 61), "name"),
        (condition(op="like"), "op"),
        (condition(value=""), "value"),
        (condition(value=None), "value"),
        (condition(value="x" * 201), "value"),
        (condition(value="a\x00b"), "value"),
        ({"attributes": [{"name": "a", "op": "is_set"}] * 21}, "too_many_conditions"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(raw: object, code: str) -> None:
    with pytest.raises(segments.DefinitionRefused) as refusal:
        segments.clean(raw)
    assert refusal.value.code == code
    assert len(str(refusal.value)) > 10


def test_a_condition_without_value_drops_what_was_left_in_the_field() -> None:
    assert segments.clean(condition(op="is_set")).conditions == (segments.Condition("store", "is_set"),)
