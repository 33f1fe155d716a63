from datetime import UTC, datetime, timedelta

import pytest

from campaigns.composing import clock

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "zone, local_at, moment",
    [
        ("America/Denver", "2027-03-13T02:30", "2027-03-13T09:30+00:00"),
        ("America/Denver", "2027-03-14T03:30", "2027-03-14T09:30+00:00"),
        ("Europe/Paris", "2027-03-28T01:59", "2027-03-28T00:59+00:00"),
        ("Europe/Paris", "2027-03-28T03:00", "2027-03-28T01:00+00:00"),
        ("Australia/Sydney", "2027-10-03T03:00", "2027-10-02T16:00+00:00"),
        ("Asia/Kolkata", "2027-03-28T02:30", "2027-03-27T21:00+00:00"),
    ],
)
def test_a_wall_clock_time_is_a_moment(zone: str, local_at: str, moment: str) -> None:
    assert clock.moment(local_at=at(local_at), zone=zone, now=NOW) == at(moment)


@pytest.mark.parametrize(
    "zone, local_at, offers",
    [
        ("America/Denver", "2027-03-14T02:30", ["2027-03-14T01:59", "2027-03-14T03:00"]),
        ("Europe/Paris", "2027-03-28T02:00", ["2027-03-28T01:59", "2027-03-28T03:00"]),
        # Half an hour only.
        ("Australia/Lord_Howe", "2027-10-03T02:15", ["2027-10-03T01:59", "2027-10-03T02:30"]),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_with_its_neighbours(
    zone: str, local_at: str, offers: list[str]
) -> None:
    with pytest.raises(clock.NotSchedulable) as refused:
        clock.moment(local_at=at(local_at), zone=zone, now=NOW)

    assert refused.value.code == "missing_hour"
    assert list(refused.value.offers) == [at(offer) for offer in offers]


@pytest.mark.parametrize(
    "zone, local_at, offers",
    [
        ("America/Denver", "2027-11-07T01:30", ["2027-11-07T00:59", "2027-11-07T02:00"]),
        ("Europe/Paris", "2027-10-31T02:00", ["2027-10-31T01:59", "2027-10-31T03:00"]),
        ("Australia/Sydney", "2027-04-04T02:59", ["2027-04-04T01:59", "2027-04-04T03:00"]),
    ],
)
def test_a_time_that_comes_twice_is_refused_with_its_neighbours(zone: str, local_at: str, offers: list[str]) -> None:
    with pytest.raises(clock.NotSchedulable) as refused:
        clock.moment(local_at=at(local_at), zone=zone, now=NOW)

    assert refused.value.code == "doubled_hour"
    assert list(refused.value.offers) == [at(offer) for offer in offers]


def test_every_offer_can_be_booked() -> None:
    with pytest.raises(clock.NotSchedulable) as refused:
        clock.moment(local_at=at("2027-11-07T01:30"), zone="America/Denver", now=NOW)

    assert [clock.moment(local_at=offer, zone="America/Denver", now=NOW) for offer in refused.value.offers]


def test_the_past_is_refused_with_the_next_good_quarter() -> None:
    with pytest.raises(clock.NotSchedulable) as refused:
        clock.moment(local_at=at("2027-01-10T04:59"), zone="America/Denver", now=NOW)

    assert refused.value.code == "past"
    assert refused.value.offers == (at("2027-01-10T05:15"),)


def test_the_offer_for_the_past_steps_over_a_skipped_hour() -> None:
    just_before = datetime(2027, 3, 14, 8, 55, tzinfo=UTC)
    with pytest.raises(clock.NotSchedulable) as refused:
        clock.moment(local_at=at("2027-03-14T01:00"), zone="America/Denver", now=just_before)

    assert refused.value.offers == (at("2027-03-14T03:00"),)


def test_more_than_a_year_ahead_is_taken_for_a_slip() -> None:
    far = (NOW + timedelta(days=367)).replace(tzinfo=None)
    with pytest.raises(clock.NotSchedulable) as refused:
        clock.moment(local_at=far, zone="UTC", now=NOW)

    assert refused.value.code == "too_far"


def test_wall_is_the_way_back() -> None:
    moment = clock.moment(local_at=at("2027-07-01T09:00"), zone="Europe/Paris", now=NOW)

    assert clock.wall(moment=moment, zone="Europe/Paris") == at("2027-07-01T09:00")


@pytest.mark.parametrize(
    ("local_at", "zone", "code"),
    [("9999-12-31T23:59", "America/Denver", "too_far"), ("0001-01-01T00:00", "Asia/Tokyo", "past")],
)
def test_days_that_utc_cannot_write_are_refused_like_others(local_at: str, zone: str, code: str) -> None:
    with pytest.raises(clock.NotSchedulable) as refused:
        clock.moment(local_at=at(local_at), zone=zone, now=NOW)

    assert refused.value.code == code
