"""What stands around every view."""

import factories
import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/m/%00", "/webhooks/sandbox/a%00b/", "/login?next=%00", "/people/?q=a%00b"])
def test_an_address_that_no_database_takes_is_refused(address: str) -> None:
    assert Client().get(address).status_code == 400


def test_a_private_page_is_kept_by_no_cache_and_a_public_one_says_nothing() -> None:
    client = Client()
    assert not client.get("/nowhere").has_header("Cache-Control")
    client.force_login(factories.user("Viewer"))
    assert client.get("/campaigns/")["Cache-Control"] == "private, no-store"
