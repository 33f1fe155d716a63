import factories
import pytest
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from campaigns.composing import limits
from campaigns.gateways import limits as routes
from subscriptions.models import SubscriptionGroup

pytestmark = pytest.mark.django_db

TOLL_FREE = "+18885550142"


def mixed(**toll_free: object) -> SubscriptionGroup:
    """A group with a long code and a toll-free number, which carries less."""
    group = factories.group(contact_person="Ana Torres")
    factories.number(group=group)
    factories.number(group=group, **{"kind": "toll_free", "value": TOLL_FREE, **toll_free})
    return group


def test_the_smallest_limit_of_the_group_holds_and_says_whose_it_is(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    group = mixed()
    with django_assert_num_queries(1):
        found = limits.of_group(group)

    assert (found.total_bytes, found.number, found.kind, found.provider) == (525_000, TOLL_FREE, "toll_free", "sandbox")
    assert (found.senders, found.person) == (2, "Ana Torres")
    assert found.source == routes.binding(provider="sandbox", sender_kind="toll_free").source


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_mms_enabled": False}, {"registration": "pending"}])
def test_a_number_that_cannot_send_mms_does_not_count(change: dict[str, object]) -> None:
    found = limits.of_group(mixed(**change))

    assert (found.total_bytes, found.number, found.senders) == (1_000_000, "", 1)


def test_a_number_at_an_account_that_is_out_of_use_does_not_count() -> None:
    group = mixed(account=factories.account(is_active=False))

    assert limits.of_group(group).total_bytes == 1_000_000


def test_without_a_number_our_own_rule_holds() -> None:
    found = limits.of_group(factories.group())

    assert (found.total_bytes, found.part_bytes, found.number, found.senders) == (1_000_000, 0, "", 0)


def test_of_two_with_the_same_limit_the_older_is_named() -> None:
    group = mixed()
    factories.number(group=group, kind="toll_free", value="+18005550143")

    assert limits.of_group(group).number == TOLL_FREE


def test_the_provider_of_the_number_counts() -> None:
    assert limits.of_group(mixed(account=factories.account(kind="telnyx"))).total_bytes == 600_000


def test_nothing_is_ever_above_the_products_own_rule(settings: Settings) -> None:
    settings.MMS_HARD_LIMIT_BYTES = 400_000
    found = limits.of_group(mixed())

    assert (found.total_bytes, found.number) == (400_000, "")


def test_one_number_is_weighed_alone() -> None:
    group = mixed()
    long_code, toll_free = group.numbers.select_related("account").order_by("pk")

    assert limits.of_number(long_code).total_bytes == 1_000_000
    assert (limits.of_number(toll_free).total_bytes, limits.of_number(toll_free).number) == (525_000, TOLL_FREE)


@pytest.mark.parametrize("media_bytes, zone", [(520_998, "fits"), (520_999, "over")])
def test_the_envelope_counts_where_the_limit_counts_it(media_bytes: int, zone: str) -> None:
    weighed = limits.of_group(mixed()).weigh(media_bytes=media_bytes, text="Hi")

    assert (weighed.envelope_bytes, weighed.zone) == (4_000, zone)


@pytest.mark.parametrize("media_bytes, zone", [(999_998, "advice"), (999_999, "over")])
def test_our_own_rule_counts_file_and_text_alone(media_bytes: int, zone: str) -> None:
    weighed = limits.product_rule().weigh(media_bytes=media_bytes, text="Hi")

    assert (weighed.envelope_bytes, weighed.zone) == (0, zone)


def test_budgets_are_what_the_red_line_leaves() -> None:
    long_code, toll_free = limits.product_rule(), limits.of_group(mixed())

    assert limits.budgets(limit=long_code, text_bytes=200) == limits.Budgets(300_000, 600_000, 998_000)
    assert limits.budgets(limit=toll_free, text_bytes=200) == limits.Budgets(300_000, 519_000, 519_000)


@pytest.mark.parametrize("text_bytes", [0, 1, 999, 1_000, 6_400])
def test_a_file_of_any_budget_fits_with_its_text_and_a_longer_name(text_bytes: int) -> None:
    limit = limits.of_group(mixed())
    made = limits.budgets(limit=limit, text_bytes=text_bytes)

    longer = "x" * (text_bytes + limits.SPARE_BYTES)
    assert limit.weigh(media_bytes=made.large, text=longer).zone == "fits"
    assert made.safe <= made.normal <= made.large
