"""What holds for all tables at once."""

import pytest
from django.apps import apps
from django.core.management import call_command


def test_no_key_points_from_subscriptions_to_campaigns() -> None:
    models = apps.get_app_config("subscriptions").get_models(include_auto_created=True)
    upward = [
        f"{model.__name__}.{field.name}"
        for model in models
        for field in model._meta.get_fields()
        if not field.auto_created and field.related_model and field.related_model._meta.app_label == "campaigns"
    ]
    assert upward == []


def test_every_key_is_bigint() -> None:
    models = [*apps.get_app_config("campaigns").get_models(), *apps.get_app_config("subscriptions").get_models()]
    narrow = [
        model.__name__
        for model in models
        if model._meta.pk.get_internal_type() in {"AutoField", "IntegerField", "SmallAutoField"}
    ]
    assert narrow == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
