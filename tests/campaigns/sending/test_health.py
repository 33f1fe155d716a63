"""What answers say of the numbers that asked."""

from datetime import UTC, datetime, timedelta

import factories
import pytest

from campaigns.gateways import base
from campaigns.models import NumberLease
from campaigns.sending import answers, health
from subscriptions.models import SenderNumber

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TAKEN = base.Accepted("id", 1)
AWAY = base.NotSent("connection refused")
REFUSED = base.Rejected("40006", True, "sender", "sender_cannot_mms", "raw")
GONE = base.Rejected("40301", True, "recipient", "unreachable", "raw")


def _number() -> SenderNumber:
    number = factories.number()
    NumberLease.objects.create(number=number)
    return number


def _remember(*told: tuple[SenderNumber, base.Outcome], now: datetime = NOW) -> None:
    given = [answers.Answer(number.pk, None, 0, outcome, now - timedelta(seconds=1)) for number, outcome in told]
    health.remember(given=given, now=now)


def _lease(number: SenderNumber) -> NumberLease:
    return NumberLease.objects.get(pk=number.pk)


def test_errors_add_up_from_batch_to_batch() -> None:
    number = _number()
    _remember((number, AWAY), (number, AWAY))
    _remember((number, REFUSED))
    assert (_lease(number).errors_in_a_row, _lease(number).last_error) == (3, "40006 sender_cannot_mms")


def test_an_acceptance_ends_the_row_and_what_was_told_stays() -> None:
    number = _number()
    _remember((number, AWAY), now=NOW)
    _remember((number, AWAY), (number, TAKEN), now=NOW + timedelta(minutes=1))
    _remember((number, TAKEN), now=NOW + timedelta(minutes=2))
    lease = _lease(number)
    assert (lease.errors_in_a_row, lease.last_error) == (0, "connection refused")
    assert lease.last_error_at == NOW + timedelta(minutes=1)


def test_errors_after_an_acceptance_begin_a_new_row() -> None:
    number = _number()
    _remember((number, AWAY), (number, AWAY))
    _remember((number, TAKEN), (number, AWAY))
    assert _lease(number).errors_in_a_row == 1


def test_a_phone_that_cannot_be_reached_says_nothing_of_the_number() -> None:
    number = _number()
    _remember((number, GONE))
    assert (_lease(number).errors_in_a_row, _lease(number).last_error) == (0, "")


def test_each_number_of_a_batch_is_judged_by_its_own_answers() -> None:
    good, bad = _number(), _number()
    _remember((bad, AWAY), (good, TAKEN), (bad, AWAY))
    assert (_lease(good).errors_in_a_row, _lease(bad).errors_in_a_row) == (0, 2)
    assert _lease(good).last_sent_at == _lease(bad).last_sent_at == NOW - timedelta(seconds=1)
