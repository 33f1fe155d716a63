"""A person added by hand, once, however often the button was pressed."""

from datetime import UTC, datetime

import factories
import pytest

from subscriptions import consent, phones
from subscriptions.models import ConsentEntry

pytestmark = pytest.mark.django_db


def test_the_same_consent_twice_is_one_line() -> None:
    group, by = factories.group(), factories.user()
    given = {"wording": "I agree", "detail": "", "happened_at": datetime(2026, 1, 2, tzinfo=UTC)}
    for _ in range(2):
        consent.enrol(
            phone=phones.parse("+12125550123"),
            first_name="Ana",
            last_name="",
            attributes={},
            group=group,
            by=by,
            **given,
        )
    assert ConsentEntry.objects.count() == 1


def test_another_consent_is_another_line() -> None:
    group, by = factories.group(), factories.user()
    for wording in ("I agree", "I agree to pictures too"):
        consent.enrol(
            phone=phones.parse("+12125550123"), first_name="", last_name="", attributes={}, group=group, by=by,
            wording=wording, detail="", happened_at=datetime(2026, 1, 2, tzinfo=UTC),
        )  # fmt: skip
    assert ConsentEntry.objects.count() == 2
