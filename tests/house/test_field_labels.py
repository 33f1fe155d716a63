"""What the admin shows of a table is named in words that can be translated."""

import pytest
from django.contrib import admin
from django.db.models import Field
from django.utils.functional import Promise

OURS = ("campaigns", "subscriptions")


def fields() -> list[Field]:
    return [
        field
        for model in admin.site._registry
        if model._meta.app_label in OURS
        for field in model._meta.get_fields()
        if isinstance(field, Field) and not field.primary_key
    ]


@pytest.mark.parametrize("field", fields(), ids=str)
def test_a_field_of_the_admin_has_a_label_in_the_catalogue(field: Field) -> None:
    assert isinstance(field.verbose_name, Promise)
