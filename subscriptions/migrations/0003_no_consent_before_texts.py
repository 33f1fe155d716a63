from datetime import UTC, datetime

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery

FIRST_TEXT = datetime(1992, 12, 1, tzinfo=UTC)


def tell_when_it_was_recorded(apps, schema_editor):
    """Moments of clocks that were wrong, which no page can show in every zone: when it was recorded, is known."""
    entries = apps.get_model("subscriptions", "ConsentEntry").objects
    entries.filter(happened_at__lt=FIRST_TEXT).update(happened_at=F("recorded_at"))
    recorded = entries.filter(pk=OuterRef("consent")).values("recorded_at")
    standings = apps.get_model("subscriptions", "Subscription").objects
    standings.filter(since__lt=FIRST_TEXT).update(since=Subquery(recorded))


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0002_numbers_stand_once"),
    ]

    operations = [
        migrations.RunPython(tell_when_it_was_recorded, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="consententry",
            constraint=models.CheckConstraint(
                condition=models.Q(("happened_at__gte", FIRST_TEXT)),
                name="consent_is_no_older_than_texts",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("since__gte", FIRST_TEXT)),
                name="subscription_is_no_older_than_texts",
            ),
        ),
    ]
