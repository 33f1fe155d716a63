from typing import Any

import factories
import pytest
from django.test import Client
from django.utils import timezone

from subscriptions import consent
from subscriptions.models import ConsentEntry, Contact

pytestmark = pytest.mark.django_db

VIEW = "subscriptions.view_contact"
SEE = "subscriptions.see_phone_numbers"


def client(*permissions: str) -> Client:
    made = Client()
    made.force_login(factories.user(permissions=permissions), backend="django.contrib.auth.backends.ModelBackend")
    return made


def listed(page: Any) -> list[str]:
    return [contact.first_name for contact in page.context["page"]]


def test_strangers_are_sent_to_the_log_in() -> None:
    assert Client().get("/people/").url.startswith("/login")


@pytest.mark.parametrize(
    "path, missing",
    [
        ("/people/", "look at people"),
        ("/people/add", "add people"),
        ("/people/import", "import people"),
        ("/people/1/suppress", "change people"),
        ("/people/1/unsuppress", "change people"),
        ("/people/1/consent", "add people"),
    ],
)
def test_a_missing_right_is_named(path: str, missing: str) -> None:
    answer = client().get(path)
    assert answer.status_code == 403
    assert missing in answer.content.decode()


def test_numbers_are_hidden_from_who_may_not_see_them() -> None:
    factories.contact("+12125550123")
    hidden = client(VIEW).get("/people/").content.decode()
    shown = client(VIEW, SEE).get("/people/").content.decode()
    assert "555" not in hidden
    assert "+1 212-555-0123" in shown


@pytest.mark.parametrize(
    "text, sees, found",
    [
        ("(212) 555-0123", True, True),
        ("2125550123", False, True),
        ("+1 212 555 0123", False, True),
        ("5550123", True, True),
        ("5550123", False, False),
        ("maria silva", False, True),
        ("silva ana", False, True),
        ("silvia", True, False),
    ],
)
def test_people_are_found_by_name_and_by_number_in_any_spelling(text: str, sees: bool, found: bool) -> None:
    factories.contact("+12125550123", first_name="Ana Maria", last_name="Silva")
    factories.contact("+14165550199", first_name="Ben", last_name="Jones")
    page = client(VIEW, *([SEE] if sees else [])).get("/people/", {"q": text})
    assert listed(page) == (["Ana Maria"] if found else [])


def test_the_list_is_narrowed_by_group_and_standing() -> None:
    group = factories.group()
    factories.subscribed(factories.contact(first_name="In"), group)
    factories.unsubscribed(factories.contact(first_name="Out"), group)
    factories.subscribed(factories.contact(first_name="Elsewhere"))
    factories.contact(first_name="Never", suppressed_at=timezone.now())
    factories.contact(first_name="Bad", is_valid=False)
    viewer = client(VIEW)
    by = {
        (group.pk, ""): ["Out", "In"],
        (group.pk, "subscribed"): ["In"],
        (group.pk, "unsubscribed"): ["Out"],
        ("", "subscribed"): ["Elsewhere", "In"],
        ("", "suppressed"): ["Never"],
        ("", "invalid"): ["Bad"],
        ("x", "y"): ["Bad", "Never", "Elsewhere", "Out", "In"],
    }
    for (of, standing), names in by.items():
        assert listed(viewer.get("/people/", {"group": of, "standing": standing})) == names


def test_fifty_stand_on_a_page() -> None:
    for _ in range(51):
        factories.contact()
    viewer = client(VIEW)
    assert len(listed(viewer.get("/people/"))) == 50
    assert len(listed(viewer.get("/people/?page=2"))) == 1


def test_the_list_takes_the_same_queries_for_one_and_for_thirty(django_assert_max_num_queries: Any) -> None:
    group = factories.group()
    viewer = client(VIEW)
    for people in (1, 29):
        for _ in range(people):
            factories.subscribed(to=group)
        # Session, user, preference, two kinds of rights, groups of the filter, count, people, subscriptions.
        with django_assert_max_num_queries(10):
            viewer.get("/people/")


FORM = {
    "phone": "(212) 555-0123",
    "first_name": "Ana",
    "last_name": "",
    "attributes": "store: Denver\nvisits: 3",
    "wording": "I agree to get texts",
    "detail": "paper form",
    "given_on": "2026-01-02",
}


def test_a_person_is_added_with_their_consent() -> None:
    group = factories.group()
    answer = client(VIEW, "subscriptions.add_contact").post("/people/add", {**FORM, "group": group.pk})
    person = Contact.objects.get()
    assert answer.url == f"/people/{person.pk}"
    assert (person.phone, person.attributes) == ("+12125550123", {"store": "Denver", "visits": "3"})
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.detail, entry.wording, f"{entry.happened_at:%F}") == (
        "form",
        "paper form",
        "I agree to get texts",
        "2026-01-02",
    )
    assert consent.may_text(contact=person, group=group).allowed


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("phone", "800 555 0123", "toll-free"),
        ("phone", "abc", "letters"),
        ("phone", "", "required"),
        ("attributes", "no colon", "name: value"),
        ("given_on", "2999-01-01", "still to come"),
        ("wording", " ", "required"),
        ("group", "0", "Select a valid choice"),
    ],
)
def test_a_form_with_a_mistake_keeps_what_was_typed_and_writes_nothing(field: str, value: str, words: str) -> None:
    asked = {**FORM, "group": factories.group().pk, field: value}
    answer = client("subscriptions.add_contact").post("/people/add", asked)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "paper form" in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_known_number_leads_to_the_person() -> None:
    known = factories.contact("+12125550123")
    asked = {**FORM, "group": factories.group().pk}
    answer = client("subscriptions.add_contact").post("/people/add", asked)
    assert f'href="/people/{known.pk}"' in answer.content.decode()
    assert Contact.objects.count() == 1


def test_newer_consent_brings_somebody_back() -> None:
    held = factories.unsubscribed()
    asked = {"group": held.group_id, "wording": "I agree", "detail": "by phone", "given_on": timezone.localdate()}
    client("subscriptions.add_contact").post(f"/people/{held.contact_id}/consent", asked)
    assert consent.may_text(contact=held.contact, group=held.group).allowed


def test_consent_older_than_the_opt_out_is_refused_on_the_page() -> None:
    held = factories.unsubscribed()
    asked = {"group": held.group_id, "wording": "I agree", "detail": "by phone", "given_on": "2026-01-02"}
    answer = client("subscriptions.add_contact").post(f"/people/{held.contact_id}/consent", asked)
    assert answer.status_code == 422
    assert "opted out after that" in answer.content.decode()
    assert not consent.may_text(contact=held.contact, group=held.group).allowed


def test_suppressing_asks_once_and_then_counts_at_once() -> None:
    held = factories.subscribed()
    clerk = client("subscriptions.change_contact")
    path = f"/people/{held.contact_id}/suppress"
    assert "1 person" in clerk.get(path).content.decode()
    assert consent.may_text(contact=held.contact, group=held.group).allowed
    clerk.post(path)
    assert consent.may_text(contact=held.contact, group=held.group).code == "suppressed"
    clerk.post(f"/people/{held.contact_id}/unsuppress")
    assert consent.may_text(contact=held.contact, group=held.group).allowed
