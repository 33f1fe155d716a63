from campaigns.gateways import limits, registry


def test_no_route_takes_more_than_the_hard_limit() -> None:
    assert limits.hard_limit(provider="someone new", sender_kind="long_code") == 1_000_000


def test_the_smallest_matching_row_holds() -> None:
    assert all(
        limits.hard_limit(provider=kind, sender_kind="toll_free") <= limits.HARD_LIMIT_BYTES for kind in registry.KINDS
    )


def test_every_row_says_where_it_comes_from() -> None:
    assert all(row.source and row.read_on.startswith("20") for row in limits.SIZE_LIMITS)
