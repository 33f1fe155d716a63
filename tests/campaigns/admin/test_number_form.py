"""Sender numbers: each truth of the table as a sentence in the form, and as a constraint that holds without it."""

from decimal import Decimal
from typing import Any

import factories
import pytest
from django.db import IntegrityError, transaction

from campaigns.admin import number_form
from subscriptions.models import Brand, SenderNumber

pytestmark = pytest.mark.django_db


def form(**typed: Any) -> number_form.NumberForm:
    data = {
        "group": factories.group().pk,
        "account": factories.account().pk,
        "kind": "long_code",
        "value": "+12125550190",
        "country": "US",
        "is_mms_enabled": "on",
        "rate": "",
        "registration": "registered",
        "is_active": "on",
        **typed,
    }
    return number_form.NumberForm({name: value for name, value in data.items() if value is not None})


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("long_code", "(212) 555-0190", "+12125550190"),
        ("long_code", "+1 212 555 0190", "+12125550190"),
        ("toll_free", "1-800-555-0199", "+18005550199"),
        ("short_code", "555 01", "55501"),
        ("alphanumeric", " TIDE WATER ", "TIDE WATER"),
    ],
)
def test_a_number_is_understood_in_any_spelling(kind: str, typed: str, stored: str) -> None:
    found = form(kind=kind, value=typed, is_mms_enabled=None)
    assert found.is_valid(), found.errors
    assert found.save().value == stored


@pytest.mark.parametrize(
    ("kind", "value", "limit", "found"),
    [
        ("short_code", "12", "3 to 8 digits", "“12” has 2 digits"),
        ("short_code", "123456789", "3 to 8 digits", "“123456789” has 9 digits"),
        ("short_code", "12A45", "3 to 8 digits", "“12A45” has 4 digits in 5 signs"),
        ("long_code", "555", "7 to 15 digits", "“555” has 3 digits"),
        ("long_code", "call us", "7 to 15 digits", "“call us” has 0 digits"),
        ("long_code", "+18005550199", "toll-free", "+18005550199"),
        ("toll_free", "+12125550190", "not toll-free", "+12125550190"),
        ("long_code", "+442079460123", "United States", "United Kingdom"),
        ("alphanumeric", "12345", "at least one letter", "“12345” has 5 signs"),
        ("alphanumeric", "TIDEWATERSHOP", "2 to 11", "“TIDEWATERSHOP” has 13 signs"),
        ("alphanumeric", "CAFÉ", "A to Z", "“CAFÉ” has 4 signs"),
    ],
)
def test_a_wrong_shape_is_refused_with_the_limit_and_what_was_found(
    kind: str, value: str, limit: str, found: str
) -> None:
    told = form(kind=kind, value=value, is_mms_enabled=None).errors["value"][0]
    assert limit in told
    assert found in told


def test_an_alphanumeric_id_never_carries_the_flag() -> None:
    told = form(kind="alphanumeric", value="TIDEWATER", country="GB").errors["is_mms_enabled"][0]
    assert "cannot send MMS" in told


def test_a_number_that_is_taken_names_its_group() -> None:
    factories.number(value="+12125550190", group=factories.group(name="Winter club"))
    told = form().errors["value"]
    assert len(told) == 1
    assert "“Winter club”" in told[0]


def test_the_same_short_code_may_stand_in_two_countries() -> None:
    factories.number(kind="short_code", value="55501", country="US")
    assert form(kind="short_code", value="55501", country="CA").is_valid()


@pytest.mark.parametrize(
    "kind, value", [("toll_free", "+18005550199"), ("long_code", "+12125550190"), ("alphanumeric", "MYSHOP")]
)
def test_any_other_number_stands_once_in_whatever_country(kind: str, value: str) -> None:
    flags = {"is_mms_enabled": kind != "alphanumeric"}
    factories.number(kind=kind, value=value, country="US", **flags)
    assert "value" in form(kind=kind, value=value, country="CA", is_mms_enabled="").errors
    with pytest.raises(IntegrityError):
        factories.number(kind=kind, value=value, country="CA", **flags)


def test_a_number_from_elsewhere_sends_no_mms() -> None:
    told = form(kind="long_code", value="+447700900123", country="GB", is_mms_enabled="on").errors["is_mms_enabled"]
    assert "Only US and Canadian numbers send MMS" in told[0]
    with pytest.raises(IntegrityError):
        factories.number(kind="long_code", value="+447700900123", country="GB", is_mms_enabled=True)


def test_saving_a_number_again_does_not_find_it_taken() -> None:
    number = factories.number(value="+12125550190")
    again = number_form.NumberForm(
        {**form().data, "group": number.group_id, "account": number.account_id}, instance=number
    )
    assert again.is_valid(), again.errors


@pytest.mark.parametrize(
    ("kind", "value", "rate"),
    [
        ("long_code", "+12125550190", "1"),  # one MMS part a second
        ("toll_free", "+18005550199", "3"),
        ("short_code", "55501", "100"),
        ("alphanumeric", "ACME", "10"),
    ],
)
def test_an_empty_rate_is_the_usual_one_of_the_kind(kind: str, value: str, rate: str) -> None:
    found = form(kind=kind, value=value, is_mms_enabled=None)
    assert found.is_valid(), found.errors
    assert found.save().rate == Decimal(rate)


def test_a_rate_that_was_given_stays() -> None:
    found = form(rate="0.5")
    assert found.is_valid(), found.errors
    assert found.save().rate == Decimal("0.5")


@pytest.mark.parametrize("rate", ["0", "-1", "fast"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    assert list(form(rate=rate).errors) == ["rate"]


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "alphanumeric", "value": "ACME", "is_mms_enabled": True},
        {"kind": "short_code", "value": "12"},
        {"kind": "long_code", "value": "2125550190"},
        {"kind": "toll_free", "value": "8005550199"},
        {"kind": "alphanumeric", "value": "12345", "is_mms_enabled": False},
        {"rate": "0"},
    ],
)
def test_the_database_refuses_it_too(columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.number(**columns)


def test_the_database_gives_a_number_to_one_group_only() -> None:
    factories.number(value="+12125550190")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.number(value="+12125550190")
    assert SenderNumber.objects.count() == 1


def test_a_brand_takes_long_codes_of_the_us_and_says_so_of_others() -> None:
    brand = Brand.objects.create(name="Acme", daily_cap=2000)
    assert form(brand=brand.pk).is_valid()
    other = form(brand=brand.pk, kind="toll_free", value="+18005550199")
    assert "Only long codes of the US belong to a brand." in str(other.errors)
