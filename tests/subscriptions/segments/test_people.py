from typing import Any

import factories
import pytest

from subscriptions import segments

pytestmark = pytest.mark.django_db


# Names that a query could take for a place in a list, the end of a path, or another alphabet.
_ODD = dict.fromkeys(("2024", "20_24", "-1", "0", 'say "hi"', "prénom"), "yes")


@pytest.fixture(autouse=True)
def _people() -> None:
    factories.contact("+12125550100", first_name="Ana", city="Denver", attributes={"store": "Denver", "visits": 3})
    factories.contact("+12125550101", first_name="Ben", attributes=_ODD | {"store": "denver north", "a__b": "x"})
    factories.contact("+14165550102", first_name="Chloé", attributes={"store": ""})
    factories.contact("+33639980000", first_name="Dan", attributes={"50%": "100% _off_"})


def names(**raw: Any) -> str:
    found = segments.people(segments.clean(raw)).order_by("pk").values_list("first_name", flat=True)
    return "".join(name[0] for name in found)


@pytest.mark.parametrize(
    "name, op, value, who",
    [
        ("store", "is", "Denver", "A"),
        ("store", "is", "denver", "A"),
        ("store", "is_not", "DENVER", "BCD"),
        ("store", "is", "Denve_", ""),
        ("store", "is_not", "Denver", "BCD"),
        ("store", "contains", "DENVER", "AB"),
        ("store", "is_set", "", "AB"),
        ("store", "is_not_set", "", "CD"),
        ("visits", "is", "3", "A"),
        ("2024", "is", "yes", "B"),
        ("20_24", "is_not", "yes", "ACD"),
        ("-1", "is", "yes", "B"),
        ("0", "is_set", "", "B"),
        ('say "hi"', "is", "yes", "B"),
        ("prénom", "is", "yes", "B"),
        ("a__b", "is", "x", "B"),
        ("50%", "contains", "100%", "D"),
        ("50%", "contains", "0% _", "D"),
        ("store", "contains", "%", ""),
        ("nothing", "is_not", "x", "ABCD"),
        ("nothing", "is_set", "", ""),
        ("'; drop", "is", "x", ""),
        ("first_name", "is", "Ben", "B"),
        ("first_name", "contains", "hlo", "C"),
        ("city", "is_set", "", "A"),
        ("city", "is_not_set", "", "BCD"),
    ],
)
def test_each_comparison_finds_its_people(name: str, op: str, value: str, who: str) -> None:
    assert names(attributes=[{"name": name, "op": op, "value": value}]) == who


def test_countries_and_conditions_must_all_hold() -> None:
    assert names(countries=["US", "FR"]) == "ABD"
    assert names(countries=["US"], attributes=[{"name": "store", "op": "contains", "value": "north"}]) == "B"


def test_no_filter_is_everybody() -> None:
    assert names() == "ABCD"


def test_a_filter_reads_as_words() -> None:
    raw = {
        "countries": ["US"],
        "attributes": [{"name": "store", "op": "is", "value": "Denver"}, {"name": "first_name", "op": "is_set"}],
    }
    told = segments.described(segments.clean(raw))
    assert told == ["country is US", "store is “Denver”", "first name is filled in"]


def test_what_there_is_to_filter_by() -> None:
    assert segments.known_attributes()[0] == "store"
    assert set(segments.known_attributes()) == {"store", "visits", "a__b", "50%", *_ODD}
    assert segments.values_of("store") == ["Denver", "denver north"]
    assert segments.values_of("visits") == ["3"]
    assert segments.values_of("first_name") == ["Ana", "Ben", "Chloé", "Dan"]
    assert segments.known_countries() == ["CA", "FR", "US"]
