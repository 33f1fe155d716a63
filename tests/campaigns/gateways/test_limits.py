from datetime import date

import pytest

from campaigns.gateways import limits, registry


@pytest.mark.parametrize(
    "provider, sender_kind, total_bytes, counts_envelope",
    [
        ("someone new", "long_code", 1_000_000, False),
        ("someone new", "toll_free", 600_000, True),
        ("someone new", "short_code", 600_000, True),
        ("twilio", "long_code", 1_000_000, False),
        ("twilio", "toll_free", 600_000, True),
        ("twilio", "short_code", 600_000, True),
        ("telnyx", "long_code", 1_000_000, False),
        ("telnyx", "toll_free", 600_000, True),
        ("telnyx", "short_code", 600_000, True),
        ("bandwidth", "long_code", 1_000_000, False),
        ("bandwidth", "toll_free", 525_000, True),
        ("signalwire", "long_code", 1_000_000, False),
        ("signalwire", "toll_free", 600_000, True),
        ("sandbox", "long_code", 1_000_000, False),
        ("sandbox", "toll_free", 525_000, True),
        ("sandbox", "short_code", 600_000, True),
    ],
)
def test_what_binds(provider: str, sender_kind: str, total_bytes: int, counts_envelope: bool) -> None:
    row = limits.binding(provider=provider, sender_kind=sender_kind)

    assert (row.total_bytes, row.counts_envelope) == (total_bytes, counts_envelope)
    assert limits.hard_limit(provider=provider, sender_kind=sender_kind) == total_bytes


def test_a_short_code_is_bound_by_the_smallest_carrier() -> None:
    assert limits.binding(provider="twilio", sender_kind="short_code").carrier == "AT&T"


@pytest.mark.parametrize("kind", registry.KINDS)
def test_no_provider_may_be_sent_more_than_our_own_rule(kind: str) -> None:
    kinds = ("long_code", "toll_free", "short_code")
    assert all(limits.hard_limit(provider=kind, sender_kind=one) <= limits.HARD_LIMIT_BYTES for one in kinds)


def test_a_row_under_a_megabyte_leaves_the_envelope_of_two_parts() -> None:
    assert limits.binding(provider="bandwidth", sender_kind="toll_free").room_bytes == 525_000 - 2 * 2_000
    assert all(row.counts_envelope == (row.total_bytes < 1_000_000) for row in limits.SIZE_LIMITS)


@pytest.mark.parametrize(
    "provider, sender_kind, advised",
    [("bandwidth", "long_code", 500_000), ("twilio", "long_code", 614_400), ("twilio", "toll_free", None)],
)
def test_lower_figures_that_do_not_bind_are_advice(provider: str, sender_kind: str, advised: int | None) -> None:
    row = limits.advised(provider=provider, sender_kind=sender_kind)
    assert (row.total_bytes if row else None) == advised


def test_every_row_says_where_it_comes_from_and_when() -> None:
    assert all(row.source and date.fromisoformat(row.read_on) >= date(2026, 1, 1) for row in limits.SIZE_LIMITS)
