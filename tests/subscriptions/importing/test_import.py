"""Dry run and commit together: what is promised is what happens."""

from datetime import UTC, date, datetime
from typing import Any

import factories
import pytest
from django.core.files.base import ContentFile

from subscriptions import consent, importing
from subscriptions.importing import sorting
from subscriptions.models import ConsentEntry, Contact, ImportRun, Subscription

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
LIMIT = 1_000_000


def check(body: str, **changes: Any) -> ImportRun:
    asked = {
        "upload": ContentFile(body.encode(), name="../people\u202e.csv"),
        "kind": ImportRun.Kind.CONTACTS,
        "source": "sign-up form",
        "wording": "I agree to get texts",
        "consent_date": date(2026, 5, 1),
        "limit_bytes": LIMIT,
        **changes,
    }
    asked.setdefault("group", None)
    asked["group"] = asked["group"] or (factories.group() if asked["kind"] == ImportRun.Kind.CONTACTS else None)
    asked["by"] = changes.get("by") or factories.user()
    return importing.check(**asked)


def commit(run: ImportRun) -> ImportRun:
    return importing.commit(run=run, by=run.by, limit_bytes=LIMIT, now=NOW)


def counts(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.rows, run.new, run.changed, run.opted_out, run.refused


MIXED = (
    "phone,first name,store\n"
    "+12125550100,New,Denver\n"
    "(212) 555-0101,Changed,\n"
    "+12125550102,Ana,\n"
    "+12125550103,Out,\n"
    "+12125550104,Gone,\n"
    "+12125550100,Twice,\n"
    "800 555 0100,Free,\n"
    "abc,Bad,\n"
)


def mixed_world() -> Any:
    group = factories.group()
    factories.subscribed(factories.contact("+12125550101", attributes={"store": "Boise"}), group)
    factories.subscribed(factories.contact("+12125550102"), group, happened_at=NOW)
    factories.unsubscribed(factories.contact("+12125550103"), group)
    factories.contact("+12125550104", suppressed_at=NOW)
    return group


def test_the_dry_run_counts_each_row_once_and_writes_nobody() -> None:
    run = check(MIXED, group=mixed_world())
    assert counts(run) == (8, 1, 1, 2, 3)
    assert Contact.objects.count() == 4
    assert not ConsentEntry.objects.filter(source="import").exists()
    assert run.state == "checked"


def test_the_dry_run_names_line_column_and_what_was_found() -> None:
    run = check(MIXED, group=mixed_world())
    told = [(one["line"], one["code"], one["column"], one["found"], one["limit"]) for one in run.problems]
    assert told == [
        (7, "duplicate", "phone", "+12125550100", "2"),
        (8, "toll_free", "phone", "800 555 0100", ""),
        (9, "letters", "phone", "abc", ""),
    ]
    assert run.reading["problems"] == {"duplicate": 1, "toll_free": 1, "letters": 1}
    assert (run.reading["encoding"], run.reading["delimiter"]) == ("utf-8", ",")
    assert run.reading["columns"][2] == ["store", "attribute.store"]


def test_the_commit_does_what_the_dry_run_showed() -> None:
    group = mixed_world()
    run = commit(check(MIXED, group=group))
    assert counts(run) == (8, 1, 1, 2, 3)
    assert (run.state, run.committed_at) == ("committed", NOW)
    new = Contact.objects.get(phone="+12125550100")
    assert (new.first_name, new.attributes, new.country, new.is_fictitious) == ("New", {"store": "Denver"}, "US", True)
    changed = Contact.objects.get(phone="+12125550101")
    assert (changed.first_name, changed.attributes) == ("Changed", {"store": "Boise"})
    states = dict(Subscription.objects.filter(group=group).values_list("contact__phone", "state"))
    assert states["+12125550100"] == states["+12125550101"] == "subscribed"
    assert states["+12125550103"] == "unsubscribed"
    assert "+12125550104" not in states


def test_imported_consent_carries_its_evidence() -> None:
    run = commit(check("phone\n+12125550100\n"))
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.wording, entry.by, entry.group) == ("import", run.wording, run.by, run.group)
    assert entry.happened_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert "sign-up form" in entry.detail


def test_an_opt_out_between_dry_run_and_commit_wins() -> None:
    group = factories.group()
    person = factories.contact("+12125550100")
    run = check("phone\n+12125550100\n", group=group)
    assert run.changed == 1
    consent.withdraw(contact=person, group=group, source="keyword", happened_at=NOW)
    run = commit(run)
    assert (run.changed, run.opted_out) == (0, 1)
    assert consent.may_text(contact=person, group=group).code == "unsubscribed"


def test_an_opt_out_list_suppresses_everybody_it_names_even_strangers_and_bad_numbers() -> None:
    held = factories.subscribed(factories.contact("+12125550100"))
    factories.contact("+12125550101", suppressed_at=NOW)
    run = check("+12125550100\n+12125550101\n+12125550102\n8005550103\nabc\n", kind=ImportRun.Kind.OPT_OUT)
    assert counts(run) == (5, 2, 1, 1, 1)
    run = commit(run)
    assert counts(run) == (5, 2, 1, 1, 1)
    assert Contact.objects.filter(suppressed_at__isnull=True).count() == 0
    assert consent.may_text(contact=held.contact, group=held.group).code == "suppressed"
    later = check("phone\n+12125550102\n", group=held.group)
    assert (later.new, later.opted_out) == (0, 1)


def test_contacts_without_their_consent_are_not_taken() -> None:
    with pytest.raises(ValueError, match="consent"):
        check("phone\n+12125550100\n", wording="")
    assert not ImportRun.objects.exists()


def test_a_second_commit_is_refused() -> None:
    run = commit(check("phone\n+12125550100\n"))
    with pytest.raises(importing.ImportRefused) as refusal:
        commit(run)
    assert refusal.value.code == "not_open"
    assert ConsentEntry.objects.count() == 1


def test_a_commit_that_crashed_half_way_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "BATCH", 2)
    run = check("phone\n" + "".join(f"+12125550{line}\n" for line in range(100, 105)))
    sorts = iter([sorting.sort])

    def once(*args: Any, **kwargs: Any) -> sorting.Sorted:
        return next(sorts)(*args, **kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(sorting, "sort", once)
        with pytest.raises(StopIteration):
            commit(run)
    assert Contact.objects.count() == 2
    commit(run)
    assert Subscription.objects.filter(state="subscribed").count() == 5
    assert ConsentEntry.objects.count() == 5


def test_a_dropped_import_loses_its_file_and_cannot_be_committed() -> None:
    run = check("phone\n+12125550100\n")
    name, storage = run.file.name, run.file.storage
    importing.drop(run=run)
    assert not storage.exists(name)
    with pytest.raises(importing.ImportRefused):
        commit(run)


def test_the_files_own_name_is_a_label_and_never_a_path() -> None:
    run = check("phone\n+12125550100\n")
    assert run.file_name == "people.csv"
    assert run.file.name.startswith("imports/people")


@pytest.mark.parametrize(
    "cells, code, column",
    [
        ("phone,email\n+12125550100,nobody", "not_an_email", "email"),
        ("phone,time zone\n+12125550100,Mars/Base", "not_a_zone", "time_zone"),
        ("phone,language\n+12125550100,klingonese!", "cell_too_long", "language"),
        ("phone,city\n+12125550100,a,b", "too_many_cells", ""),
        ("phone,city\n+12125550100,a\x07", "control_characters", "city"),
        ("phone,city\n,Denver", "empty", "phone"),
    ],
)
def test_a_row_that_a_contact_cannot_hold_is_refused(cells: str, code: str, column: str) -> None:
    run = check(cells)
    assert [(one["code"], one["column"], one["line"]) for one in run.problems] == [(code, column, 2)]


def test_a_country_column_says_where_national_numbers_belong() -> None:
    commit(check("phone,country\n07700 900123,gb\n"))
    assert Contact.objects.get().phone == "+447700900123"


def test_a_whole_name_is_split_in_two() -> None:
    commit(check("phone,name\n+12125550100,Ana Maria Silva\n"))
    person = Contact.objects.get()
    assert (person.first_name, person.last_name) == ("Ana", "Maria Silva")


def test_a_header_without_people_is_refused() -> None:
    with pytest.raises(importing.ImportRefused) as refusal:
        check("phone,city\n\n")
    assert refusal.value.code == "no_rows"


@pytest.mark.parametrize("people", [1, 90])
def test_the_dry_run_takes_the_same_statements_for_one_and_for_many(
    people: int, django_assert_num_queries: Any
) -> None:
    group, by = factories.group(), factories.user()
    body = "phone\n" + "".join(f"+12125550{line}\n" for line in range(100, 100 + people))
    # Contacts, subscriptions, the import's own row.
    with django_assert_num_queries(3):
        check(body, group=group, by=by)
