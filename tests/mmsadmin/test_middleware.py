"""What stands around every view."""

from typing import Any

import factories
import pytest
from django.test import Client
from django.utils import timezone

from campaigns.links import public

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/m/%00", "/webhooks/sandbox/a%00b/", "/login?next=%00", "/people/?q=a%00b"])
def test_an_address_that_no_database_takes_is_refused(address: str) -> None:
    assert Client().get(address).status_code == 400


def test_a_private_page_is_kept_by_no_cache_and_a_public_one_says_nothing() -> None:
    client = Client()
    assert not client.get("/nowhere").has_header("Cache-Control")
    client.force_login(factories.user("Viewer"))
    assert client.get("/campaigns/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path, status", [("/login", 404), ("/", 404), ("/m/x", 404), ("/static/css/tokens.css", 404)])
def test_on_the_host_of_files_nothing_else_answers(client: Client, settings: Any, path: str, status: int) -> None:
    settings.MEDIA_HOST, settings.ALLOWED_HOSTS = "files.example", ["files.example", "testserver"]
    answer = client.get(path, headers={"Host": "files.example"})
    assert answer.status_code == status
    assert answer.content == b""
    assert client.get("/login").status_code == 200


@pytest.mark.parametrize("host", ["files.example", "FILES.example:443", "files.example."])
def test_files_answer_on_their_host(client: Client, settings: Any, host: str) -> None:
    settings.MEDIA_HOST, settings.ALLOWED_HOSTS = "files.example", ["files.example"]
    link = public.media_link(run=None, rendition=factories.rendition(), now=timezone.now())
    answer = client.get(f"/media/{link.token}/picture.jpg", headers={"Host": host})
    assert (answer.status_code, answer.getvalue()) == (200, b"jpeg")
    answer.close()
    assert not answer.cookies
    assert client.get("/login", headers={"Host": host}).status_code == 404
