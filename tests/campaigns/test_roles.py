"""The three roles are what the file says, after every migration."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from campaigns import roles

pytestmark = pytest.mark.django_db


def rights_of(name: str) -> set[str]:
    return {
        f"{label}.{codename}"
        for label, codename in Permission.objects.filter(group__name=name).values_list(
            "content_type__app_label", "codename"
        )
    }


@pytest.mark.parametrize("name", list(roles.RIGHTS))
def test_every_declared_right_exists(name: str) -> None:
    assert rights_of(name) == roles.RIGHTS[name]


def test_a_second_migrate_changes_nothing() -> None:
    before = sorted(Group.objects.values_list("pk", "name", "permissions"))
    call_command("migrate", verbosity=0)
    assert sorted(Group.objects.values_list("pk", "name", "permissions")) == before


def test_a_role_that_was_bent_is_put_right() -> None:
    viewer = Group.objects.get(name=roles.VIEWER)
    viewer.permissions.set(Permission.objects.filter(codename="launch_campaign"))
    call_command("migrate", verbosity=0)
    assert rights_of(roles.VIEWER) == roles.RIGHTS[roles.VIEWER]


def test_a_group_of_another_name_is_left_alone() -> None:
    mine = Group.objects.create(name="Auditors")
    mine.permissions.set(Permission.objects.filter(codename="export"))
    call_command("migrate", verbosity=0)
    assert rights_of("Auditors") == {"campaigns.export"}


def test_a_viewer_only_views() -> None:
    assert all(".view_" in right for right in roles.RIGHTS[roles.VIEWER])


def test_a_marketer_launches_imports_and_sees_numbers_but_does_not_export() -> None:
    rights = roles.RIGHTS[roles.MARKETER]
    assert {roles.LAUNCH, roles.SEE_PHONE_NUMBERS, "subscriptions.add_importrun"} <= rights
    assert roles.EXPORT not in rights


def test_a_viewer_sees_masked_numbers() -> None:
    assert roles.SEE_PHONE_NUMBERS not in roles.RIGHTS[roles.VIEWER]


def test_an_account_manager_may_all_that_a_marketer_may() -> None:
    assert roles.RIGHTS[roles.MARKETER] < roles.RIGHTS[roles.ACCOUNT_MANAGER]


def test_nobody_writes_the_records() -> None:
    records = ("message", "attempt", "event", "history", "consententry", "run")
    written = {
        right
        for rights in roles.RIGHTS.values()
        for right in rights
        if right.split("_")[-1] in records and ".view_" not in right
    }
    assert written == set()
