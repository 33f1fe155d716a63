import factories
import pytest
from django.test import Client

from campaigns.models import Preference

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client: Client) -> Client:
    client.force_login(factories.user())
    return client


def test_the_whole_form_is_kept(me: Client) -> None:
    me.post("/preferences", {"language": "fr", "zone": "America/Denver", "theme": "dark"})

    kept = Preference.objects.get()
    assert (kept.language, kept.zone, kept.theme) == ("fr", "America/Denver", "dark")


def test_the_menu_changes_one_thing_and_leaves_the_others(me: Client) -> None:
    me.post("/preferences", {"language": "fr", "zone": "America/Denver", "theme": "dark"})
    me.post("/preferences", {"theme": "light"})

    kept = Preference.objects.get()
    assert (kept.language, kept.zone, kept.theme) == ("fr", "America/Denver", "light")


def test_the_menu_leads_back_to_where_it_was_used(me: Client) -> None:
    response = me.post("/preferences", {"theme": "dark", "next": "/campaigns/?q=x"})

    assert response.headers["Location"] == "/campaigns/?q=x"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(me: Client, elsewhere: str) -> None:
    response = me.post("/preferences", {"theme": "dark", "next": elsewhere})

    assert response.headers["Location"] == "/preferences"


def test_the_log_in_page_speaks_the_chosen_language_afterwards(me: Client) -> None:
    assert me.post("/preferences", {"language": "fr"}).cookies["django_language"].value == "fr"


def test_an_unknown_zone_is_refused_beside_its_field(me: Client) -> None:
    response = me.post("/preferences", {"zone": "Mars/Base"})

    assert response.status_code == 422
    assert 'id="id_zone_error"' in response.content.decode()
    assert not Preference.objects.exists()


def test_the_server_sets_the_theme_so_that_nothing_flashes(me: Client) -> None:
    me.post("/preferences", {"theme": "dark"})

    assert 'data-bs-theme="dark"' in me.get("/preferences").content.decode()


def test_a_stranger_has_none(client: Client) -> None:
    assert client.get("/preferences").status_code == 302


@pytest.mark.parametrize("back", ["9999-12-31", "nowhere", "login"])
def test_where_to_come_back_to_is_an_address_and_no_name_of_a_view(me: Client, back: str) -> None:
    answer = me.post("/preferences", {"theme": "light", "next": back})

    assert answer.status_code == 302
    assert answer.headers["Location"] == back
