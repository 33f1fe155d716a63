from typing import Any

import factories
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from subscriptions.models import Contact, ImportRun

pytestmark = pytest.mark.django_db

RIGHTS = ("subscriptions.add_importrun", "subscriptions.view_importrun")


@pytest.fixture
def clerk() -> Client:
    made = Client()
    made.force_login(factories.user(permissions=RIGHTS), backend="django.contrib.auth.backends.ModelBackend")
    return made


def upload(clerk: Client, body: bytes, **changes: Any) -> Any:
    asked = {
        "kind": "contacts",
        "file": SimpleUploadedFile("people.csv", body),
        "source": "sign-up form",
        "consent_date": "2026-01-02",
        "wording": "I agree",
        **changes,
    }
    asked.setdefault("group", factories.group().pk)
    return clerk.post("/people/import", asked)


def test_a_file_goes_from_upload_over_the_dry_run_to_the_people(clerk: Client) -> None:
    answer = upload(clerk, b"phone;first name\n+12125550100;Ana\nabc;Bad\n")
    run = ImportRun.objects.get()
    assert answer.url == f"/people/import/{run.pk}"
    page = clerk.get(answer.url).content.decode()
    assert "Nothing is imported yet" in page
    assert "Import 1 person" in page
    assert "semicolons" in page
    assert "A number has no letters" in page
    assert not Contact.objects.exists()
    clerk.post(f"/people/import/{run.pk}/commit")
    assert Contact.objects.get().first_name == "Ana"
    assert "Import 1 person" not in clerk.get(answer.url).content.decode()


@pytest.mark.parametrize("name", ["source", "consent_date", "wording", "group"])
def test_people_need_their_consent(clerk: Client, name: str) -> None:
    answer = upload(clerk, b"phone\n+12125550100\n", **{name: ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {name}
    assert not ImportRun.objects.exists()


def test_consent_cannot_come_from_the_future(clerk: Client) -> None:
    assert upload(clerk, b"phone\n+12125550100\n", consent_date="2999-01-01").status_code == 422


def test_an_opt_out_list_needs_the_file_alone(clerk: Client) -> None:
    none = {"kind": "opt_out", "source": "", "consent_date": "", "wording": "", "group": ""}
    answer = upload(clerk, b"+12125550100\n", **none)
    assert "Suppress 1 person" in clerk.get(answer.url).content.decode()
    clerk.post(f"{answer.url}/commit")
    assert Contact.objects.get().suppressed_at


def test_a_refused_file_says_why_beside_the_field(clerk: Client) -> None:
    answer = upload(clerk, b"city\nDenver\n")
    assert answer.status_code == 422
    assert "No column holds phone numbers" in str(answer.context["form"].errors["file"])


def test_a_file_over_the_limit_is_refused_in_words(clerk: Client, settings: Any) -> None:
    settings.IMPORT_LIMIT_BYTES = 1_000
    answer = upload(clerk, b"phone\n" + b"+12125550100\n" * 100)
    assert "at most 1 KB" in str(answer.context["form"].errors["file"])


def test_dropping_imports_nobody(clerk: Client) -> None:
    answer = upload(clerk, b"phone\n+12125550100\n")
    clerk.post(f"{answer.url}/drop")
    assert ImportRun.objects.get().state == "dropped"
    clerk.post(f"{answer.url}/commit")
    assert not Contact.objects.exists()


def test_numbers_in_problems_are_hidden_from_who_may_not_see_them(clerk: Client) -> None:
    answer = upload(clerk, b"phone\n8005550123\n")
    page = clerk.get(answer.url).content.decode()
    assert "8005550123" not in page
    assert "toll-free" in page


def test_consent_cannot_come_from_before_texts(clerk: Client) -> None:
    assert "consent_date" in upload(clerk, b"phone\n+12125550100\n", consent_date="0001-01-01").context["form"].errors


def test_what_is_far_too_large_is_refused_in_words_and_not_kept(clerk: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = settings.IMPORT_LIMIT_BYTES = 1_000
    answer = upload(clerk, b"phone\n" + b"+12125550100\n" * 200)
    assert answer.status_code == 422
    assert "The file has 2 KB; at most 1 KB" in answer.content.decode()


def test_columns_about_consent_are_left_out_and_the_dry_run_says_so(clerk: Client) -> None:
    body = b"phone,consent_date,Consent Source,consent_wording,store\n+12125550100,2020-01-01,shop,I agree,Pier 7\n"

    answer = upload(clerk, body)

    page = clerk.get(answer.url).content.decode()
    assert "Columns about consent are not taken in" in page
    assert "“consent_date” → left out (about the consent)" in page
    clerk.post(f"{answer.url}/commit")
    assert Contact.objects.get().attributes == {"store": "Pier 7"}


def test_without_such_columns_nothing_is_said_of_them(clerk: Client) -> None:
    answer = upload(clerk, b"phone,store\n+12125550100,Pier 7\n")

    assert "Columns about consent" not in clerk.get(answer.url).content.decode()
